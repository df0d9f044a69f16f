"""Mermaid diagrams of the state tables: `python -m tracking.diagrams` writes docs/states/*.md."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from tracking.handover import HAND_OVER_LABELS, HAND_OVER_MOVES
from tracking.states import LABELS, MOVES, BusinessState
from tracking.texts import Text
from tracking.upload_states import UPLOAD_LABELS, UPLOAD_MOVES

TARGET: Final = Path(__file__).parent.parent / "docs" / "states"

_HEADER: Final = "<!-- Generated from the tables by `python -m tracking.diagrams`: change those, not this page. -->"
_ORIGIN_NOTE: Final = (
    "States 5, 6 and 7 return to their origin, a path of digits: 4 came from state 4; 45 came from state 5, which had "
    "come from 4. `same` is a repeat or a late event that changes nothing. What no row allows is refused."
)
Edge = tuple[str, str, str]
S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def render() -> dict[str, str]:
    """File name -> page, for every axis there is."""
    return {
        "business.md": _business(),
        "hand_over.md": _simple("Hand-over (trả kết quả)", HAND_OVER_LABELS, HAND_OVER_MOVES),
        "upload.md": _simple("Upload (tệp tải lên)", UPLOAD_LABELS, UPLOAD_MOVES),
    }


def write(target: Path = TARGET) -> list[Path]:
    """Writes every page into a folder; returns the paths."""
    target.mkdir(parents=True, exist_ok=True)
    pages = {target / name: page for name, page in render().items()}
    for path, page in pages.items():
        path.write_text(page, encoding="utf-8")
    return list(pages)


def _business() -> str:
    names = {f"s{state.value}": f"{state.value} {LABELS[state].vi}" for state in BusinessState}
    edges = [
        (f"s{state.value}", f"s{move.to.value}", event.value)
        for (state, _, event), move in MOVES.items()
        if move.to != state
    ]
    rows = [
        (
            f"{state}",
            f"{origin or ''}",
            event.value,
            f"{move.to}",
            f"{move.origin or ''}",
            "same" if move.duplicate else "",
        )
        for (state, origin, event), move in sorted(MOVES.items(), key=lambda row: (row[0][0], row[0][1] or 0))
    ]
    columns = ("state", "origin", "event", "to", "origin there", "")
    return _page("Business state (trạng thái hồ sơ)", names, edges, _ORIGIN_NOTE, columns, rows)


def _simple(title: str, labels: Mapping[S, Text], moves: Mapping[tuple[S, E], S]) -> str:
    names = {state.value: labels[state].vi for state in labels}
    edges = [(state.value, to.value, event.value) for (state, event), to in moves.items() if state != to]
    rows = [
        (state.value, event.value, to.value, "stays" if state == to else "") for (state, event), to in moves.items()
    ]
    return _page(title, names, edges, "What no row allows is refused.", ("state", "event", "to", ""), rows)


def _page(
    title: str,
    names: Mapping[str, str],
    edges: Iterable[Edge],
    note: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
) -> str:
    joined: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for source, target, event in edges:
        if event not in joined[source, target]:
            joined[source, target].append(event)
    lines = [f"# {title}", "", _HEADER, "", "```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{label}" as {name}' for name, label in names.items()]
    lines += [f"    [*] --> {next(iter(names))}"]
    lines += [f"    {source} --> {target}: {', '.join(events)}" for (source, target), events in joined.items()]
    lines += ["```", "", note, "", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for written in write():
        sys.stdout.write(f"{written}\n")
