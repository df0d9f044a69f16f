"""Spreadsheets that go out: the empty sheet to fill in, guests in it, and the rows that came back with what is wrong.

Every cell is text, so no program can eat a zero or turn a day into a number.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO, Final

from residence.catalogues import catalogue, cell_of, nationalities
from residence.check import Verdict
from residence.files.columns import letter, official_order
from residence.guests import BirthPrecision, GuestDeclaration, Moment
from residence.workbooks import new_workbook

SHEET: Final = "KHACH_LUU_TRU"
CATALOGUE_SHEET: Final = "DANH_MUC"
ERROR_HEADING: Final = "LỖI"
ROW_HEADING: Final = "DÒNG TRONG TỆP GỐC"
OFFICIAL_COLUMNS: Final = 19

_CODED: Final = {
    "sex": "sexes",
    "document_kind": "document_kinds",
    "residence_kind": "residence_kinds",
    "reason": "reasons",
    "province_code": "provinces",
    "nationality": "nationalities",
    "birth_precision": "birth_precisions",
}
# What a correction may need though the file that came had no column for it.
_ALWAYS_RETURNED: Final = ("residence_expiry", "one_word_name")
_LIST_ROWS: Final = 10_001
_WIDTH: Final = 18
_WIDE: Final = 60


def write_template(out: BinaryIO) -> None:
    """The empty sheet to fill in, with lists to choose from."""
    write_guests(out, ())


def write_guests(out: BinaryIO, declarations: Iterable[GuestDeclaration]) -> None:
    """Our sheet with these guests; read again, it gives the same declarations."""
    columns = official_order()
    with _Book(out) as book:
        sheet = book.sheet(SHEET, [column["title"] for column in columns])
        for number, declaration in enumerate(declarations, 1):
            cells = guest_cells(declaration)
            sheet.row([str(number), *(cells.get(column["field"], "") for column in columns[1:])])
        places = {column["field"]: place for place, column in enumerate(columns)}
        _write_catalogues(book, {name: places[field] for field, name in _CODED.items()}, sheet)


def write_error_sheet(out: BinaryIO, verdict: Verdict) -> None:
    """The rejected rows as they were given, each with what is wrong; corrected, the sheet can be sent as it is.

    Cells that held formulas are empty. Of a file refused as a whole there are no rows.
    """
    told = {column["field"]: column["title"] for column in official_order()}
    official = [column["field"] for column in official_order()[1:OFFICIAL_COLUMNS]]
    extra = dict.fromkeys((*_ALWAYS_RETURNED, *verdict.fields))
    fields = [*official, *(name for name in extra if name in told and name not in official and name != "number")]
    reasons = _reasons(verdict)
    with _Book(out) as book:
        sheet = book.sheet(SHEET, [*(told[name] for name in fields), ERROR_HEADING, ROW_HEADING], wide=len(fields))
        for number, cells in verdict.returned.items():
            sheet.row([*(cells.get(name, "") for name in fields), reasons.get(number, ""), str(number)])


def guest_cells(declaration: GuestDeclaration) -> dict[str, str]:
    """A declaration as the cells of our sheet, by field."""
    cells: dict[str, str] = {}
    for column in official_order()[1:]:
        name = column["field"]
        value = getattr(declaration, name)
        if name in _CODED:
            cells[name] = cell_of(_CODED[name], value)
        elif name == "birth_date":
            cells[name] = shown_birth(declaration)
        else:
            cells[name] = _shown(value)
    return cells


def shown_birth(declaration: GuestDeclaration) -> str:
    """As much of the birth date as is known: 08/03/1990, 03/1990 or 1990."""
    day = declaration.birth_date
    if declaration.birth_precision is BirthPrecision.YEAR:
        return f"{day.year:04}"
    return f"{day.month:02}/{day.year:04}" if declaration.birth_precision is BirthPrecision.MONTH else shown_day(day)


def shown_day(day: date) -> str:
    """dd/MM/yyyy."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def _shown(value: Any) -> str:
    if isinstance(value, Moment):
        clock = f" {value.clock.isoformat('minutes')}" if value.clock else ""
        return shown_day(value.day) + clock
    if isinstance(value, date):
        return shown_day(value)
    if isinstance(value, bool):
        return "x" if value else ""
    return "" if value is None else str(value)


def _reasons(verdict: Verdict) -> dict[int, str]:
    reasons: dict[int, list[str]] = {}
    for note in verdict.rejected:
        where = f"[{note.column}] " if note.column else ""
        reasons.setdefault(note.row, []).append(f"{note.finding.code}: {where}{note.finding.reason()}")
    return {row: "\n".join(told) for row, told in reasons.items()}


class _Book:
    """A workbook written row by row to a stream."""

    def __init__(self, out: BinaryIO) -> None:
        self._book = new_workbook(out)
        self.text = self._book.add_format({"num_format": "@"})
        self._heading = self._book.add_format({"num_format": "@", "bold": True, "bg_color": "#DDEBF7", "border": 1})

    def __enter__(self) -> "_Book":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._book.close()

    def sheet(self, name: str, headings: Sequence[str], *, wide: int | None = None) -> "_Sheet":
        """A sheet with a row of headings; the column at index `wide` gets room for sentences."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, len(headings) - 1, _WIDTH, self.text)
        if wide is not None:
            sheet.set_column(wide, wide, _WIDE, self.text)
        sheet.freeze_panes(1, 0)
        written = _Sheet(sheet, self.text)
        written.row(headings, self._heading)
        return written


class _Sheet:
    def __init__(self, sheet: Any, text: Any) -> None:
        self._sheet = sheet
        self._text = text
        self._next = 0

    def row(self, cells: Sequence[str], form: Any = None) -> None:
        for column, cell in enumerate(cells):
            if cell:
                self._sheet.write_string(self._next, column, cell, form or self._text)
        self._next += 1

    def choose(self, column: int, source: str) -> None:
        """Cells of a column are chosen from a range."""
        rule = {"validate": "list", "source": source, "error_type": "warning"}
        self._sheet.data_validation(1, column, _LIST_ROWS, column, rule)


def _write_catalogues(book: _Book, places: Mapping[str, int], guests: _Sheet) -> None:
    lists = {name: _entries(name) for name in places}
    sheet = book.sheet(CATALOGUE_SHEET, [name.upper() for name in lists])
    for row in range(max(map(len, lists.values()))):
        sheet.row([entries[row] if row < len(entries) else "" for entries in lists.values()])
    for index, (name, entries) in enumerate(lists.items()):
        guests.choose(places[name], f"={CATALOGUE_SHEET}!${letter(index)}$2:${letter(index)}${len(entries) + 1}")


def _entries(name: str) -> list[str]:
    codes = nationalities() if name == "nationalities" else catalogue(name)
    return [cell_of(name, code) for code in codes]
