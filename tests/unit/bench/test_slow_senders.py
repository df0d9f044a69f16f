"""How the drill of slow senders judges what it measured."""

import pytest

from bench.faults.slow import BOUND_S, bound, p95


@pytest.mark.parametrize(("alone", "most"), [(0.001, BOUND_S), (0.02, BOUND_S), (0.1, 0.3)])
def test_three_times_as_long_as_alone_or_a_tenth_of_a_second(alone: float, most: float) -> None:
    assert bound(alone) == pytest.approx(most)


@pytest.mark.parametrize(
    ("seconds", "found"),
    [([3.0], 3.0), ([1.0, 2.0], 2.0), ([float(each) for each in range(1, 101)], 95.0), ([5.0] * 19 + [9.0], 5.0)],
)
def test_ninety_five_of_a_hundred_are_as_fast_or_faster(seconds: list[float], found: float) -> None:
    assert p95(seconds) == found
