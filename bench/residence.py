"""`python -m bench.residence [--json]`: a list of 10,000 guests, from the file to rows that are committed.

The whole verdict against the bare read of the workbook by calamine, of which it may take twelve times; checked and
accepted by the use cases against that verdict and three times a bare COPY of the very rows; and what the web worker
that takes such a file needs of memory above idle, at most 200 MB. Every turn has a file of its own guests, so nothing
that was remembered helps.

`--peak [--lodgings N] [--minutes M]`: the evening, see `bench.residence_peak`.
"""

import io
import sys
import time
from dataclasses import dataclass
from itertools import count
from statistics import median
from typing import Final
from uuid import UUID

from python_calamine import CalamineWorkbook
from sqlalchemy import make_url

from bench import load, residence_peak
from bench.bare_copy import BareCopy
from bench.ground import Ground, ground
from bench.memory import most_above_idle
from bench.pairs import PAIRS, Result, finish, number_after
from bench.residence_guests import good_rows, workbook
from bench.residence_town import Hotel, open_hotels
from kernel.clock import local
from kernel.heap import settle
from kernel.work import Work
from motcua.wiring.joins.edge import Container, build_container
from residence.batches.check import Verdict, check_file
from residence.service.batches import SentFile, accept_batch, record_batch

ROWS: Final = 10_000
_VERDICT_TIMES: Final = 12.0
_COPY_TIMES: Final = 3.0
_MEMORY_MB: Final = 200.0
_SENT_FOR_MEMORY: Final = 4
_SMALL: Final = 20
_numbers = count()


@dataclass(frozen=True, slots=True)
class Turn:
    """Seconds of one file."""

    read: float
    verdict: float
    accepted: float
    copied: float

    @property
    def limits(self) -> tuple[float, float]:
        """Of the verdict, and of being accepted."""
        return _VERDICT_TIMES * self.read, _COPY_TIMES * self.copied + self.verdict


def measure(*, pairs: int = PAIRS, rows: int = ROWS) -> Result:
    """`figure` and `limit` are of whichever comes nearest to its limit; `more` has all of them."""
    with ground() as place:
        held = build_container(place.environment)
        url = make_url(held.settings.database_url).set(drivername="postgresql")
        copied = BareCopy(url.render_as_string(hide_password=False))
        _turn(held, copied, _SMALL)
        # As in a web worker.
        settle()
        turns = [_turn(held, copied, rows) for _ in range(pairs)]
        copied.close()
        grown = _memory(place, held, rows)
        held.close()
    return _nearest(turns, grown)


def _turn(held: Container, copied: BareCopy, rows: int) -> Turn:
    (hotel,), content = open_hotels(held, 1), _file(held, rows)
    read = _read(content)
    begun = time.perf_counter()
    verdict = check_file(content, held.clock.now())
    judged = time.perf_counter() - begun
    batch_id = _accept(held, hotel, SentFile("khach.xlsx", content), verdict)
    accepted = time.perf_counter() - begun
    if len(verdict.accepted) != good_rows(rows):
        raise AssertionError(f"not what was to be measured: {len(verdict.accepted)} of {rows} rows were good")
    return Turn(read, judged, accepted, copied.seconds(batch_id))


def _read(content: bytes) -> float:
    begun = time.perf_counter()
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        book.get_sheet_by_index(0).to_python()
    return time.perf_counter() - begun


def _accept(held: Container, hotel: Hotel, sent: SentFile, verdict: Verdict) -> UUID:
    """As the edge does it: what is known of the file in one transaction, its guests in the next."""
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        batch = record_batch(work, hotel.actor, held.residence, hotel.lodging_id, sent, verdict)
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        batch = accept_batch(work, hotel.actor, held.residence, hotel.lodging_id, batch.id, verdict)
    if batch.accepted != len(verdict.accepted):
        raise AssertionError(f"not what was to be measured: {batch.accepted} guests were declared")
    return batch.id


def _memory(place: Ground, held: Container, rows: int) -> float:
    """MB above idle of the web worker that took most, over files sent one after the other."""
    hotels = open_hotels(held, _SENT_FOR_MEMORY + 2)
    with place.running("api") as supervisor:
        for hotel in hotels[:2]:
            _send(place, hotel, _file(held, _SMALL))
        files = [_file(held, rows) for _ in hotels[2:]]
        with most_above_idle(supervisor, "api") as grown:
            for hotel, content in zip(hotels[2:], files, strict=True):
                _send(place, hotel, content)
        return grown()


def _send(place: Ground, hotel: Hotel, content: bytes) -> None:
    headers = {"Authorization": f"Bearer {hotel.key}", "Content-Type": "application/octet-stream"}
    path = f"/v1/lodgings/{hotel.lodging_id}/batches?accept=true&name=khach.xlsx"
    outcome = load.send(place.ports.api, [[load.request("POST", path, headers, content)]])
    if outcome.statuses != {200: 1} or b'"accepted"' not in outcome.body:
        raise AssertionError(f"not what was to be measured: {outcome.statuses} {outcome.body[:300]!r}")


def _file(held: Container, rows: int) -> bytes:
    return workbook(local(held.clock.now()).date(), rows, first=1 + ROWS * next(_numbers))


def _nearest(turns: list[Turn], grown: float) -> Result:
    verdicts = [(turn.verdict, turn.limits[0]) for turn in turns]
    accepts = [(turn.accepted, turn.limits[1]) for turn in turns]
    measured = {"verdict": (verdicts, "s"), "accepted": (accepts, "s"), "memory": ([(grown, _MEMORY_MB)], "MB")}
    ratios = {name: median(limit / figure for figure, limit in pairs) for name, (pairs, _) in measured.items()}
    name = min(ratios, key=lambda each: ratios[each])
    pairs, unit = measured[name]
    return Result(
        name=f"residence ({name})",
        figure=median(figure for figure, _ in pairs),
        limit=median(limit for _, limit in pairs),
        ratio=ratios[name],
        unit=unit,
        least=1.0,
        pairs=tuple(pairs),
        more={
            "read_s": median(turn.read for turn in turns),
            "verdict_s": median(turn.verdict for turn in turns),
            "copy_s": median(turn.copied for turn in turns),
            "accepted_s": median(turn.accepted for turn in turns),
            "memory_mb": grown,
            **{f"ratio_{each}": ratio for each, ratio in ratios.items()},
        },
    )


if __name__ == "__main__":
    if "--peak" in sys.argv:
        lodgings = number_after("--lodgings", sys.argv, residence_peak.LODGINGS)
        minutes = number_after("--minutes", sys.argv, 0)
        finish(residence_peak.measure(lodgings, minutes * 60.0 or None), sys.argv)
    else:
        finish(measure(), sys.argv)
