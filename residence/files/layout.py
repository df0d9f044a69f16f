"""One row of a table as the fields of a guest: parts of a name joined, the filled one of several numbers. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from residence.files.columns import Column, kind_by_heading
from residence.files.headings import NAME_PARTS
from residence.guests import VIETNAMESE_NATIONALITY
from residence.reading.catalogues import find_code
from residence.reading.cells import Cell, Unusable, as_text

_NUMBER: Final = "document_number"
_PASSPORT: Final = 4


class Layout:
    """What the columns of a table give of each row."""

    def __init__(self, columns: Sequence[Column]) -> None:
        numbers = [column for column in columns if column.field == _NUMBER]
        self._numbers = numbers if len(numbers) > 1 else []
        self._columns = [(column.index, column.field) for column in columns if column not in self._numbers]
        self._joins = any(column.field in NAME_PARTS for column in columns)

    def held(self, cells: Sequence[Cell | Unusable]) -> tuple[dict[str, Cell | Unusable], Column | None]:
        """Non-empty cells by field, nothing at all where only the running number is filled in; and the column of the
        number, where there are several."""
        width = len(cells)
        held: dict[str, Cell | Unusable] = {
            name: cell
            for index, name in self._columns
            if index < width
            and (cell := cells[index]) != ""
            and cell is not None
            and not (cell.__class__ is str and cell.isspace())
        }
        column = self._take_number(cells, held) if self._numbers else None
        if self._joins:
            join_name(held)
        return (held if held.keys() - {"number"} else {}), column

    def _take_number(self, cells: Sequence[Cell | Unusable], held: dict[str, Cell | Unusable]) -> Column | None:
        filled = [column for column in self._numbers if column.index < len(cells) and _is_told(cells[column.index])]
        if not filled:
            return None
        column = filled[0] if len(filled) == 1 else _fitting(filled, held)
        held[_NUMBER] = cells[column.index]
        return column


def join_name(held: dict[str, Cell | Unusable]) -> None:
    """Family, middle and given name as one, in the order of Vietnam and of passports' machine-readable zones."""
    parts = [held.pop(name) for name in NAME_PARTS if name in held]
    if not parts or "full_name" in held:
        return
    spoilt = next((part for part in parts if isinstance(part, Unusable)), None)
    held["full_name"] = spoilt or " ".join(as_text(part) for part in parts if not isinstance(part, Unusable))


def _is_told(cell: Cell | Unusable) -> bool:
    return isinstance(cell, Unusable) or as_text(cell).strip("-–— ./") != ""


def _fitting(filled: Sequence[Column], held: Mapping[str, Cell | Unusable]) -> Column:
    """The column of the document that the row is about, where several are filled: as its kind says, else a passport
    for a foreigner and an identity card for a Vietnamese."""
    kind = held.get("document_kind")
    named = find_code("document_kinds", as_text(kind)) if kind is not None and not isinstance(kind, Unusable) else None
    nationality = held.get("nationality")
    vietnamese = as_text(nationality).startswith(VIETNAMESE_NATIONALITY) if isinstance(nationality, str) else True
    passport = named == str(_PASSPORT) if isinstance(named, str) else not vietnamese
    for column in filled:
        if (kind_by_heading(column.heading) == _PASSPORT) == passport:
            return column
    return filled[0]
