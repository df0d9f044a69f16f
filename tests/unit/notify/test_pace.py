"""Pace: many at once for a gateway that is only far away, few for one before which calls queue."""

from hypothesis import given
from hypothesis import strategies as st

from notify.pace import LEAST, Pace

MOST = 64


def _after(pace: Pace, answers: int, *delays_s: float) -> int:
    """The largest limit among the last hundred: now and then it looks with a few calls what an answer takes."""
    limits = []
    for turn in range(answers):
        pace.answered(delays_s[turn % len(delays_s)])
        limits.append(pace.limit)
    return max(limits[-100:])


def _queueing(pace: Pace, answers: int, *, alone_s: float) -> int:
    """A gateway that answers one call after another: what is under way waits its turn."""
    limits = []
    for _ in range(answers):
        pace.answered(alone_s * pace.limit)
        limits.append(pace.limit)
    return max(limits[-500:])


def test_a_far_gateway_gets_as_many_as_it_may() -> None:
    assert _after(Pace(MOST), 2000, 0.8) == MOST
    assert _after(Pace(MOST), 2000, 0.05, 0.07, 0.06) == MOST


def test_where_calls_queue_there_are_few() -> None:
    pace = Pace(MOST)
    pace.answered(0.003)
    assert LEAST <= _queueing(pace, 20_000, alone_s=0.003) < MOST / 2


def test_a_gateway_that_became_slow_for_good_is_not_held_back_for_good() -> None:
    pace = Pace(MOST)
    _after(pace, 500, 0.01)
    slowed = _after(pace, 1000, 0.2)
    assert _after(pace, 20_000, 0.2) == MOST > slowed


@given(st.integers(1, 200), st.lists(st.floats(0.0, 60.0), max_size=300))
def test_it_stays_between_least_and_most(most: int, delays: list[float]) -> None:
    pace = Pace(most)
    for delay in delays:
        pace.answered(delay)
        assert min(LEAST, most) <= pace.limit <= most
