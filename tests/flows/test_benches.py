"""The measurements run from end to end, small; what they find here is no measure of anything and is not asserted."""

from collections.abc import Callable

import pytest

from bench import chain, finish, growth, growth_reads, latency, plan, receipts, residence, residence_peak, submit
from bench.growth_reads import Size
from bench.pairs import Result

SMALL: dict[str, Callable[[], Result]] = {
    "residence": lambda: residence.measure(pairs=1, rows=300, seconds=1.0),
    "residence --peak": lambda: residence_peak.measure(4, 2.0, idle=4),
    "latency": lambda: latency.measure(samples=4, pairs=1),
    "latency --backlog": lambda: latency.measure_backlog(3000, samples=6, pairs=1),
    "plan": lambda: plan.measure(120, pairs=1),
    "chain": lambda: chain.measure(120, pairs=1),
    "chain --codes": lambda: chain.measure_codes(120, pairs=1, codes=60),
    "growth": lambda: growth.measure(200, few=50, count=8, pairs=1),
    "growth --reads": lambda: growth_reads.measure(
        Size(600, 1400, being_worked_on=100, hotels=10, guests_each=8),
        few=Size(300, 1000, being_worked_on=100, hotels=10, guests_each=8),
        count=2,
    ),
    "receipts": lambda: receipts.measure(pairs=1, each=10),
    "submit": lambda: submit.measure(pairs=1, each=2),
    "finish": lambda: finish.measure(pairs=1, each=2),
}


@pytest.mark.parametrize("name", SMALL)
def test_a_measurement_finds_a_figure_and_its_limit(name: str) -> None:
    found = SMALL[name]()
    assert found.name.startswith(name)
    assert found.figure > 0
    assert found.limit > 0
    # A refusal or a lost answer would make it nothing.
    assert found.ratio > 0
    assert found.line()["unit"]
