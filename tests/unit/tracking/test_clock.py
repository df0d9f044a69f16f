"""The deadline ledger: the reckoned cases, pauses, extensions, undo, and what holds for any ledger."""

import json
import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.working_calendar import WorkingCalendar, default_overrides
from kernel.clock import VIETNAM
from procedures.term import Term, Unit
from tracking.deadline.clock import (
    ClockEntry,
    Condition,
    DueTime,
    EntryKind,
    begin_of,
    due,
    elapsed_minutes,
    entries_for,
    is_on_time,
    remaining_minutes,
    replay,
    term_end,
    wanted_condition,
)
from tracking.states import MOVES, BusinessState, Event, Position, positions

CASES = json.loads((Path(__file__).parents[2] / "data/calendar/deadline_cases.json").read_text("utf-8"))["cases"]
CALENDAR = WorkingCalendar(overrides=default_overrides())
THREE_DAYS = Term(3, Unit.WORKING_DAYS)
FIRST = datetime(2024, 1, 1, tzinfo=VIETNAM)
INSTANTS = st.integers(0, 1400 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
TERMS = st.one_of(
    st.builds(Term, st.integers(0, 40), st.sampled_from([Unit.WORKING_DAYS, Unit.DAYS])),
    st.builds(Term, st.integers(1, 200), st.just(Unit.WORKING_HOURS)),
    st.builds(Term, st.integers(0, 5), st.just(Unit.WORKING_DAYS), st.just(time(15))),
)


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


def ledger(*lines: str) -> list[ClockEntry]:
    """ "start 2026-11-20 10:00", "extend 2026-11-20 10:00 +480" """
    found = [re.fullmatch(r"(\w+) (\S+ \S+)(?: \+(\d+))?", line) for line in lines]
    return [ClockEntry(EntryKind(m[1]), at(m[2]), int(m[3]) if m[3] else None) for m in found if m is not None]


@pytest.mark.parametrize("case", [c for c in CASES if "duration" in c], ids=lambda c: c["name"])
def test_reckoned_cases(case: dict[str, Any]) -> None:
    amount, unit = case["duration"].split(" ", 1)
    term = Term(int(amount), Unit(unit.replace(" ", "_")))
    assert term_end(term, at(case["received"]), CALENDAR) == at(case["due"])


@pytest.mark.parametrize("case", [c for c in CASES if "due_before" in c], ids=lambda c: c["name"])
def test_reckoned_pauses(case: dict[str, Any]) -> None:
    start = f"start 2026-11-13 {case['due_before'][-5:]}"
    entries = ledger(start, f"pause {case['paused_from']}", f"resume {case['resumed_at']}")
    turns = replay(entries, THREE_DAYS, CALENDAR)
    assert turns[0].due_at == at(case["due_before"])
    assert turns[2].minutes == case["paused_working_minutes"]
    assert due(entries, THREE_DAYS, CALENDAR).due_at == at(case["due_after"])


def test_accepted_friday_over_the_holiday() -> None:
    entries = ledger("start 2026-11-20 10:00")
    found = due(entries, THREE_DAYS, CALENDAR)
    assert found == DueTime(Condition.RUNNING, at("2026-11-26 10:00"), at("2026-11-26 10:00"))
    assert remaining_minutes(entries, THREE_DAYS, CALENDAR, at("2026-11-20 10:00")) == 3 * 480
    assert remaining_minutes(entries, THREE_DAYS, CALENDAR, at("2026-11-26 10:31")) == -31


@pytest.mark.parametrize(
    ("received", "ends"),
    [
        ("2026-11-20 14:59", "2026-11-20 17:00"),
        ("2026-11-20 15:00", "2026-11-20 17:00"),
        ("2026-11-20 15:01", "2026-11-23 17:00"),
        ("2026-11-23 15:01", "2026-11-25 17:00"),
        ("2026-11-22 09:00", "2026-11-23 17:00"),
        ("2026-11-23 18:30", "2026-11-25 17:00"),
    ],
)
def test_same_day_procedures_and_three_o_clock(received: str, ends: str) -> None:
    assert term_end(Term(0, Unit.WORKING_DAYS, cutoff=time(15)), at(received), CALENDAR) == at(ends)


def test_a_cutoff_moves_a_longer_term_as_well() -> None:
    assert term_end(Term(1, Unit.WORKING_DAYS, cutoff=time(15)), at("2026-11-20 16:00"), CALENDAR) == at(
        "2026-11-25 07:00"
    )


def test_while_paused_the_due_time_is_not_known_but_projected() -> None:
    entries = ledger("start 2026-11-13 10:00", "pause 2026-11-13 16:00")
    before = due(entries, THREE_DAYS, CALENDAR)
    assert before == DueTime(Condition.PAUSED, None, at("2026-11-18 10:00"))
    later = due(entries, THREE_DAYS, CALENDAR, now=at("2026-11-16 08:00"))
    assert later == DueTime(Condition.PAUSED, None, at("2026-11-18 14:00"))
    assert remaining_minutes(entries, THREE_DAYS, CALENDAR, at("2026-11-16 08:00")) == 1440 - 240
    assert elapsed_minutes(entries, THREE_DAYS, CALENDAR, at("2026-11-16 08:00")) == 240


def test_before_acceptance_there_is_no_due_time() -> None:
    assert due([], THREE_DAYS, CALENDAR) == DueTime(Condition.IDLE, None, None)
    assert remaining_minutes([], THREE_DAYS, CALENDAR, FIRST) is None
    assert elapsed_minutes([], THREE_DAYS, CALENDAR, FIRST) == 0


def test_an_extension_adds_working_time_even_while_paused() -> None:
    entries = ledger("start 2026-11-13 10:00", "pause 2026-11-13 16:00", "extend 2026-11-13 16:30 +480")
    assert due(entries, THREE_DAYS, CALENDAR).projected_at == at("2026-11-19 10:00")
    resumed = [*entries, *ledger("resume 2026-11-16 08:00")]
    assert due(resumed, THREE_DAYS, CALENDAR).due_at == at("2026-11-19 14:00")


def test_undo_of_acceptance_cancels_the_start() -> None:
    entries = ledger("start 2026-11-13 10:00", "void 2026-11-13 10:05")
    assert due(entries, THREE_DAYS, CALENDAR).condition is Condition.IDLE
    again = [*entries, *ledger("start 2026-11-16 10:00")]
    assert due(again, THREE_DAYS, CALENDAR).due_at == at("2026-11-19 10:00")


def test_undo_of_the_end_makes_the_clock_run_as_if_never_stopped() -> None:
    stopped = ledger("start 2026-11-13 10:00", "stop 2026-11-16 10:00")
    assert due(stopped, THREE_DAYS, CALENDAR).condition is Condition.STOPPED
    assert elapsed_minutes(stopped, THREE_DAYS, CALENDAR, at("2026-11-19 10:00")) == 480
    assert remaining_minutes(stopped, THREE_DAYS, CALENDAR, at("2026-11-30 10:00")) == 960
    undone = [*stopped, *ledger("void 2026-11-16 10:20")]
    assert due(undone, THREE_DAYS, CALENDAR) == due(stopped[:1], THREE_DAYS, CALENDAR)
    assert elapsed_minutes(undone, THREE_DAYS, CALENDAR, at("2026-11-17 10:00")) == 960


@pytest.mark.parametrize(
    "lines",
    [
        ("pause 2026-11-13 10:00",),
        ("void 2026-11-13 10:00",),
        ("start 2026-11-13 10:00", "start 2026-11-13 11:00"),
        ("start 2026-11-13 10:00", "resume 2026-11-13 11:00"),
        ("start 2026-11-13 10:00", "pause 2026-11-13 11:00", "pause 2026-11-13 11:00"),
        ("start 2026-11-13 10:00", "stop 2026-11-13 11:00", "extend 2026-11-13 11:00 +5"),
    ],
)
def test_a_ledger_that_cannot_be_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="the ledger"):
        due(ledger(*lines), THREE_DAYS, CALENDAR)


