"""Spreadsheets that go out: the empty sheet to fill in, guests in it, and the rows that came back with what is wrong.

Every cell is text, so no program can eat a zero or turn a day into a number.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO, Final

from residence.batches.check import Note, Verdict
from residence.files.columns import OUR_EXAMPLE, letter, official_order
from residence.guests import BirthPrecision, GuestDeclaration, Moment
from residence.reading.catalogues import catalogue, cell_of, nationalities
from residence.sheets.workbooks import Book, Sheet

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
_LIST_ROWS: Final = 10_001
# The columns of the error sheet before those of the guest: reasons, and the row in the file that came.
_BEFORE: Final = 2
_NUMBER: Final = 8
_WIDE: Final = 60
# Of our own columns those that a receptionist fills in; the others are there for whoever needs them.
_IN_TEMPLATE: Final = ("birth_precision", "residence_expiry", "passport_expiry", "one_word_name")
_FOR_FOREIGNERS: Final = "khách nước ngoài"
_EXAMPLES: Final[tuple[dict[str, str], ...]] = (
    {
        "full_name": "NGUYỄN VĂN THỬ",
        "birth_date": "02/09/1990",
        "sex": "M - Nam",
        "nationality": "VNM - Viet Nam",
        "document_kind": "1 - Thẻ CCCD",
        "document_number": "049090000001",
        "phone": "0912345678",
        "arrival": "20/11/2026 14:30",
        "departure": "22/11/2026",
        "room": "101",
        "reason": "1 - Du lịch",
    },
    {
        "full_name": "TESTOVA ANNA",
        "birth_date": "08/03/1990",
        "sex": "F - Nữ",
        "nationality": "RUS - Russia",
        "document_kind": "4 - Hộ chiếu",
        "document_number": "700000001",
        "arrival": "20/11/2026 23:40",
        "departure": "22/11/2026",
        "room": "102",
        "residence_expiry": "15/12/2026",
    },
)
# What a row needs to be corrected, whatever the file had of it.
_RETURNED: Final = (
    *("full_name", "birth_date", "sex", "nationality", "document_kind", "document_number"),
    *("arrival", "departure", "room", "reason", "residence_expiry", "one_word_name"),
)


def write_template(out: BinaryIO) -> None:
    """The empty sheet to fill in, with lists to choose from and two examples, which are never declared."""
    columns = [
        column
        for place, column in enumerate(official_order())
        if place < OFFICIAL_COLUMNS or column["field"] in _IN_TEMPLATE
    ]
    titles = [
        f"{column['title']} ({_FOR_FOREIGNERS})" if column.get("foreign") else column["title"] for column in columns
    ]
    with Book(out) as book:
        foreign = book.form(bold=True, bg_color="#FCE4D6", border=1, text_wrap=True, valign="top")
        forms = {place: foreign for place, column in enumerate(columns) if column.get("foreign")}
        sheet = book.sheet(SHEET, titles, widths=_widths(columns), heading_forms=forms, frozen_columns=2)
        example = book.form(italic=True, font_color="#808080")
        for told in _EXAMPLES:
            marked = {**told, "number": OUR_EXAMPLE, "full_name": f"{OUR_EXAMPLE} {told['full_name']}"}
            cells = [marked.get(column["field"], "") for column in columns]
            sheet.row(cells, dict.fromkeys(range(len(cells)), example))
        _write_catalogues(book, _coded_places(columns), sheet)


def write_guests(out: BinaryIO, declarations: Iterable[GuestDeclaration]) -> None:
    """Our sheet with these guests; read again, it gives the same declarations."""
    columns = official_order()
    with Book(out) as book:
        sheet = book.sheet(SHEET, [column["title"] for column in columns], widths=_widths(columns), frozen_columns=2)
        for number, declaration in enumerate(declarations, 1):
            cells = guest_cells(declaration)
            sheet.row([str(number), *(cells.get(column["field"], "") for column in columns[1:])])
        _write_catalogues(book, _coded_places(columns), sheet)


def write_error_sheet(out: BinaryIO, verdict: Verdict) -> None:
    """The rejected rows as they were given, what is wrong before each; corrected, the sheet can be sent as it is.

    The cells that are wrong are coloured and named as this sheet has them. Cells that held formulas are empty. Of a
    file refused as a whole there are no rows.
    """
    columns = _returned_columns(verdict)
    places = {column["field"]: place for place, column in enumerate(columns, _BEFORE)}
    notes: dict[int, list[Note]] = {}
    for note in verdict.rejected:
        notes.setdefault(note.row, []).append(note)
    titles = [ERROR_HEADING, ROW_HEADING, *(column["title"] for column in columns)]
    with Book(out) as book:
        wrong = book.form(bg_color="#FFC7CE", font_color="#9C0006", text_wrap=True, valign="top")
        reasons = book.form(font_color="#9C0006", text_wrap=True, valign="top")
        widths = [_WIDE, _NUMBER, *_widths(columns)]
        sheet = book.sheet(SHEET, titles, widths=widths, frozen_columns=_BEFORE, wrapped=True)
        for number, cells in verdict.returned.items():
            told = [_reason(note, places, sheet.next_row) for note in notes.get(number, [])]
            bad = {places[note.finding.field]: wrong for note in notes.get(number, []) if note.finding.field in places}
            row = ["\n".join(told), str(number), *(cells.get(column["field"], "") for column in columns)]
            sheet.row(row, {0: reasons, **bad})


def _reason(note: Note, places: Mapping[str, int], row: int) -> str:
    """The code, the cell of this sheet and the sentence: "E13 [I2]: Số giấy tờ …"."""
    place = places.get(note.finding.field or "")
    where = "" if place is None else f" [{letter(place)}{row}]"
    return f"{note.finding.code}{where}: {note.finding.reason()}"


def _returned_columns(verdict: Verdict) -> list[dict[str, Any]]:
    """Columns of the error sheet: what a correction needs, what the rows hold, and what is wrong with them."""
    held = {name for cells in verdict.returned.values() for name, cell in cells.items() if cell}
    asked = {note.finding.field for note in verdict.rejected}
    ticks = {"name_confirmed"} & set(verdict.fields)
    shown = {*_RETURNED, *held, *asked, *ticks} - {"number"}
    return [column for column in official_order() if column["field"] in shown]


def _widths(columns: Sequence[Mapping[str, Any]]) -> list[int]:
    return [column["width"] for column in columns]


def _coded_places(columns: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Catalogue -> the column whose cells are chosen from it."""
    return {_CODED[column["field"]]: place for place, column in enumerate(columns) if column["field"] in _CODED}


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


def _write_catalogues(book: Book, places: Mapping[str, int], guests: Sheet) -> None:
    lists = {name: _entries(name) for name in places}
    widths = [max(map(len, entries)) for entries in lists.values()]
    sheet = book.sheet(CATALOGUE_SHEET, [name.upper() for name in lists], widths=widths)
    for row in range(max(map(len, lists.values()))):
        sheet.row([entries[row] if row < len(entries) else "" for entries in lists.values()])
    for index, (name, entries) in enumerate(lists.items()):
        source = f"={CATALOGUE_SHEET}!${letter(index)}$2:${letter(index)}${len(entries) + 1}"
        guests.choose(places[name], source, rows=_LIST_ROWS)


def _entries(name: str) -> list[str]:
    codes = nationalities() if name == "nationalities" else catalogue(name)
    return [cell_of(name, code) for code in codes]
