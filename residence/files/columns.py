"""Which column holds which field, from the headings; and where the guests begin. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from kernel.text import search_key
from residence.cells import Cell, Formula, as_text
from residence.findings import FileRefused, field_labels, load_table

# The official form has a title, headings, hints and an example before the first guest; a list may have a letterhead.
HEAD_ROWS: Final = 20
_FEWEST: Final = 4
_REQUIRED: Final = ("full_name", "birth_date", "sex", "nationality", "document_number", "arrival", "departure")
# Everything after these in a heading explains it.
_EXPLANATION: Final = re.compile(r"[(*\[<:\n].*", re.DOTALL)
_SIGNS: Final = re.compile(r"[^a-z0-9#]+")
_EXAMPLE: Final = "[EXAMPLE]"
_SAMPLES: Final = (_EXAMPLE, "[TEST]")
_HINT: Final = re.compile(r"<.*>|Mẫu dữ liệu", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is what people call it: the letter in a spreadsheet, the tag or key elsewhere. `index` counts from 0."""

    field: str
    name: str
    index: int


@dataclass(frozen=True, slots=True)
class Heading:
    """`row` is the row of the headings as the spreadsheet numbers it."""

    row: int
    columns: tuple[Column, ...]

    @property
    def foreign(self) -> bool:
        """Whether this is the authority's own list of foreigners, which has no kind of document and no reason."""
        held = {column.field for column in self.columns}
        return not {"document_kind", "reason"} & held and {"birth_precision", "residence_expiry"} & held != set()


def letter(index: int) -> str:
    """The spreadsheet's name of a column: 0 -> A, 26 -> AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def field_of(heading: str) -> str | None:
    """The field that a heading, tag or key names; None if it is not known."""
    return _names().get(_key(_EXPLANATION.sub("", heading))) or _names().get(_key(heading))


def find_heading(rows: Iterable[tuple[int, Sequence[Cell | Formula]]]) -> Heading:
    """The heading row among the first rows. Raises FileRefused: none, columns missing or twice."""
    best: Heading | None = None
    for number, cells in rows:
        if number > HEAD_ROWS:
            break
        found = Heading(number, tuple(_columns(cells)))
        if best is None or len(found.columns) > len(best.columns):
            best = found
    if best is None or len(best.columns) < _FEWEST or not _names_a_guest(best):
        raise FileRefused("no_header", limit=HEAD_ROWS)
    return _sound(best)


def is_sample(cells: Sequence[Cell | Formula]) -> bool:
    """The authority's own example row: marked in its first cells."""
    return any(_shown(cell).startswith(_SAMPLES) for cell in cells[:3])


def is_example_of_form(cells: Sequence[Cell | Formula]) -> bool:
    return any(_shown(cell).startswith(_EXAMPLE) for cell in cells[:3])


def is_hint(cells: Sequence[Cell | Formula]) -> bool:
    """A row that explains the columns ("<dd/MM/yyyy>")."""
    told = [text for cell in cells if (text := _shown(cell))]
    return bool(told) and sum(_HINT.fullmatch(text) is not None for text in told) * 2 > len(told)


def official_order() -> tuple[dict[str, Any], ...]:
    """Every column of our sheet, in order; the first nineteen are the official template's."""
    return tuple(load_table_of_columns())


@cache
def load_table_of_columns() -> list[dict[str, Any]]:
    """`data/columns.yaml`."""
    columns: list[dict[str, Any]] = load_table("columns.yaml")
    return columns


def _columns(cells: Sequence[Cell | Formula]) -> Iterable[Column]:
    for index, cell in enumerate(cells):
        if isinstance(cell, str) and cell and (field := field_of(cell)) is not None:
            yield Column(field, letter(index), index)


def _names_a_guest(heading: Heading) -> bool:
    held = {column.field for column in heading.columns}
    return "full_name" in held and bool({"birth_date", "document_number"} & held)


def _sound(heading: Heading) -> Heading:
    columns = _entry_documents(heading.columns)
    seen: dict[str, Column] = {}
    for column in columns:
        if (first := seen.setdefault(column.field, column)) is not column:
            where = f"{first.name}, {column.name}"
            raise FileRefused("columns_twice", field=column.field, value=where)
    missing = [field_labels()[name]["vi"] for name in _REQUIRED if name not in seen]
    if missing:
        raise FileRefused("columns_missing", value=", ".join(missing))
    return Heading(heading.row, tuple(columns))


def _entry_documents(columns: Sequence[Column]) -> list[Column]:
    """On form NA17 the passport's number comes first and "Số giấy tờ" is that of the visa."""
    numbers = [column for column in columns if column.field == "document_number"]
    if len(numbers) != 2 or not any(column.field == "entry_document_kind" for column in columns):
        return list(columns)
    second = Column("entry_document_number", numbers[1].name, numbers[1].index)
    return [second if column is numbers[1] else column for column in columns]


def _shown(cell: Cell | Formula) -> str:
    return as_text(cell.shown if isinstance(cell, Formula) else cell)


@cache
def _names() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for column in load_table_of_columns():
        told = [column["title"], column["field"], column.get("xml"), column.get("api"), *column.get("names", [])]
        for name in filter(None, told):
            names.setdefault(_key(_EXPLANATION.sub("", name)), column["field"])
    return names


@lru_cache(1024)
def _key(heading: str) -> str:
    return _SIGNS.sub("", search_key(heading))
