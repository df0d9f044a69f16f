"""The term of a supplement: working days after the request, a reminder in time, words for both."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.working_calendar import WorkingCalendar, default_overrides
from kernel.clock import VIETNAM, local
from procedures.checks.check import check_document
from procedures.document import procedure_of
from procedures.loader import read_document
from procedures.supplement import AtEnd, SupplementRule, last_day, supplement_times, until_text
from tests.unit.procedures.household import FILE
from tracking.reading.timeline_texts import describe

CALENDAR = WorkingCalendar(overrides=default_overrides())
FIRST = datetime(2024, 1, 1, tzinfo=VIETNAM)
INSTANTS = st.integers(0, 1000 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("asked", "days", "last", "reminded"),
    [
        # Over a weekend and the holiday of 24/11.
        ("2026-11-20 10:00", 7, "2026-12-02", "2026-11-30 07:00"),
        ("2026-11-20 10:00", 1, "2026-11-23", "2026-11-23 07:00"),
        ("2026-11-20 10:00", 2, "2026-11-25", "2026-11-23 07:00"),
        ("2026-11-20 10:00", 3, "2026-11-26", "2026-11-23 07:00"),
        # Asked on a day off, the first working day is the first that counts.
        ("2026-11-21 10:00", 1, "2026-11-23", "2026-11-23 07:00"),
        # Over Tết.
        ("2027-02-04 16:00", 10, "2027-02-24", "2027-02-22 07:00"),
    ],
)
def test_the_days_are_working_days_and_the_last_ends_at_midnight(
    asked: str, days: int, last: str, reminded: str
) -> None:
    times = supplement_times(days, at(asked), 2, CALENDAR)
    assert local(times.due_at).strftime("%Y-%m-%d %H:%M:%S") == f"{last} 23:59:59"
    assert local(times.remind_at).strftime("%Y-%m-%d %H:%M") == reminded


@given(INSTANTS, st.integers(1, 60), st.integers(1, 60))
def test_a_reminder_comes_after_the_request_and_before_the_end(asked: datetime, days: int, remind: int) -> None:
    times = supplement_times(days, asked, remind, CALENDAR)
    assert asked < times.remind_at < times.due_at
    assert CALENDAR.is_working_day(local(times.remind_at).date())
    assert local(times.due_at).time() == time(23, 59, 59)


def test_the_timeline_says_until_when() -> None:
    details = {"supplement_due_at": "2026-12-08T16:59:59+00:00"}
    entry = {"axis": "business", "event": "request_supplement", "details": details}
    assert describe(entry, "vi") == "Yêu cầu bổ sung giấy tờ, hạn đến hết ngày 08/12/2026."
    assert describe({**entry, "details": {}}, "en") == "A supplement was requested."
    assert until_text({}) is None
    assert last_day({"supplement_due_at": None}) is None


def test_a_procedure_says_how_long_and_what_then() -> None:
    document = read_document(FILE)
    assert procedure_of(document).supplement is None
    document["supplement"] = {"days": 7, "most_days": 10, "at_end": "tell"}
    assert check_document(document) == []
    assert procedure_of(document).supplement == SupplementRule(7, 10, AtEnd.TELL)
    document["supplement"]["most_days"] = 5
    assert [finding.code for finding in check_document(document)] == ["supplement_past_most"]
    document["supplement"] = {"days": 0, "most_days": 10, "at_end": "decline"}
    assert {finding.where for finding in check_document(document)} == {"/supplement/days", "/supplement/at_end"}
