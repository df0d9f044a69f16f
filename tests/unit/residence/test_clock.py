"""When a guest must be declared, to the minute, and what being late may cost."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import VIETNAM, local
from residence.clock import (
    FINES,
    NightRule,
    NightState,
    due,
    exposure,
    filing_ends,
    night_ends,
    night_state,
    reminder,
    tonight,
)
from residence.guests import GuestKind, Moment

DAY = date(2026, 11, 20)
RULE, SAME_DAY = NightRule(), NightRule(time())
VN, FOREIGN = GuestKind.VIETNAMESE, GuestKind.FOREIGN


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour, minute), VIETNAM)


@pytest.mark.parametrize(
    ("kind", "clock", "remote", "until"),
    [
        (VN, None, False, at(23)),
        # After midnight the night before is told of, until that morning.
        (VN, time(0), False, at(8)),
        (VN, time(0, 30), False, at(8)),
        (VN, time(4, 14), True, at(8)),
        (VN, time(7, 59), False, at(8)),
        (VN, time(8), False, at(23)),
        (VN, time(22, 59), False, at(23)),
        (VN, time(23), False, at(8, day=date(2026, 11, 21))),
        (VN, time(23, 59), True, at(8, day=date(2026, 11, 21))),
        (FOREIGN, time(14, 30), False, at(2, 30, date(2026, 11, 21))),
        (FOREIGN, time(14, 30), True, at(14, 30, date(2026, 11, 21))),
        (FOREIGN, time(0), False, at(12)),
        # No time was told, so the guest may have come in the last minute of the day.
        (FOREIGN, None, False, at(12, day=date(2026, 11, 21))),
        (FOREIGN, None, True, at(0, day=date(2026, 11, 22))),
    ],
)
def test_until_when(kind: GuestKind, clock: time | None, remote: bool, until: datetime) -> None:
    assert due(kind, Moment(DAY, clock), remote=remote, rule=RULE).at == until


@pytest.mark.parametrize(
    ("clock", "night", "other_reading"),
    [
        (time(0), DAY - timedelta(days=1), DAY),
        (time(0, 30), DAY - timedelta(days=1), DAY),
        (time(7, 59), DAY - timedelta(days=1), DAY),
        (time(8), DAY, DAY),
        (time(23, 59), DAY, DAY),
        # No time was told: it is not taken for midnight.
        (None, DAY, DAY),
    ],
)
def test_the_night_of_an_arrival(clock: time | None, night: date, other_reading: date) -> None:
    assert RULE.night_of(Moment(DAY, clock)) == night
    assert SAME_DAY.night_of(Moment(DAY, clock)) == other_reading


@given(st.times().map(lambda moment: moment.replace(second=0, microsecond=0)))
def test_a_guest_who_walks_in_belongs_to_the_night_the_lodging_speaks_of(clock: time) -> None:
    arrival = Moment(DAY, clock)
    assert RULE.night_of(arrival) == tonight(arrival.instant)


@pytest.mark.parametrize("clock", [time(0), time(0, 30), time(7, 59)])
def test_by_the_other_reading_who_comes_after_midnight_is_due_that_evening(clock: time) -> None:
    assert due(VN, Moment(DAY, clock), remote=False, rule=SAME_DAY).at == at(23)
    assert NightRule(time(6)).night_of(Moment(DAY, clock)) == DAY - timedelta(days=clock < time(6))


def test_before_23_means_before() -> None:
    deadline = due(VN, Moment(DAY, time(15)), remote=False, rule=RULE)
    assert not deadline.missed(at(23) - timedelta(microseconds=1))
    assert deadline.missed(at(23))


def test_within_twelve_hours_includes_the_twelfth() -> None:
    deadline = due(FOREIGN, Moment(DAY, time(8)), remote=False, rule=RULE)
    assert not deadline.missed(at(20))
    assert deadline.missed(at(20) + timedelta(microseconds=1))


@given(
    st.sampled_from(GuestKind),
    st.one_of(st.none(), st.times().map(lambda moment: moment.replace(second=0, microsecond=0))),
    st.booleans(),
)
def test_nobody_is_late_at_the_moment_of_arriving(kind: GuestKind, clock: time | None, remote: bool) -> None:
    arrival = Moment(DAY, clock)
    deadline = due(kind, arrival, remote=remote, rule=RULE)
    assert not deadline.missed(arrival.instant)
    assert deadline.missed(arrival.instant + timedelta(hours=49))
    assert kind is FOREIGN or deadline.at in (filing_ends(RULE.night_of(arrival)), night_ends(RULE.night_of(arrival)))
    if kind is FOREIGN:
        assert deadline.at <= due(kind, arrival, remote=True, rule=RULE).at


@given(st.integers(0, 527_040).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)))
def test_a_night_is_tonights_until_eight_in_the_morning(now: datetime) -> None:
    night = tonight(now)
    assert night in (local(now).date(), local(now).date() - timedelta(days=1))
    assert (night == local(now).date()) is (local(now).time() >= time(8))
    assert now < night_ends(night)


@pytest.mark.parametrize(
    ("hour", "minute", "step"),
    [(21, 29, None), (21, 30, "first"), (22, 29, "first"), (22, 30, "second"), (22, 59, "second"), (23, 0, None)],
)
def test_reminders_have_their_hours(hour: int, minute: int, step: str | None) -> None:
    assert reminder(at(hour, minute).astimezone(UTC)) == (None if step is None else (DAY, step))


def test_a_night_at_a_glance() -> None:
    before, after = filing_ends(DAY) - timedelta(seconds=1), filing_ends(DAY)
    assert night_state(guests=0, nil=False, owed=True, night=DAY, now=before) is NightState.OPEN
    assert night_state(guests=0, nil=False, owed=True, night=DAY, now=after) is NightState.MISSING
    assert night_state(guests=0, nil=True, owed=True, night=DAY, now=after) is NightState.NIL
    assert night_state(guests=2, nil=True, owed=True, night=DAY, now=after) is NightState.FILED
    assert night_state(guests=0, nil=False, owed=False, night=DAY, now=after) is NightState.NOT_OWED
    assert night_state(guests=1, nil=False, owed=False, night=DAY, now=after) is NightState.FILED


@pytest.mark.parametrize(
    ("guests", "low", "high"),
    [(1, 2, 4), (3, 2, 4), (4, 4, 8), (8, 4, 8), (9, 8, 12), (500, 8, 12)],
)
def test_the_bracket_of_a_fine(guests: int, low: int, high: int) -> None:
    alone, company = exposure(guests, organisation=False), exposure(guests, organisation=True)
    assert alone is not None
    assert company is not None
    assert (alone.guests, alone.low_vnd, alone.high_vnd) == (guests, low * 1_000_000, high * 1_000_000)
    assert (company.low_vnd, company.high_vnd) == (low * 2_000_000, high * 2_000_000)


def test_nobody_missing_risks_nothing() -> None:
    assert exposure(0, organisation=True) is None


@given(st.integers(1, 10_000))
def test_the_brackets_leave_no_gap(guests: int) -> None:
    assert sum(each.least <= guests <= (each.most or guests) for each in FINES) == 1
