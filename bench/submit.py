"""`python -m bench.submit [--json]`: citizens submit their dossiers, two web workers and 16 clients.

Against the bare read route of `bench.track` (`over_read`). Drafts, papers and proved phones are there beforehand, and
nothing drains the outbox while it is measured. Beside it, without a bound, `over_replayed`: the rate over that of the
very statements that a submission sends, sent by bare psycopg over as many connections. That one falls when statements
are saved.
"""

import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import func, select

from api.app import create_app
from bench import load
from bench.drafts import Copy, copy_draft
from bench.ground import Ground, ground
from bench.memory import memory_of
from bench.pairs import PAIRS, Result, finish, in_turn, of_pairs
from bench.reads import CLIENTS, STORY, bare_route, walk_dossier
from bench.replay import Take, play, recording
from journey.account import new_key
from journey.casework import Draft, prepare_draft
from journey.handset import Handset
from journey.phone import Phone
from kernel.work import Work
from motcua.wiring.joins.edge import Container, build_container
from tracking.models import Dossier

_EACH: Final = 15
_LEAST: Final = 0.08
_OTHERS: Final = ("mau", "vidu", "nhap")
_NAME: Final = "quan-do-so-000000"


@dataclass(frozen=True, slots=True)
class Citizen:
    phone: Phone = field(repr=False)
    draft: Draft


@dataclass(frozen=True, slots=True)
class Case:
    """One dossier about to be submitted."""

    citizen: Citizen
    copy: Copy
    key: str

    @property
    def path(self) -> str:
        return f"/v1/dossiers/{self.copy.dossier_id}/submission"

    @property
    def headers(self) -> dict[str, str]:
        sent = {"Idempotency-Key": self.key, "Content-Type": "application/json"}
        return {**self.citizen.phone.identified(), **sent}

    @property
    def body(self) -> bytes:
        papers = {
            code: [{**file, "upload_id": str(self.copy.ids[UUID(file["upload_id"])])} for file in files]
            for code, files in self.citizen.draft.papers.items()
        }
        return json.dumps({"notify_phone": self.citizen.phone.number, "papers": papers}).encode()


def measure(pairs: int = PAIRS, *, each: int = _EACH) -> Result:
    with ground() as place, place.running("api") as supervisor:
        with place.running(*STORY):
            walked = walk_dossier(place)
            phones = [walked.phone, *(_proved(place, login, number) for number, login in enumerate(_OTHERS, 2))]
            citizens = [Citizen(phone, prepare_draft(phone, _NAME)) for phone in phones]
        held = build_container(place.environment)
        count = CLIENTS * each * pairs
        ours, theirs = _cases(held, citizens, "a", count), _cases(held, citizens[:1], "b", count)
        played = _Played(held, next(theirs), next(theirs))
        with bare_route(place, walked) as bare:
            found = in_turn(
                pairs,
                lambda: _submit(place, _lanes(ours, each)),
                lambda: (bare.rate(), played.rate(_lanes(theirs, each), place.folder)),
            )
        _check_filed(held, 2 + 2 * count)
        held.close()
        for phone in phones:
            phone.close()
        return _result(found).with_memory(memory_of(supervisor))


def _result(found: Sequence[tuple[float, tuple[float, float]]]) -> Result:
    """Of (submissions, (bare reads, submissions replayed)) a second."""
    result = of_pairs("submit", "submits/s", _LEAST, [(ours, read) for ours, (read, _) in found])
    over_replayed = median(ours / replayed for ours, (_, replayed) in found)
    replayed = median(replayed for _, (_, replayed) in found)
    return result.with_more({"over_read": result.ratio, "over_replayed": over_replayed, "replayed": replayed})


class _Played:
    """One submission recorded, to be played for other dossiers of the same citizen."""

    def __init__(self, held: Container, first: Case, second: Case) -> None:
        client = create_app(held).test_client()
        self._database_url = held.settings.database_url
        # The first one reads calendars and keys that a web worker reads once in a long while.
        self._send(client, first)
        with recording(held.database.engine) as self._tape:
            self._code = self._send(client, second)
        self._case = second
        self._numbers = itertools.count(900_000)

    def rate(self, lanes: Sequence[Sequence[Case]], folder: Path) -> float:
        """Submissions a second, of nothing but their statements."""
        return play(self._database_url, [[self._take(case) for case in lane] for lane in lanes], folder)

    def _take(self, case: Case) -> Take:
        code = f"{self._code.rpartition('-')[0]}-{next(self._numbers)}"
        words = {self._case.key: case.key, self._case.copy.name: case.copy.name, self._code: code}
        ids = {mine: case.copy.ids[old] for old, mine in self._case.copy.ids.items()}
        return self._tape.take(words, ids)

    def _send(self, client: FlaskClient, case: Case) -> str:
        answer = client.post(case.path, data=case.body, headers=case.headers)
        if answer.status_code != 200:
            raise AssertionError(answer.get_data(as_text=True))
        return str(answer.get_json()["code"])


def _proved(place: Ground, login: str, number: int) -> Phone:
    """The phone of a citizen that has proved its number."""
    phone = Phone(place.api_url, f"+8490500000{number}")
    phone.log_in(login)
    with closing(Handset(place.sandbox_url, phone.number)) as handset:
        phone.prove_phone(handset)
    return phone


def _cases(held: Container, citizens: Sequence[Citizen], side: str, count: int) -> Iterator[Case]:
    """Enough for every pair and what comes before them, the citizens taking turns."""
    count = count // len(citizens) + 2
    ready = []
    for place, citizen in enumerate(citizens):
        names = [f"quan-{side}{place}-{number:06d}" for number in range(count)]
        with held.database.transaction() as session:
            work = Work(session, held.vault, held.clock)
            copies = copy_draft(work, UUID(citizen.draft.id), _NAME, names)
        ready.append([Case(citizen, copy, new_key()) for copy in copies])
    return iter([case for turn in zip(*ready, strict=True) for case in turn])


def _lanes(cases: Iterator[Case], each: int) -> list[list[Case]]:
    return [list(itertools.islice(cases, each)) for _ in range(CLIENTS)]


def _submit(place: Ground, lanes: Sequence[Sequence[Case]]) -> float:
    requests = [[load.request("POST", case.path, case.headers, case.body) for case in lane] for lane in lanes]
    outcome = load.send(place.ports.api, requests)
    if outcome.statuses != {200: sum(map(len, lanes))}:
        raise AssertionError(f"not what was to be measured: {outcome.statuses} {outcome.body[:300]!r}")
    return outcome.rate


def _check_filed(held: Container, count: int) -> None:
    """Both sides have really filed what they were given."""
    with held.database.reading() as connection:
        filed = connection.scalar(select(func.count()).select_from(Dossier).where(Dossier.state == 1))
    if filed != count:
        raise AssertionError(f"{filed} dossiers were filed, not {count}")


if __name__ == "__main__":
    finish(measure(), sys.argv)
