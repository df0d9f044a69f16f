"""One schedule of one row, from an empty folder to a verdict."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from bench.faults.arena import PHONES, Arena, Order, Row, Subject
from bench.faults.clock_rows import with_stepped_clock
from bench.faults.provider import PLAIN_RECEIPTS, Kind, Provider
from bench.faults.verdict import NEW_WORK_S, STRANDED_S, Evidence, Span, Verdict, judge
from bench.faults.writer import Writer
from bench.ground import ground

# Short ones, so that a row ends in time; in production they are longer and everything else is the same.
PATIENCE: Final[Mapping[str, str]] = {
    "MOTCUA_GATEWAY_TIMEOUT_SECONDS": "2",
    "MOTCUA_SEND_START_WITHIN_SECONDS": "2",
    "MOTCUA_SEND_MARGIN_SECONDS": "1",
    "MOTCUA_LOG_LEVEL": "warning",
}
_SPARE: Final = 40
_MOST: Final = 2000
_WARM_S: Final = 1.5
_QUIET_POLL_S: Final = 0.25

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much a schedule does at least."""

    messages: int = 500
    faults: int | None = None


def run_schedule(row: Row, seed: int, subject: Subject, kind: Kind, size: Size, say: Say) -> Verdict:
    """Raises NotBack when something that a fault took away stays away, and whatever the engines raise."""
    with ground({**PATIENCE, **kind.environment, **row.settings}, row.lay) as place:
        specs = subject.processes(place)
        if row.stepped:
            specs = [with_stepped_clock(place, spec) for spec in specs]
        with place.keeping(*specs) as supervisor:
            provider = Provider(place.sandbox_url, kind)
            arena = Arena(place, supervisor, subject, provider, iter(()))
            try:
                return _drill(arena, row, random.Random(seed), size, say)
            finally:
                subject.close()
                arena.close()


def _drill(arena: Arena, row: Row, dice: random.Random, size: Size, say: Say) -> Verdict:
    every = arena.subject.prepare(arena, _MOST)
    arena.spare, orders = iter(every[:_SPARE]), iter(every[_SPARE:])
    arena.provider.turn_receipts(**PLAIN_RECEIPTS)
    if row.prepare is not None:
        row.prepare(arena)
    writer = Writer(arena.subject, orders)
    writer.start()
    try:
        spans = list(_blows(arena, row, dice, writer, size.faults or row.faults, say))
        arena.wait_for(lambda: len(writer.ordered) >= size.messages, f"{size.messages} orders", STRANDED_S)
        time.sleep(max(0.0, spans[-1].returned + NEW_WORK_S - time.time()))
    finally:
        writer.stop()
    quiet = _wait_for_quiet(arena, say)
    if row.examine is not None:
        row.examine(arena)
    say(f"quiet after {quiet:.1f} s; {writer.broken} commits broke and were tried again")
    verdict = judge(_evidence(arena, row, writer, spans, every))
    for phone in (*verdict.slowest, *sorted(verdict.ended_ill)[:2]):
        if story := arena.subject.story(arena, phone):
            say(f"see {story}")
    return verdict


def _blows(arena: Arena, row: Row, dice: random.Random, writer: Writer, number: int, say: Say) -> Iterator[Span]:
    """Each once new work flows after the one before: what is measured is how one fault is got over."""
    time.sleep(_WARM_S)
    for _ in range(number):
        time.sleep(dice.uniform(*row.gap))
        arena.begun = time.time()
        what = row.strike(arena, dice)
        span = Span(arena.begun, time.time(), what)
        say(f"{span.returned - span.began:5.1f} s  {what}")
        arena.catch(partial(_flows, arena, writer, span.returned), STRANDED_S)
        yield span


def _flows(arena: Arena, writer: Writer, since: float) -> bool:
    """Whether a message ordered after that time has been taken."""
    time.sleep(_QUIET_POLL_S)
    return any(writer.ordered.get(each.phone, 0.0) >= since for each in arena.provider.taken())


def _wait_for_quiet(arena: Arena, say: Say) -> float:
    """Until nothing is left to be done, or what is left has not become less for too long. Returns the seconds."""
    begun = moved = time.monotonic()
    least = left = arena.subject.open(arena)
    while left and time.monotonic() - moved < STRANDED_S + NEW_WORK_S:
        time.sleep(_QUIET_POLL_S)
        left = arena.subject.open(arena)
        if left < least:
            least, moved = left, time.monotonic()
    if left:
        say(f"{left} messages are not settled")
    return time.monotonic() - begun


def _evidence(arena: Arena, row: Row, writer: Writer, spans: list[Span], every: Sequence[Order]) -> Evidence:
    kind = arena.provider.kind
    there = arena.subject.committed(arena)
    ordered = {**writer.ordered, **{phone: at for phone, at in arena.settled.items() if phone in there}}
    return Evidence(
        ordered=ordered,
        vanished=sorted(writer.ordered.keys() - there),
        poison=frozenset(arena.poison),
        taken=[each for each in arena.provider.taken() if each.phone.startswith(PHONES)],
        ends=arena.subject.ends(arena),
        ended_well=arena.subject.ended_well,
        spans=spans,
        certain=kind.certain,
        # What was committed without anybody having been told so is to be sent all the same.
        unpromised=frozenset(there - ordered.keys()),
        caught=frozenset(arena.caught if row.kills else met(arena.subject.unseen(arena), spans)),
        marks={order.phone: order.mark for order in every},
        oddities=tuple(arena.oddities),
    )


def met(calls: Iterable[tuple[str, float, float]], spans: Sequence[Span]) -> set[str]:
    """The phones of those calls that were open, by their beginning and end, while a fault was in force."""
    return {phone for phone, began, ended in calls if any(began <= s.returned and ended >= s.began for s in spans)}


def together(verdicts: list[Verdict]) -> Verdict:
    """Several schedules as one: counts added, times the worst."""
    first = verdicts[0]
    for other in verdicts[1:]:
        first = replace(
            first,
            messages=first.messages + other.messages,
            faults=first.faults + other.faults,
            lost=first.lost + other.lost,
            duplicated=first.duplicated + other.duplicated,
            allowed=first.allowed + other.allowed,
            unexpected=first.unexpected + other.unexpected,
            late=first.late + other.late,
            recovered_s=max(first.recovered_s, other.recovered_s),
            stranded_s=max(first.stranded_s, other.stranded_s),
            figures={name: max(value, other.figures[name]) for name, value in first.figures.items()},
        )
    return first
