"""The one place that writes Mermaid: others say what is drawn, this module says how."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StateDiagram:
    """`names` maps states to what is shown; `edges` are (from, to, event), and those between the same two states share
    one arrow. `start` is the first state, `final` those that nothing leaves."""

    names: Mapping[str, str]
    edges: Sequence[tuple[str, str, str]]
    start: str
    final: Sequence[str] = ()

    def mermaid(self) -> str:
        """The diagram as a block of Markdown."""
        arrows: dict[tuple[str, str], dict[str, None]] = {}
        for source, target, event in self.edges:
            arrows.setdefault((source, target), {})[event] = None
        lines = [f'state "{shown}" as {state}' for state, shown in self.names.items()]
        lines.append(f"[*] --> {self.start}")
        lines += [f"{source} --> {target}: {', '.join(events)}" for (source, target), events in arrows.items()]
        lines += [f"{state} --> [*]" for state in self.final]
        return fenced("stateDiagram-v2", lines)


@dataclass(frozen=True, slots=True)
class EntityDiagram:
    """`entities` maps tables to the lines of their columns (type, name, keys, comment); `outside` maps tables that are
    drawn as a box alone to what is shown. `links` are (parent, its end, this end, child, by which columns), with the
    ends in Mermaid's signs: `||` exactly one, `|o` none or one, `o{` any number."""

    entities: Mapping[str, Sequence[str]]
    outside: Mapping[str, str]
    links: Sequence[tuple[str, str, str, str, str]]

    def mermaid(self) -> str:
        """The diagram as a block of Markdown."""
        lines = []
        for name, columns in self.entities.items():
            lines += [f"{name} {{", *(f"    {column}" for column in columns), "}"]
        lines += [f'{name}["{shown}"]' for name, shown in self.outside.items()]
        lines += [f'{parent} {left}--{right} {child} : "{by}"' for parent, left, right, child, by in self.links]
        return fenced("erDiagram", lines)


def flowchart(direction: str, lines: Iterable[str]) -> str:
    """A flowchart as a block of Markdown; `direction` is `LR` (from the left) or `TB` (from the top)."""
    return fenced(f"flowchart {direction}", lines)


def fenced(kind: str, lines: Iterable[str]) -> str:
    """A diagram of a kind (`stateDiagram-v2`, `erDiagram`) as a block of Markdown."""
    return "\n".join(["```mermaid", kind, *(f"    {line}" for line in lines), "```"])
