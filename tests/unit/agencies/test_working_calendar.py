"""The working calendar: dates against the published schedules, minutes against plain counting."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.working_calendar import DayKind, Override, WorkingCalendar, default_overrides
from kernel.clock import VIETNAM
from kernel.texts.bilingual import Text

DATA = Path(__file__).parents[2] / "data" / "calendar"
CALENDAR = WorkingCalendar(overrides=default_overrides())
FIRST = datetime(2024, 1, 1, tzinfo=VIETNAM)
INSTANTS = st.integers(0, 1400 * 24 * 3600).map(lambda seconds: FIRST + timedelta(seconds=seconds))


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


def rows() -> list[dict[str, str]]:
    with (DATA / "working_calendar_2024_2027.csv").open(encoding="utf-8") as table:
        return list(csv.DictReader(table))


def test_every_date_of_four_years_is_what_the_schedule_says() -> None:
    listed = {date.fromisoformat(row["date"]): row["kind"] == "working" for row in rows()}
    day = date(2024, 1, 1)
    while day < date(2028, 1, 1):
        assert CALENDAR.is_working_day(day) == listed.get(day, day.weekday() < 5), day
        day += timedelta(days=1)


def test_the_unconfirmed_swap_is_an_override_and_marked() -> None:
    assert [(o.day, o.kind, o.confirmed) for o in default_overrides()] == [
        (date(2026, 1, 2), DayKind.OFF, False),
        (date(2026, 1, 10), DayKind.WORKING, False),
    ]
    assert WorkingCalendar().is_working_day(date(2026, 1, 2))
    assert not WorkingCalendar().is_working_day(date(2026, 1, 10))


def test_an_override_wins_over_the_library_and_names_the_day() -> None:
    name = Text("Làm việc ngày lễ", "Working on the holiday")
    calendar = WorkingCalendar(overrides=[Override(date(2026, 11, 24), DayKind.WORKING, name, "Quyết định thử")])
    assert calendar.is_working_day(date(2026, 11, 24))
    assert calendar.name_of(date(2026, 11, 24)) == name
    assert CALENDAR.name_of(date(2026, 11, 24)) == Text("Ngày Văn hóa Việt Nam", "Vietnam Cultural Day")
    assert CALENDAR.name_of(date(2026, 11, 21)) is None


@pytest.mark.parametrize("year", [1, 1945, 1975, 2050, 2100, 2500, 9998])
def test_any_year_has_working_days(year: int) -> None:
    start = datetime(year, 6, 10, 12, 0, tzinfo=VIETNAM)
    later = CALENDAR.add_working_days(CALENDAR.clamp(start), 300)
    assert later.astimezone(VIETNAM).year in (year + 1, year + 2)
    assert CALENDAR.minutes_between(CALENDAR.clamp(start), later) == 300 * 480


def test_the_end_of_time_is_refused() -> None:
    with pytest.raises(OverflowError):
        CALENDAR.add_working_days(datetime(9999, 12, 31, 8, 0, tzinfo=VIETNAM), 2)


@pytest.mark.parametrize(
    ("instant", "clamped"),
    [
        ("2026-11-20 10:00", "2026-11-20 10:00"),
        ("2026-11-20 06:59", "2026-11-20 07:00"),
        ("2026-11-20 11:30", "2026-11-20 13:30"),
        ("2026-11-20 12:00", "2026-11-20 13:30"),
        ("2026-11-20 16:59", "2026-11-20 16:59"),
        ("2026-11-20 17:00", "2026-11-23 07:00"),
        ("2026-11-23 17:00", "2026-11-25 07:00"),
        ("2026-08-21 18:00", "2026-08-22 07:00"),
    ],
)
def test_clamp(instant: str, clamped: str) -> None:
    assert CALENDAR.clamp(at(instant)) == at(clamped)


def test_results_are_in_utc_and_seconds_are_cut_off() -> None:
    clamped = CALENDAR.clamp(datetime(2026, 11, 20, 3, 0, 59, 999, tzinfo=UTC))
    assert clamped == at("2026-11-20 10:00")
    assert clamped.tzinfo is UTC


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-20 10:00", 90, "2026-11-20 11:30"),
        ("2026-11-20 10:00", 91, "2026-11-20 13:31"),
        ("2026-11-20 16:00", 60, "2026-11-20 17:00"),
        ("2026-11-20 16:00", 61, "2026-11-23 07:01"),
        ("2026-11-22 10:00", 480, "2026-11-23 17:00"),
        ("2026-11-20 12:00", 0, "2026-11-20 12:00"),
    ],
)
def test_adding_minutes_gives_the_earliest_moment(start: str, minutes: int, end: str) -> None:
    assert CALENDAR.add_minutes(at(start), minutes) == at(end)


def test_calendar_days_move_off_a_day_off() -> None:
    assert CALENDAR.add_calendar_days(at("2026-11-20 10:00"), 4) == at("2026-11-25 10:00")
    assert CALENDAR.add_calendar_days(at("2026-11-20 10:00"), 3) == at("2026-11-23 10:00")


@pytest.mark.parametrize(
    "hours",
    [
        (),
        ((time(8), time(8)),),
        ((time(9), time(8)),),
        ((time(8), time(10)), (time(10), time(12))),
        ((time(13), time(17)), (time(7), time(11))),
    ],
)
def test_hours_that_cannot_be_are_refused(hours: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="working hours"):
        WorkingCalendar(hours=hours)


def test_other_hours_count_their_own_minutes() -> None:
    calendar = WorkingCalendar(hours=((time(8), time(12)),))
    assert calendar.day_minutes == 240
    assert calendar.add_minutes(at("2026-11-20 10:00"), 240) == at("2026-11-23 10:00")
    assert calendar.closing_of(at("2026-11-20 10:00")) == at("2026-11-20 12:00")


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.clamp(datetime(2026, 11, 20, 10, 0))  # noqa: DTZ001 - the point of the test


@given(INSTANTS, st.integers(0, 2000))
def test_what_is_added_has_passed(start: datetime, minutes: int) -> None:
    end = CALENDAR.add_minutes(start, minutes)
    assert CALENDAR.minutes_between(start, end) == minutes
    if minutes:
        assert CALENDAR.minutes_between(start, end - timedelta(minutes=1)) == minutes - 1


@given(st.tuples(INSTANTS, INSTANTS, INSTANTS))
def test_minutes_add_up(instants: tuple[datetime, datetime, datetime]) -> None:
    a, b, c = instants
    between = CALENDAR.minutes_between
    assert between(a, b) + between(b, c) == between(a, c)
    assert between(a, b) == -between(b, a)


@given(INSTANTS, st.integers(0, 3 * 24 * 60))
def test_minutes_are_those_a_plain_walk_counts(start: datetime, length: int) -> None:
    start = start.replace(second=0, microsecond=0)
    walked = sum(
        CALENDAR.is_working_day(minute.date())
        and (time(7) <= minute.time() < time(11, 30) or time(13, 30) <= minute.time() < time(17))
        for minute in (start + timedelta(minutes=n) for n in range(length))
    )
    assert CALENDAR.minutes_between(start, start + timedelta(minutes=length)) == walked


@given(INSTANTS, INSTANTS, st.integers(1, 60))
def test_later_starts_never_end_earlier(one: datetime, other: datetime, days: int) -> None:
    first, second = sorted((CALENDAR.clamp(one), CALENDAR.clamp(other)))
    assert CALENDAR.add_working_days(first, days) <= CALENDAR.add_working_days(second, days)
    # Thursday 16:00 + 3 days moves from Sunday to Monday 16:00; Friday 10:00 + 3 days is Monday 10:00: dates hold.
    ends = [CALENDAR.add_calendar_days(start, days).astimezone(VIETNAM).date() for start in (first, second)]
    assert ends == sorted(ends)
    assert CALENDAR.minutes_between(first, CALENDAR.add_working_days(first, days)) == days * CALENDAR.day_minutes
