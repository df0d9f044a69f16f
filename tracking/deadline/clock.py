"""The deadline clock of a dossier: an append-only ledger from which the due time is recomputed.

The legal clock starts when a dossier is accepted (state 2), stands still while the citizen is waited for (5 and 6) and
ends with 8 or 9. What an undo takes back stays in the ledger, cancelled by a `void` entry after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from agencies.working_calendar import WorkingCalendar
from kernel.clock import local
from kernel.states import StateTable
from procedures.term import Term, Unit
from tracking.states import BusinessState


class EntryKind(StrEnum):
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    STOP = "stop"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class ClockEntry:
    """One line of the ledger. `minutes` are working minutes granted, for `extend` alone. `void` cancels the last entry
    that still stands."""

    kind: EntryKind
    at: datetime
    minutes: int | None = None


class Condition(StrEnum):
    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class DueTime:
    """`due_at` is None while the clock has not started or is paused: it is not known then. `projected_at` is what it
    would be if the clock went on now; equal to `due_at` where that is known. UTC."""

    condition: Condition
    due_at: datetime | None
    projected_at: datetime | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A standing entry and the clock after it: condition, due time, and what it added to the term: working `minutes`,
    or calendar `days`.

    `at` is the entry's instant, or that of an earlier entry if a server's clock stepped back: the ledger's does not.
    """

    entry: ClockEntry
    at: datetime
    condition: Condition
    due_at: datetime
    minutes: int = 0
    days: int = 0


def _impossible(condition: Condition, kind: EntryKind) -> ValueError:
    return ValueError(f"the ledger has {kind} while {condition}")


CLOCK_MOVES: Final = StateTable(
    {
        (Condition.IDLE, EntryKind.START): Condition.RUNNING,
        (Condition.RUNNING, EntryKind.PAUSE): Condition.PAUSED,
        (Condition.PAUSED, EntryKind.RESUME): Condition.RUNNING,
        (Condition.RUNNING, EntryKind.EXTEND): Condition.RUNNING,
        (Condition.PAUSED, EntryKind.EXTEND): Condition.PAUSED,
        (Condition.RUNNING, EntryKind.STOP): Condition.STOPPED,
        (Condition.PAUSED, EntryKind.STOP): Condition.STOPPED,
    },
    _impossible,
)
_STEPS: Final[dict[tuple[Condition, Condition], EntryKind]] = {
    (Condition.IDLE, Condition.RUNNING): EntryKind.START,
    (Condition.RUNNING, Condition.PAUSED): EntryKind.PAUSE,
    (Condition.PAUSED, Condition.RUNNING): EntryKind.RESUME,
    (Condition.RUNNING, Condition.STOPPED): EntryKind.STOP,
    (Condition.PAUSED, Condition.STOPPED): EntryKind.STOP,
}


def term_end(term: Term, start: datetime, calendar: WorkingCalendar) -> datetime:
    """When a term that starts at an instant ends, nothing pausing it."""
    return _end(term, begin_of(term, start, calendar), calendar)


def begin_of(term: Term, start: datetime, calendar: WorkingCalendar) -> datetime:
    """The minute from which a term counts."""
    begin = start if term.in_calendar_days and not term.from_working_day else calendar.clamp(start)
    if term.cutoff is not None and local(begin).time() > term.cutoff:
        return calendar.opening_after(begin)
    return begin


def _end(term: Term, begin: datetime, calendar: WorkingCalendar, *, days: int = 0, minutes: int = 0) -> datetime:
    """The end of a term lengthened by calendar days and working minutes."""
    if term.unit is Unit.WORKING_HOURS:
        return calendar.add_minutes(begin, term.amount * 60 + minutes)
    if term.in_calendar_days:
        # From the beginning anew: the end before may have been moved off a day off that this one does not fall on.
        end = calendar.add_calendar_days(begin, term.amount + days)
    else:
        end = calendar.add_working_days(begin, term.amount) if term.amount else calendar.closing_of(begin)
    return calendar.add_minutes(end, minutes)


def standing(entries: Sequence[ClockEntry]) -> list[ClockEntry]:
    """The entries that no void has cancelled, in order. Raises ValueError when a void has nothing to cancel."""
    kept: list[ClockEntry] = []
    for entry in entries:
        if entry.kind is not EntryKind.VOID:
            kept.append(entry)
        elif kept:
            kept.pop()
        else:
            raise ValueError("the ledger cancels an entry it does not have")
    return kept


def replay(entries: Sequence[ClockEntry], term: Term, calendar: WorkingCalendar) -> list[Turn]:
    """What each standing entry did. Raises ValueError for a ledger that cannot be (a pause before the start, ...)."""
    turns: list[Turn] = []
    for entry in standing(entries):
        turns.append(_turn(turns, entry, term, calendar))
    return turns


def _turn(turns: Sequence[Turn], entry: ClockEntry, term: Term, calendar: WorkingCalendar) -> Turn:
    last = turns[-1] if turns else None
    condition = CLOCK_MOVES.move(last.condition if last else Condition.IDLE, entry.kind)
    if last is None:
        return Turn(entry, entry.at, condition, term_end(term, entry.at, calendar))
    at = max(last.at, entry.at)
    days, minutes = 0, entry.minutes or 0 if entry.kind is EntryKind.EXTEND else 0
    if last.condition is Condition.PAUSED and condition is not Condition.PAUSED:
        days, minutes = _waited(turns, at, term, calendar)
    return Turn(entry, at, condition, _due_after(turns, term, calendar, days, minutes), minutes, days)


