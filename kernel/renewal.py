"""Keys by which rows are found, where older rules made them: made anew some thousands at a time."""

from collections.abc import Callable
from typing import Final

from kernel.part import Container
from kernel.work import Work

_PIECES_A_SWEEP: Final = 20


def renew_in_pieces(container: Container, renew: Callable[[Work], int]) -> None:
    """Calls `renew` until it renews nothing, or often enough for one sweep, so that the house does not wait for
    millions. Each piece is a transaction of its own, so a sweep that is killed has lost none of those before."""
    for _ in range(_PIECES_A_SWEEP):
        with container.database.transaction() as session:
            renewed = renew(Work(session, container.vault, container.clock))
        if not renewed:
            break
