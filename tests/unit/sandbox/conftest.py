from collections.abc import Iterator

import pytest

from tests.unit.sandbox.support import Caller, Collector, running


@pytest.fixture(scope="session")
def sandbox_origin() -> Iterator[str]:
    with running() as origin:
        yield origin


@pytest.fixture
def call(sandbox_origin: str) -> Iterator[Caller]:
    """The sandbox in its first moment."""
    caller = Caller(sandbox_origin)
    caller.control("POST", "/reset", {"seed": 1})
    yield caller
    caller.control("POST", "/reset", {"seed": 1})


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()