def test_a_server_clock_that_steps_back_takes_no_time_away() -> None:
    entries = ledger("start 2026-11-13 10:00", "pause 2026-11-13 14:00", "resume 2026-11-13 13:50")
    assert due(entries, THREE_DAYS, CALENDAR).due_at == at("2026-11-18 10:00")
    assert elapsed_minutes(entries, THREE_DAYS, CALENDAR, at("2026-11-13 13:55")) == 120


@pytest.mark.parametrize(
    ("ended", "on_time"),
    [("2026-11-26 23:59", True), ("2026-11-26 10:01", True), ("2026-11-27 00:00", False), ("2026-11-20 10:00", True)],
)
def test_on_time_goes_by_the_date_in_vietnam(ended: str, on_time: bool) -> None:
    assert is_on_time(at(ended), at("2026-11-26 10:00")) is on_time


def test_how_the_clock_stands_in_every_state() -> None:
    found = {(int(state), origin): wanted_condition(state, origin).value for state, origin in positions()}
    idle = [(0, None), (1, None), (3, None), (5, 1), (6, 1), (7, 1), (7, 15), (7, 16)]
    running = [(2, None), (4, None), (7, 2), (7, 4), (7, 25), (7, 26), (7, 45), (7, 46)]
    paused = [(5, 2), (5, 4), (6, 2), (6, 4)]
    stopped = [(8, None), (9, None), (10, None), (6, 9), (7, 96)]
    assert found == (
        dict.fromkeys(idle, "idle")
        | dict.fromkeys(running, "running")
        | dict.fromkeys(paused, "paused")
        | dict.fromkeys(stopped, "stopped")
    )


