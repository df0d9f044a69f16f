"""A state machine as a pure table: (where a thing stands, event) -> where it stands then.

What no row lists must not happen. A repeat or a late event that changes nothing is a row of its own, which stays where
it is. Where a thing stands is a state, or a tuple of a state and what must be known besides, such as its origin.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

P = TypeVar("P")
E = TypeVar("E", bound=StrEnum)


class IllegalMove(Exception):  # noqa: N818 - reads as what it says
    """An event that the state does not allow. Nobody asked for it, so it is a mistake of the program."""

    def __init__(self, position: object, event: object) -> None:
        super().__init__(f"{event} in {position}")


class StateTable(Mapping[tuple[P, E], P]):
    """The rows of one machine. `refusal` makes the error for what no row allows, from the position and the event."""

    __slots__ = ("_refusal", "_rows")

    def __init__(self, rows: Mapping[tuple[P, E], P], refusal: Callable[[P, E], Exception] = IllegalMove) -> None:
        self._rows = dict(rows)
        self._refusal = refusal

    def __getitem__(self, row: tuple[P, E]) -> P:
        return self._rows[row]

    def __iter__(self) -> Iterator[tuple[P, E]]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def move(self, position: P, event: E) -> P:
        """Where the event leads; the same position for a repeat. Raises the table's refusal for what no row allows."""
        try:
            return self._rows[position, event]
        except KeyError:
            raise self._refusal(position, event) from None

    def sources(self, event: E) -> list[P]:
        """The positions in which an event changes something, in the order of the rows."""
        return [before for (before, cause), after in self._rows.items() if cause == event and after != before]

    def events(self, position: P) -> set[E]:
        """The events that change something now."""
        return {event for (before, event), after in self._rows.items() if before == position and after != before}

    def sql(self, event: str, state: str, events: Iterable[E]) -> str:
        """The rows of `events` as a SQL expression for the state that follows.

        `event` and `state` are SQL expressions for the event and the state before. What no row moves stays.
        """
        wanted = set(events)
        changes = [
            f"WHEN '{cause}/{before}' THEN '{after}'"
            for (before, cause), after in self._rows.items()
            if cause in wanted and before != after
        ]
        return f"(CASE {event} || '/' || {state} {' '.join(changes)} ELSE {state} END)"


def by_event(leads: Mapping[E, Mapping[P, P]]) -> dict[tuple[P, E], P]:
    """Rows written down event by event: each with the positions it is allowed in and where it leads from them."""
    return {(before, event): after for event, moves in leads.items() for before, after in moves.items()}


def stays(positions: Iterable[P], events: Iterable[E]) -> dict[tuple[P, E], P]:
    """Rows in which none of these events moves any of these positions; others are laid over them with `|`."""
    events = tuple(events)
    return {(position, event): position for position in positions for event in events}
