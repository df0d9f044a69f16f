"""Pauses before a term begins, and terms in calendar days, which count days off and end on none (BLDS Đ.147, 148)."""

import re
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.working_calendar import WorkingCalendar, default_overrides
from kernel.clock import VIETNAM
from procedures.term import Term, Unit
from tracking.deadline.clock import (
    ClockEntry,
    Condition,
    EntryKind,
    begin_of,
    due,
    elapsed_minutes,
    remaining_minutes,
    term_end,
)
from tracking.deadline.lines import explain

CALENDAR = WorkingCalendar(overrides=default_overrides())
SAME_DAY = Term(0, Unit.WORKING_DAYS, time(15))
THREE, HOURS = Term(3, Unit.WORKING_DAYS, time(15)), Term(8, Unit.WORKING_HOURS, time(15))
FIFTEEN = Term(15, Unit.DAYS)
FIRST = datetime(2024, 1, 1, tzinfo=VIETNAM)
INSTANTS = st.integers(0, 1400 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


def ledger(*lines: str) -> list[ClockEntry]:
    """ "start 2026-11-20 10:00" """
    found = [re.fullmatch(r"(\w+) (\S+ \S+)", line) for line in lines]
    return [ClockEntry(EntryKind(m[1]), at(m[2])) for m in found if m is not None]


@pytest.mark.parametrize(
    ("term", "start", "pause", "resume", "ends"),
    [
        # Friday after three o'clock: the term begins on Monday, whatever happens on Friday evening.
        (SAME_DAY, "2026-11-13 15:10", "2026-11-13 15:20", "2026-11-13 16:50", "2026-11-16 17:00"),
        (THREE, "2026-11-13 16:00", "2026-11-13 16:05", "2026-11-13 17:00", "2026-11-19 07:00"),
        (HOURS, "2026-11-13 16:00", "2026-11-13 16:05", "2026-11-13 16:45", "2026-11-16 17:00"),
        # Resumed an hour after it began: that hour alone is added.
        (THREE, "2026-11-13 16:00", "2026-11-13 16:05", "2026-11-16 08:00", "2026-11-19 08:00"),
        # At night and at a weekend nothing is counted in any case.
        (Term(3, Unit.WORKING_DAYS), "2026-11-13 18:00", "2026-11-13 19:00", "2026-11-15 09:00", "2026-11-19 07:00"),
        (Term(15, Unit.DAYS, time(15)), "2026-11-13 16:00", "2026-11-14 08:00", "2026-11-15 09:00", "2026-12-01 07:00"),
    ],
)  # fmt: skip
def test_a_pause_before_the_term_has_begun_adds_nothing(
    term: Term, start: str, pause: str, resume: str, ends: str
) -> None:
    entries = ledger(f"start {start}", f"pause {pause}", f"resume {resume}")
    assert due(entries, term, CALENDAR).due_at == at(ends)
    assert due(entries[:2], term, CALENDAR, now=at(resume)).projected_at == at(ends)
    assert elapsed_minutes(entries, term, CALENDAR, at(resume)) == 0


@given(st.integers(1, 40), st.sampled_from([Unit.WORKING_DAYS, Unit.DAYS]), INSTANTS, st.integers(0, 500))
def test_whatever_a_pause_before_the_begin_lasts(amount: int, unit: Unit, start: datetime, minutes: int) -> None:
    term = Term(amount, unit, time(0))
    opening = begin_of(term, start, CALENDAR)
    resumed = max(start, min(opening, start + timedelta(minutes=minutes)))
    plain = [ClockEntry(EntryKind.START, start)]
    paused = [*plain, ClockEntry(EntryKind.PAUSE, start), ClockEntry(EntryKind.RESUME, resumed)]
    assert due(paused, term, CALENDAR) == due(plain, term, CALENDAR)
    assert remaining_minutes(paused, term, CALENDAR, resumed) == remaining_minutes(plain, term, CALENDAR, opening)


@pytest.mark.parametrize(
    ("start", "amount", "ends"),
    [
        # The day of receipt is not counted and may be off; the last one may not.
        ("2026-11-07 10:00", 15, "2026-11-23 10:00"),
        ("2026-11-06 10:00", 15, "2026-11-23 10:00"),
        ("2026-11-09 10:00", 15, "2026-11-25 10:00"),
        ("2026-11-08 09:00", 15, "2026-11-23 09:00"),
        ("2026-11-24 10:00", 2, "2026-11-26 10:00"),
        ("2026-11-26 20:00", 1, "2026-11-27 17:00"),
        ("2026-11-26 05:30", 1, "2026-11-27 07:00"),
        ("2026-11-26 12:00", 1, "2026-11-27 13:30"),
        ("2026-11-28 23:59", 1, "2026-11-30 17:00"),
        ("2027-02-01 10:00", 190, "2027-08-10 10:00"),
    ],
)
def test_calendar_days_count_from_the_start_whatever_day_it_is(start: str, amount: int, ends: str) -> None:
    assert term_end(Term(amount, Unit.DAYS), at(start), CALENDAR) == at(ends)


def test_a_procedure_may_let_its_days_begin_on_a_working_day() -> None:
    term = Term(15, Unit.DAYS, from_working_day=True)
    assert term_end(term, at("2026-11-07 10:00"), CALENDAR) == at("2026-11-25 07:00")
    assert term_end(term, at("2026-11-09 10:00"), CALENDAR) == at("2026-11-25 10:00")


def test_the_very_day_is_a_working_day() -> None:
    assert term_end(Term(0, Unit.DAYS), at("2026-11-07 10:00"), CALENDAR) == at("2026-11-09 17:00")


@pytest.mark.parametrize(
    ("pause", "resume", "ends"),
    [
        # 9/11 and 15 days: 24/11, which is a holiday, so 25/11.
        ("2026-11-10 08:00", "2026-11-10 16:30", "2026-11-25 10:00"),
        ("2026-11-10 16:00", "2026-11-11 08:00", "2026-11-25 10:00"),
        ("2026-11-10 16:00", "2026-11-12 08:00", "2026-11-26 10:00"),
        # Over a weekend two more days are waited than worked.
        ("2026-11-13 16:00", "2026-11-16 08:00", "2026-11-27 10:00"),
        ("2026-11-13 16:00", "2026-11-17 08:00", "2026-11-30 10:00"),
    ],
)
def test_a_pause_adds_calendar_days_to_calendar_days(pause: str, resume: str, ends: str) -> None:
    entries = ledger("start 2026-11-09 10:00", f"pause {pause}", f"resume {resume}")
    assert due(entries, FIFTEEN, CALENDAR).due_at == at(ends)
    waiting = due(entries[:2], FIFTEEN, CALENDAR, now=at(resume))
    assert (waiting.condition, waiting.projected_at) == (Condition.PAUSED, at(ends))


@given(st.integers(1, 60), st.lists(INSTANTS, min_size=3, max_size=3))
def test_a_pause_of_days_moves_the_last_day_by_as_many(amount: int, instants: list[datetime]) -> None:
    start, pause, resume = sorted(instants)
    entries = [
        ClockEntry(EntryKind.START, start),
        ClockEntry(EntryKind.PAUSE, pause),
        ClockEntry(EntryKind.RESUME, resume),
    ]
    waited = (resume.date() - pause.date()).days
    expected = term_end(Term(amount + waited, Unit.DAYS), start, CALENDAR)
    assert due(entries, Term(amount, Unit.DAYS), CALENDAR).due_at == expected


def test_the_reckoning_of_calendar_days_names_only_the_days_off_it_ends_on() -> None:
    entries = ledger("start 2026-11-07 10:00", "pause 2026-11-10 16:00", "resume 2026-11-12 08:00")
    assert [line.text.vi for line in explain(entries, FIFTEEN, CALENDAR)] == [
        "Bắt đầu lúc 10:00 thứ Bảy 07/11/2026.",
        "Thời hạn 15 ngày.",
        "Chủ nhật 22/11/2026 không tính: cuối tuần.",
        "Hạn trả kết quả: 10:00 thứ Hai 23/11/2026.",
        "Tạm dừng từ 16:00 thứ Ba 10/11/2026.",
        "Tiếp tục lúc 08:00 thứ Năm 12/11/2026: cộng 2 ngày đã chờ.",
        "thứ Ba 24/11/2026 không tính: Ngày Văn hóa Việt Nam.",
        "Hạn trả kết quả: 10:00 thứ Tư 25/11/2026.",
    ]
    english = [line.text.en for line in explain(entries, FIFTEEN, CALENDAR)]
    assert english[5] == "Resumed at 08:00 Thursday 12/11/2026: 2 days of waiting added."