def test_a_dossier_that_stops_before_acceptance_never_had_a_clock() -> None:
    assert entries_for([], BusinessState.STOPPED, None, FIRST) == []


def test_undo_of_acceptance_cancels_all_that_stands() -> None:
    entries = ledger("start 2026-11-13 10:00", "pause 2026-11-13 14:00", "resume 2026-11-13 15:00")
    voids = entries_for(entries, BusinessState.SUBMITTED, None, at("2026-11-13 15:10"))
    assert [entry.kind for entry in voids] == [EntryKind.VOID] * 3
    assert due([*entries, *voids], THREE_DAYS, CALENDAR).condition is Condition.IDLE


@given(st.lists(st.sampled_from(Event), max_size=40), st.integers(0, 10**6))
def test_any_walk_of_the_business_axis_keeps_the_ledger_right(events: list[Event], seed: int) -> None:
    position, now = Position(BusinessState.DRAFT), FIRST
    entries: list[ClockEntry] = []
    for step, event in enumerate(events):
        after = MOVES.get((position, event))
        if after is None:
            continue
        now += timedelta(minutes=(seed * (step + 1)) % 5000)
        entries += entries_for(entries, *after, now)
        position = after
        wanted = wanted_condition(*position)
        found = due(entries, THREE_DAYS, CALENDAR)
        assert found.condition is wanted or (found.condition is Condition.IDLE and wanted is Condition.STOPPED)
        assert (found.due_at is None) == (found.condition in (Condition.IDLE, Condition.PAUSED))
        assert entries_for(entries, *position, now) == []


@given(TERMS, INSTANTS, INSTANTS)
def test_a_pause_of_zero_changes_nothing(term: Term, start: datetime, pause: datetime) -> None:
    start, pause = sorted((start, pause))
    plain = [ClockEntry(EntryKind.START, start)]
    paused = [*plain, ClockEntry(EntryKind.PAUSE, pause), ClockEntry(EntryKind.RESUME, pause)]
    assert due(paused, term, CALENDAR) == due(plain, term, CALENDAR)


@given(TERMS, st.lists(INSTANTS, min_size=4, max_size=4))
def test_a_pause_cut_in_two_is_the_same_pause(term: Term, instants: list[datetime]) -> None:
    start, pause, between, resume = sorted(instants)
    kinds = EntryKind
    whole = [ClockEntry(kinds.START, start), ClockEntry(kinds.PAUSE, pause), ClockEntry(kinds.RESUME, resume)]
    cut = [*whole[:2], ClockEntry(kinds.RESUME, between), ClockEntry(kinds.PAUSE, between), whole[2]]
    assert due(cut, term, CALENDAR) == due(whole, term, CALENDAR)
    assert elapsed_minutes(cut, term, CALENDAR, resume) == elapsed_minutes(whole, term, CALENDAR, resume)


@given(TERMS, st.lists(INSTANTS, min_size=4, max_size=4))
def test_the_longer_the_pause_the_later_the_due_time(term: Term, instants: list[datetime]) -> None:
    start, pause, soon, late = sorted(instants)
    entries = [ClockEntry(EntryKind.START, start), ClockEntry(EntryKind.PAUSE, pause)]
    ends = [due([*entries, ClockEntry(EntryKind.RESUME, at)], term, CALENDAR).due_at for at in (soon, late)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0] <= ends[1]


@given(
    TERMS.filter(lambda term: not term.in_calendar_days),
    st.lists(INSTANTS, min_size=4, max_size=4),
    st.integers(0, 5000),
)
def test_used_and_left_add_up_to_what_was_given(term: Term, instants: list[datetime], granted: int) -> None:
    start, pause, resume, now = sorted(instants)
    entries = [
        ClockEntry(EntryKind.START, start),
        ClockEntry(EntryKind.PAUSE, pause),
        ClockEntry(EntryKind.RESUME, resume),
        ClockEntry(EntryKind.EXTEND, now, granted),
    ]
    given_minutes = CALENDAR.minutes_between(begin_of(term, start, CALENDAR), term_end(term, start, CALENDAR)) + granted
    left = remaining_minutes(entries, term, CALENDAR, now)
    assert left is not None
    assert elapsed_minutes(entries, term, CALENDAR, now) + left == given_minutes


@given(INSTANTS, INSTANTS, st.sampled_from([Unit.WORKING_DAYS, Unit.WORKING_HOURS]), st.integers(1, 60))
def test_who_is_accepted_later_is_never_due_earlier(one: datetime, other: datetime, unit: Unit, amount: int) -> None:
    first, second = sorted((one, other))
    term = Term(amount, unit)
    assert term_end(term, first, CALENDAR) <= term_end(term, second, CALENDAR)
    assert term_end(term, first, CALENDAR) <= term_end(replace(term, amount=amount + 1), first, CALENDAR)
