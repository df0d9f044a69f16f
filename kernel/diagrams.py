"""A page of documentation for a state table: a Mermaid diagram and the table itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StateDiagram:
    """`names` maps states to what is shown; `edges` are (from, to, event); edges between the same two states share one
    arrow. `start` is the first state, `final` those that nothing leaves."""

    names: Mapping[str, str]
    edges: Sequence[tuple[str, str, str]]
    start: str
    final: Sequence[str] = field(default=())

    def mermaid(self) -> str:
        arrows: dict[tuple[str, str], list[str]] = {}
        for source, target, event in self.edges:
            arrows.setdefault((source, target), []).append(event)
        lines = ["```mermaid", "stateDiagram-v2"]
        lines += [f'    state "{shown}" as {state}' for state, shown in self.names.items()]
        lines.append(f"    [*] --> {self.start}")
        lines += [f"    {source} --> {target}: {', '.join(events)}" for (source, target), events in arrows.items()]
        lines += [f"    {state} --> [*]" for state in self.final]
        return "\n".join([*lines, "```"])


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; cells are taken as they are."""
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)
