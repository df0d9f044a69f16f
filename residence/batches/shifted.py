"""A row that stands one column off its headings, known by values that only fit the column beside theirs. Pure."""

from collections.abc import Mapping
from typing import Final

from residence.files.columns import Column
from residence.guests import BirthPrecision
from residence.reading.catalogues import find_code, find_nationality
from residence.reading.cells import Cell, Day, Unusable, as_text, read_day
from residence.reading.entry import Reading
from residence.rules.findings import Finding

# Fields whose value shows by itself that it stands in the wrong column, with what tells so.
_TYPED: Final[dict[str, str]] = {
    "birth_date": "day",
    "arrival": "day",
    "departure": "day",
    "sex": "sexes",
    "nationality": "nationality",
    "document_kind": "document_kinds",
    "reason": "reasons",
}
_SHIFTED_ENOUGH: Final = 2


def find_shift(cells: Mapping[str, Cell | Unusable], places: list[Column], reading: Reading) -> Finding | None:
    """The finding that a row stands one column off its headings; None if moving it back explains too little."""
    own = {name for name in _TYPED if name in cells and _fits(name, cells[name], reading)}
    for step, side in ((1, "trái"), (-1, "phải")):
        by_index = {column.index: column.field for column in places}
        explained = [
            (column.index, name)
            for column in places
            if (name := column.field) in _TYPED
            and name not in own
            and (neighbour := by_index.get(column.index - step)) is not None
            and (moved := cells.get(neighbour)) is not None
            and neighbour not in own
            and _fits(name, moved, reading)
        ]
        if len(explained) >= _SHIFTED_ENOUGH:
            first = by_index[explained[0][0] - step]
            return Finding("cells_shifted", first, given_text(cells, first), {"side": side})
    return None


def _fits(name: str, cell: Cell | Unusable, reading: Reading) -> bool:
    if isinstance(cell, Unusable) or (text := as_text(cell)) == "":
        return False
    kind = _TYPED[name]
    if kind == "day":
        found = read_day(cell, epoch_1904=reading.epoch_1904)
        return isinstance(found, Day) and found.precision is BirthPrecision.DAY
    if kind == "nationality":
        return isinstance(text, str) and getattr(find_nationality(text), "code", None) is not None
    return isinstance(find_code(kind, text), str)


def given_text(cells: Mapping[str, Cell | Unusable], name: str | None) -> str:
    """What was typed into the cell of a field, as text."""
    cell = cells.get(name or "")
    # What a formula shows is not what was typed: its cell goes back empty.
    return "" if isinstance(cell, Unusable) else as_text(cell)
