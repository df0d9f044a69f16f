"""`python -m bench.finish [--json]`: an officer finishes dossiers, two web workers and 16 clients.

Against the bare read route of `bench.track` (`over_read`). Each act is meant for a dossier of its own, which lacks
nothing but the finish; nothing drains the outbox while it is measured.
"""

import itertools
import sys
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from api.citizen.dossiers.views import desk_core
from bench import load
from bench.ground import Ground, ground
from bench.memory import memory_of
from bench.pairs import PAIRS, Result, finish, interleave
from bench.reads import CLIENTS, STORY, bare_route, walk_dossier
from bench.walked import copy_walked
from journey.account import new_key
from journey.casework import open_office, prepare_draft, walk_to_result
from journey.desk import Desk
from journey.phone import Phone
from kernel.work import Work
from motcua.wiring.joins.edge import Container, build_container
from tracking.models import Dossier

_EACH: Final = 15
_LEAST: Final = 0.1


def measure(pairs: int = PAIRS, *, each: int = _EACH) -> Result:
    with ground() as place, place.running("api") as supervisor:
        with place.running(*STORY):
            walked = walk_dossier(place)
            leader, dossier_id = _ready_dossier(place, walked.phone)
        held = build_container(place.environment)
        count = CLIENTS * each * pairs
        acts = _acts(held, leader, dossier_id, count)
        with bare_route(place, walked) as bare:
            result = interleave(
                "finish", "finishes/s", _LEAST, lambda: _finish(place, acts, each), bare.rate, pairs=pairs
            )
        _check_finished(held, 1 + count)
        held.close()
        for account in (walked.phone, leader):
            account.close()
        return result.with_more({"over_read": result.ratio}).with_memory(memory_of(supervisor))


def _ready_dossier(place: Ground, phone: Phone) -> tuple[Desk, UUID]:
    """One that its leader may finish, and that leader's desk."""
    draft = prepare_draft(phone, "Quán Đo Xong")
    phone.submit(draft.id, draft.papers)
    office = open_office(place.api_url)
    office.receiver.accept(draft.id)
    walk_to_result(office, draft.id)
    for desk in (office.receiver, office.appraiser):
        desk.close()
    return office.leader, UUID(draft.id)


def _acts(held: Container, leader: Desk, dossier_id: UUID, count: int) -> Iterator[bytes]:
    """A finish for each of so many copies."""
    with held.database.transaction() as session:
        version = session.execute(select(Dossier.version).where(Dossier.id == dossier_id)).scalar_one()
        copies = copy_walked(Work(session, held.vault, held.clock), dossier_id, count)
    headers = {**leader.identified(), "Content-Type": "application/json"}
    return iter(
        [
            load.request(
                "POST",
                f"/v1/desk/dossiers/{copy}/finish",
                {**headers, "Idempotency-Key": new_key(), "If-Match": f'"{desk_core(copy, version)}.vi.id"'},
                b"{}",
            )
            for copy in copies
        ]
    )


def _finish(place: Ground, acts: Iterator[bytes], each: int) -> float:
    outcome = load.send(place.ports.api, [list(itertools.islice(acts, each)) for _ in range(CLIENTS)])
    if outcome.statuses != {200: CLIENTS * each}:
        raise AssertionError(f"not what was to be measured: {outcome.statuses} {outcome.body[:300]!r}")
    return outcome.rate


def _check_finished(held: Container, count: int) -> None:
    with held.database.reading() as connection:
        finished = connection.scalar(select(func.count()).select_from(Dossier).where(Dossier.state == 9))
    if finished != count:
        raise AssertionError(f"{finished} dossiers were finished, not {count}")


if __name__ == "__main__":
    finish(measure(), sys.argv)
