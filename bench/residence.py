"""`python -m bench.residence [--json]`: a list of 10,000 guests, from the file to rows that are committed.

The whole verdict against the bare read of the workbook by calamine, of which it may take twelve times; the way of a
file from the bytes received to its last guest declared, as the web and the worker of long files go it, against that
verdict and three times a bare COPY of the very rows; what that worker needs of memory above idle, at most 200 MB; and
what others wait meanwhile, see `bench.residence_beside`. Every file has guests of its own, so nothing that was
remembered helps.

`--peak [--lodgings N] [--minutes M]`: the evening, see `bench.residence_peak`.
"""

import io
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import Final
from uuid import UUID

from python_calamine import CalamineWorkbook
from sqlalchemy import make_url

from bench import residence_beside, residence_peak
from bench.bare_copy import BareCopy
from bench.ground import Ground, ground
from bench.memory import most_above_idle
from bench.pairs import PAIRS, Result, finish, number_after
from bench.residence_beside import Beside
from bench.residence_files import ROWS, Lists, send_and_follow
from bench.residence_guests import good_rows
from bench.residence_town import Hotel, open_hotels
from kernel.clock import local
from kernel.work import Work
from motcua.wiring.joins.edge import Container, build_container
from residence.batches.check import check_file, check_short
from residence.batches.drain import BatchWorker
from residence.service.batches import SentFile, hand_over, keep_content, read_batch, record_batch

_VERDICT_TIMES: Final = 12.0
_COPY_TIMES: Final = 3.0
_MEMORY_MB: Final = 200.0
_SENT_FOR_MEMORY: Final = 4
# Long enough for a worker, and no more.
_SHORT: Final = 250
_WORKER: Final = "worker-batches"
_PATIENCE_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Turn:
    """Seconds of one file to be read and judged, and of one like it to be accepted."""

    read: float
    verdict: float
    accepted: float
    copied: float

    @property
    def limits(self) -> tuple[float, float]:
        """Of the verdict, and of being accepted."""
        return _VERDICT_TIMES * self.read, _COPY_TIMES * self.copied + self.verdict


def measure(*, pairs: int = PAIRS, rows: int = ROWS, seconds: float = residence_beside.SECONDS) -> Result:
    """`figure` and `limit` are of whichever comes nearest to its limit; `more` has all of them. `seconds`: of each look
    at what others wait."""
    with ground() as place:
        held = build_container(place.environment, drains=True)
        lists = Lists(local(held.clock.now()).date())
        url = make_url(held.settings.database_url).set(drivername="postgresql")
        copied = BareCopy(url.render_as_string(hide_password=False))
        _turn(held, copied, lists, _SHORT)
        turns = [_turn(held, copied, lists, rows) for _ in range(pairs)]
        copied.close()
        grown = _memory(place, held, lists, rows)
        turns_beside = min(pairs, residence_beside.PAIRS)
        beside = residence_beside.look(place, held, lists, rows, pairs=turns_beside, seconds=seconds)
        held.close()
    return _nearest(turns, grown, beside)


def _turn(held: Container, copied: BareCopy, lists: Lists, rows: int) -> Turn:
    (hotel,) = open_hotels(held, 1)
    content = lists.next(rows)
    read = _read(content)
    begun = time.perf_counter()
    verdict = check_file(content, held.clock.now())
    judged = time.perf_counter() - begun
    if len(verdict.accepted) != good_rows(rows):
        raise AssertionError(f"not what was to be measured: {len(verdict.accepted)} of {rows} rows were good")
    del verdict
    sent = SentFile("khach.xlsx", lists.next(rows))
    begun = time.perf_counter()
    batch_id = _accept(held, hotel, sent)
    accepted = time.perf_counter() - begun
    _check_accepted(held, hotel, batch_id, rows)
    return Turn(read, judged, accepted, copied.seconds(batch_id))


def _read(content: bytes) -> float:
    begun = time.perf_counter()
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        book.get_sheet_by_index(0).to_python()
    return time.perf_counter() - begun


def _accept(held: Container, hotel: Hotel, sent: SentFile) -> UUID:
    """As the web takes it and the worker ends it."""
    if check_short(sent.content, held.clock.now()) is not None:
        raise AssertionError("not what was to be measured: a request would have judged it")
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        batch = record_batch(work, hotel.actor, held.residence, hotel.lodging_id, sent, None)
    keep_content(held.files, held.vault, batch, sent.content)
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        hand_over(work, hotel.actor, held.residence, hotel.lodging_id, batch.id, accept=True)
    worker = BatchWorker(held.database, held.vault, held.clock, held.files, held.residence)
    worker.run(time_slice_s=_PATIENCE_S, told_to_stop=lambda: False)
    return batch.id


def _check_accepted(held: Container, hotel: Hotel, batch_id: UUID, rows: int) -> None:
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        batch = read_batch(work, hotel.actor, held.residence, hotel.lodging_id, batch_id)
    if batch.accepted != good_rows(rows):
        raise AssertionError(f"not what was to be measured: {batch.accepted} of {rows} guests were declared")


def _memory(place: Ground, held: Container, lists: Lists, rows: int) -> float:
    """MB above idle of the worker, over files sent one after the other."""
    hotels = open_hotels(held, _SENT_FOR_MEMORY + 2)
    with place.running("api", _WORKER) as supervisor:
        for hotel in hotels[:2]:
            send_and_follow(place, hotel, lists.next(_SHORT), _SHORT)
        files = [lists.next(rows) for _ in hotels[2:]]
        with most_above_idle(supervisor, _WORKER) as grown:
            for hotel, content in zip(hotels[2:], files, strict=True):
                send_and_follow(place, hotel, content, rows)
        return grown()


def _nearest(turns: list[Turn], grown: float, beside: Beside) -> Result:
    verdicts = [(turn.verdict, turn.limits[0]) for turn in turns]
    accepts = [(turn.accepted, turn.limits[1]) for turn in turns]
    measured = {
        "verdict": (verdicts, "s"),
        "accepted": (accepts, "s"),
        "memory": ([(grown, _MEMORY_MB)], "MB"),
        "others": (beside.pairs, "ms at p95"),
    }
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
            "idle_p95_ms": median(idle for idle, _ in beside.turns),
            "beside_p95_ms": median(busy for _, busy in beside.turns),
            "lists_beside": beside.lists,
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
