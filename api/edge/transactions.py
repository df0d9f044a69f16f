"""The visible commit: every write of the edge happens inside `unit_of_work`, and nothing is sent before its end."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.edge.context import container
from kernel.work import Work


@contextmanager
def unit_of_work() -> Iterator[Work]:
    """One transaction with the vault and the clock: commits when the block ends, rolls back when it raises."""
    held = container()
    with held.database.transaction() as session:
        yield Work(session, held.vault, held.clock)
