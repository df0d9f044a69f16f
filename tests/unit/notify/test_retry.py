"""When is tried again, and when is asked."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from notify.sending.retry import (
    HELD_SPREAD,
    LONGEST_RETRY_AFTER,
    SCHEDULE,
    SendingPatience,
    ask_again,
    held_for,
    next_try,
)

KEYS = st.uuids()
ONE = UUID("01890000-0000-7000-8000-000000000001")


@given(KEYS, st.integers(min_value=1, max_value=len(SCHEDULE)))
def test_waits_follow_the_schedule_with_a_quarter_of_spread(key: UUID, attempt: int) -> None:
    wait = next_try(attempt, key)
    assert wait is not None
    assert SCHEDULE[attempt - 1] <= wait <= SCHEDULE[attempt - 1] * 1.25
    assert wait == next_try(attempt, key)


def test_waits_grow_from_seconds_to_a_day_and_end() -> None:
    assert SCHEDULE[0] == timedelta(seconds=2)
    assert list(SCHEDULE) == sorted(SCHEDULE)
    assert next_try(len(SCHEDULE) + 1, ONE) is None


def test_what_failed_for_two_minutes_is_tried_again_within_another() -> None:
    begun = timedelta(0)
    for wait in SCHEDULE:
        if begun > timedelta(minutes=2):
            break
        assert wait <= timedelta(minutes=1)
        begun += wait


@given(KEYS, st.integers(min_value=0, max_value=30), st.integers(min_value=1, max_value=30))
def test_so_many_tries_and_no_more(key: UUID, attempt: int, tries: int) -> None:
    given_up = next_try(attempt + 1, key, tries=tries) is None
    assert given_up == (attempt + 1 > min(tries, len(SCHEDULE)))


def test_what_failed_together_does_not_return_together() -> None:
    waits = {next_try(1, UUID(int=number)) for number in range(1000)}
    assert len(waits) > 900


@given(KEYS, st.integers(min_value=1, max_value=len(SCHEDULE)), st.floats(min_value=0, max_value=3 * 86400))
def test_retry_after_is_never_undercut_within_a_day(key: UUID, attempt: int, seconds: float) -> None:
    asked = timedelta(seconds=seconds)
    wait = next_try(attempt, key, retry_after=asked)
    assert wait is not None
    assert wait >= min(asked, LONGEST_RETRY_AFTER)


def test_the_first_retry_trusts_the_gateway_when_it_names_a_shorter_time() -> None:
    wait = next_try(1, ONE, retry_after=timedelta(seconds=1))
    assert wait is not None
    assert wait < SCHEDULE[0]


@given(KEYS, st.integers(min_value=1, max_value=len(SCHEDULE)), st.integers(min_value=0, max_value=31 * 3600))
def test_a_named_time_is_kept_to_within_minutes(key: UUID, attempt: int, seconds: int) -> None:
    asked = timedelta(seconds=seconds)
    wait = held_for(attempt, key, asked)
    assert wait is not None
    assert asked <= wait <= asked + HELD_SPREAD <= asked + timedelta(minutes=5)


def test_who_is_held_again_and_again_is_given_up_as_well() -> None:
    assert held_for(len(SCHEDULE) + 1, ONE, timedelta(hours=8)) is None
    assert held_for(3, ONE, timedelta(hours=8), tries=2) is None


@given(KEYS, st.integers(min_value=1, max_value=50))
def test_asking_goes_on_at_least_every_minute_and_a_quarter(key: UUID, asked: int) -> None:
    assert timedelta(seconds=5) <= ask_again(asked, key) <= timedelta(seconds=75)


def test_a_lease_outlasts_every_call_begun_under_it() -> None:
    patience = SendingPatience(timedelta(seconds=5), timedelta(seconds=8), timedelta(seconds=3))
    assert patience.lease == timedelta(seconds=16)
    assert patience.lease > patience.start_within + patience.timeout
    assert patience.ask_after == timedelta(seconds=11)
