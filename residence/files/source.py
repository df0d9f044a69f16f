"""What every reader gives: columns, and rows of cells with the number a person sees."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from residence.files.columns import Column
from residence.reading.cells import Cell, Unusable
from residence.rules.findings import Finding

MOST_GUESTS: Final = 10_000
MOST_BYTES: Final = 32 << 20
MEGABYTE: Final = 1 << 20

_SHOWN: Final = 12

Cells = Mapping[str, Cell | Unusable]


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is the spreadsheet's row, counted from 1 with the headings; elsewhere the guest's place in the file.
    `refusal` is set where the row cannot be taken whatever it holds. `number_column` is the column from which the
    document number came, where a file has several."""

    number: int
    cells: Cells
    refusal: Finding | None = None
    number_column: Column | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One file opened. `rows` is read once; it may raise FileRefused on the way, as files end where they please.

    `remarks` are filled while it is read: what of the file was not used. `heading` is the row of the headings.
    """

    kind: str
    columns: Mapping[str, Column]
    rows: Callable[[], Iterator[Row]]
    foreign: bool = False
    epoch_1904: bool = False
    heading: int = 0
    remarks: list[Finding] = field(default_factory=list)


def shown_rows(numbers: Iterable[int]) -> str:
    """Row numbers as a sentence names them: 3, 7-9."""
    told: list[tuple[int, int]] = []
    for number in sorted(numbers):
        first, last = told[-1] if told else (0, -1)
        told[-1:] = [(first, number)] if number == last + 1 else [*told[-1:], (number, number)]
    shown = [f"{first}" if first == last else f"{first}-{last}" for first, last in told]
    more = len(shown) - _SHOWN
    return ", ".join(shown[:_SHOWN]) + (f" (+{more})" if more > 0 else "")
