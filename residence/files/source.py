"""What every reader gives: columns, and rows of cells with the number a person sees."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from residence.cells import Cell, Formula
from residence.files.columns import Column
from residence.findings import Finding

MOST_GUESTS: Final = 10_000
MOST_BYTES: Final = 32 << 20
MEGABYTE: Final = 1 << 20

Cells = Mapping[str, Cell | Formula]


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is the spreadsheet's row, counted from 1 with the headings; elsewhere the guest's place in the file.
    `refusal` is set where the row cannot be taken whatever it holds."""

    number: int
    cells: Cells
    refusal: Finding | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One file opened. `rows` is read once; it may raise FileRefused on the way, as files end where they please."""

    kind: str
    columns: Mapping[str, Column]
    rows: Callable[[], Iterator[Row]]
    foreign: bool = False
    epoch_1904: bool = False