def _waited(turns: Sequence[Turn], until: datetime, term: Term, calendar: WorkingCalendar) -> tuple[int, int]:
    """What the pause that is on adds by an instant: (calendar days, 0) to a term of such days, else (0, working
    minutes). Before the term has begun nothing of it is used up, so a pause then adds nothing."""
    since = max(_paused_at(turns), begin_of(term, turns[0].at, calendar))
    if until <= since:
        return 0, 0
    if term.in_calendar_days:
        return (local(until).date() - local(since).date()).days, 0
    return 0, calendar.minutes_between(since, until)


def _due_after(turns: Sequence[Turn], term: Term, calendar: WorkingCalendar, days: int, minutes: int) -> datetime:
    days, minutes = days + sum(turn.days for turn in turns), minutes + sum(turn.minutes for turn in turns)
    return _end(term, begin_of(term, turns[0].at, calendar), calendar, days=days, minutes=minutes)


def due(
    entries: Sequence[ClockEntry], term: Term, calendar: WorkingCalendar, *, now: datetime | None = None
) -> DueTime:
    """The due time by the ledger. While paused, `now` gives the projection; without it that of resuming at once."""
    turns = replay(entries, term, calendar)
    if not turns:
        return DueTime(Condition.IDLE, None, None)
    last = turns[-1]
    if last.condition is not Condition.PAUSED:
        return DueTime(last.condition, last.due_at, last.due_at)
    waited = _waited(turns, now, term, calendar) if now else (0, 0)
    return DueTime(last.condition, None, _due_after(turns, term, calendar, *waited))


def elapsed_minutes(entries: Sequence[ClockEntry], term: Term, calendar: WorkingCalendar, now: datetime) -> int:
    """Working minutes of the term the agency has used: from its beginning to now (or the end), less the pauses."""
    used, since, latest, begin = 0, None, None, None
    for entry in standing(entries):
        latest = entry.at if latest is None else max(latest, entry.at)
        begin = begin or begin_of(term, entry.at, calendar)
        if entry.kind in (EntryKind.START, EntryKind.RESUME):
            since = max(latest, begin)
        elif entry.kind in (EntryKind.PAUSE, EntryKind.STOP) and since is not None:
            used += max(0, calendar.minutes_between(since, latest))
            since = None
    return used + (max(0, calendar.minutes_between(since, now)) if since is not None else 0)


def remaining_minutes(
    entries: Sequence[ClockEntry], term: Term, calendar: WorkingCalendar, now: datetime
) -> int | None:
    """Working minutes left until the due time, negative when it has passed; None before the clock starts. While paused
    or stopped, what was left at that moment."""
    turns = replay(entries, term, calendar)
    if not turns:
        return None
    last = turns[-1]
    if last.condition is Condition.PAUSED:
        now = _paused_at(turns)
    elif last.condition is Condition.STOPPED:
        now = last.at
    return calendar.minutes_between(max(now, begin_of(term, turns[0].at, calendar)), last.due_at)


def is_on_time(ended_at: datetime, due_at: datetime) -> bool:
    """QĐ 766/QĐ-TTg: on time if the date of the end is not after the date due, in Vietnam."""
    return local(ended_at).date() <= local(due_at).date()


def wanted_condition(state: BusinessState, origin: int | None) -> Condition:
    """How the clock has to stand in a business state. A detour from 1 or 9 leaves it as it is there."""
    came_from = int(str(origin)[0]) if origin else int(state)
    if came_from in (BusinessState.DRAFT, BusinessState.SUBMITTED, BusinessState.DECLINED):
        return Condition.IDLE
    if state in (BusinessState.STOPPED, BusinessState.FINISHED, BusinessState.HANDED_OVER):
        return Condition.STOPPED
    if came_from == BusinessState.FINISHED:
        return Condition.STOPPED
    return Condition.PAUSED if state in (BusinessState.SUPPLEMENT, BusinessState.FEE) else Condition.RUNNING


def entries_for(
    entries: Sequence[ClockEntry], state: BusinessState, origin: int | None, at: datetime, *, taken_back: bool = False
) -> list[ClockEntry]:
    """The entries to append when a dossier comes to stand in a state: none, one, or the voids of an undo.

    `taken_back`: what paused the clock was a mistake, so that the pause is cancelled rather than ended.
    """
    kept = standing(entries)
    current = Condition.IDLE
    for entry in kept:
        current = CLOCK_MOVES.move(current, entry.kind)
    wanted = wanted_condition(state, origin)
    if current is wanted or (current is Condition.IDLE and wanted is Condition.STOPPED):
        return []
    if wanted is Condition.IDLE:
        return [ClockEntry(EntryKind.VOID, at)] * len(kept)
    if current is Condition.STOPPED or (taken_back and kept[-1].kind is EntryKind.PAUSE):
        return [ClockEntry(EntryKind.VOID, at)]
    return [ClockEntry(_STEPS[current, wanted], at)]


def _paused_at(turns: Sequence[Turn]) -> datetime:
    return next(turn.at for turn in reversed(turns) if turn.entry.kind is EntryKind.PAUSE)
