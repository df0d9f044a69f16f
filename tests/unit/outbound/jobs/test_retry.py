"""Waits that follow a schedule, and the stages of a call's time."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from outbound.jobs.retry import Patience, RetrySchedule, share

WAITS = tuple(timedelta(seconds=seconds) for seconds in (2, 10, 60))
PLAIN = RetrySchedule(WAITS, longest_retry_after=timedelta(minutes=5))
TRUSTING = RetrySchedule(WAITS, longest_retry_after=timedelta(minutes=5), trusts_first=True)
ONE = UUID("01890000-0000-7000-8000-000000000001")
SECOND = timedelta(seconds=1)


@given(st.uuids(), st.integers(1, 9))
def test_the_last_wait_is_repeated_and_each_is_spread_by_a_quarter(key: UUID, turn: int) -> None:
    least = WAITS[min(turn, len(WAITS)) - 1]
    assert least <= PLAIN.wait(turn, key) <= least * 1.25
    assert PLAIN.wait(turn, key) == PLAIN.wait(turn, key)


@given(st.uuids(), st.integers(1, 9), st.integers(0, 3600))
def test_a_time_that_the_party_names_is_not_undercut_up_to_the_longest(key: UUID, turn: int, seconds: int) -> None:
    named = timedelta(seconds=seconds)
    least = min(named, timedelta(minutes=5))
    assert least <= TRUSTING.wait(turn, key, retry_after=named)
    assert max(least, WAITS[min(turn, len(WAITS)) - 1]) <= PLAIN.wait(turn, key, retry_after=named)


def test_a_shorter_time_is_believed_after_the_first_turn_alone_and_only_by_who_trusts_it() -> None:
    assert TRUSTING.wait(1, ONE, retry_after=SECOND) < WAITS[0] <= PLAIN.wait(1, ONE, retry_after=SECOND)
    assert TRUSTING.wait(2, ONE, retry_after=SECOND) >= WAITS[1]


def test_what_failed_together_does_not_return_together() -> None:
    shares = {share(UUID(int=number), 1) for number in range(1000)}
    assert len(shares) > 900
    assert all(0 <= each < 1 for each in shares)


def test_a_lease_outlasts_all_that_may_happen_under_it() -> None:
    patience = Patience(SECOND, 8 * SECOND, 3 * SECOND, preparing=4 * SECOND)
    assert patience.lease == 16 * SECOND
    assert patience.ask_after == 11 * SECOND
