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


def fenced(kind: str, lines: Iterable[str]) -> str:
    """A diagram of a kind (`stateDiagram-v2`, `erDiagram`, `flowchart LR`) as a block of Markdown."""
    return "\n".join(["```mermaid", kind, *(f"    {line}" for line in lines), "```"])
