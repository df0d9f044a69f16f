"""The page of a state table in docs/states: what it is called, its diagram, and every row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Generic, TypeVar

from kernel.markdown import markdown_table
from kernel.mermaid import StateDiagram
from kernel.states.table import StateTable

P = TypeVar("P")
S = TypeVar("S", bound=Enum)
REFUSED: Final = "What no row allows is refused."
_HEAD: Final = "<!-- Generated from the table by `motcua diagrams`: change that, not this page. -->"


def _itself(position: Any) -> tuple[Any, ...]:
    return (position,)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatePage(Generic[P, S]):
    """What is drawn of a table. `file` is the page's name; `names` are the Vietnamese names of the states.

    It begins in `start`, or in the first state named. `also` are arrows of what is no event of the table, such as time.
    `parts` splits a position into its state and what `columns` names besides.
    """

    file: str
    title: str
    table: StateTable[P, Any]
    names: Mapping[S, str]
    start: S | None = None
    note: str = REFUSED
    also: Sequence[tuple[S, S, str]] = ()
    parts: Callable[[P], tuple[Any, ...]] = _itself
    columns: Sequence[str] = ()

    def render(self) -> str:
        """The page as Markdown."""
        start = next(iter(self.names)) if self.start is None else self.start
        edges = [(_node(source), _node(target), event) for source, target, event in self._edges()]
        left = {source for source, _, _ in edges}
        diagram = StateDiagram(
            names={_node(state): _shown(state, name) for state, name in self.names.items()},
            edges=edges,
            start=_node(start),
            final=[_node(state) for state in self.names if _node(state) not in left],
        )
        columns = ("state", *self.columns, "event", "to", *(f"{column} there" for column in self.columns), "")
        table = markdown_table(columns, self._rows())
        return f"# {self.title}\n\n{_HEAD}\n\n{diagram.mermaid()}\n\n{self.note}\n\n{table}\n"

    def _edges(self) -> list[tuple[S, S, str]]:
        moves = [
            (self.parts(before)[0], self.parts(after)[0], str(event)) for (before, event), after in self.table.items()
        ]
        return [(source, target, event) for source, target, event in moves if source != target] + list(self.also)

    def _rows(self) -> list[tuple[str, ...]]:
        order = {state: place for place, state in enumerate(self.names)}

        def place(row: tuple[tuple[P, Any], P]) -> tuple[int, ...]:
            state, *others = self.parts(row[0][0])
            return order[state], *(other or 0 for other in others)

        return [
            (*self._cells(before), str(event), *self._cells(after), "stays" if before == after else "")
            for (before, event), after in sorted(self.table.items(), key=place)
        ]

    def _cells(self, position: P) -> list[str]:
        return ["" if part is None else str(part) for part in self.parts(position)]


def _node(state: Enum) -> str:
    return f"s{state.value}" if isinstance(state.value, int) else str(state.value)


def _shown(state: Enum, name: str) -> str:
    return f"{state.value} {name}" if isinstance(state.value, int) else name
