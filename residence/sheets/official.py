"""The authority's own import files, for when its interface is away: XLSX of Vietnamese, XML of foreigners.

Only a person can upload them. The authority skips rows one to four of the sheet by position, wants days and numbers as
text and each code with its label, and reports success for a file of which it took nothing: compare the counts.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO, Final
from xml.sax.saxutils import escape

from residence.files.columns import official_order
from residence.files.official_xml import GUEST, ROOT
from residence.files.table import LAST_HEAD_ROW, OFFICIAL_SHEET
from residence.guests import GuestDeclaration
from residence.reading.meant import bare_room
from residence.sheets.guests import OFFICIAL_COLUMNS, guest_cells, shown_day
from residence.sheets.workbooks import new_workbook

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_TITLE: Final = "DANH SÁCH THÔNG BÁO LƯU TRÚ CHO CÔNG DÂN VIỆT NAM"
_HINT: Final = "Mẫu dữ liệu"
_EXAMPLE: Final = {
    "number": "[EXAMPLE]",
    "full_name": "[TEST] NGUYỄN VĂN THỬ",
    "birth_date": "02/09/1990",
    "sex": "M - Nam",
    "nationality": "VNM - Viet Nam",
    "document_kind": "1 - Thẻ CCCD",
    "document_number": "049090000001",
    "arrival": "01/01/2026",
    "departure": "02/01/2026",
    "reason": "1 - Du lịch",
}
# The example carries the number 1.
_FIRST_NUMBER: Final = 2


def write_official_xlsx(out: BinaryIO, declarations: Iterable[GuestDeclaration]) -> int:
    """The import sheet of Vietnamese guests; returns how many it holds, for the comparison afterwards."""
    columns = official_order()[:OFFICIAL_COLUMNS]
    rows = [[_TITLE], [column["title"] for column in columns], [_HINT]]
    rows.append([_EXAMPLE.get(column["field"], "") for column in columns])
    count = 0
    with new_workbook(out) as book:
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(OFFICIAL_SHEET)
        sheet.set_column(0, len(columns) - 1, 18, text)
        for place, row in enumerate(rows):
            _write_row(sheet, place, row, text)
        for count, declaration in enumerate(declarations, 1):
            cells = official_cells(declaration)
            row = [str(count + _FIRST_NUMBER - 1), *(cells[column["field"]] for column in columns[1:])]
            _write_row(sheet, LAST_HEAD_ROW - 1 + count, row, text)
    return count


def official_cells(declaration: GuestDeclaration) -> dict[str, str]:
    """Cells of the import sheet: those of ours, with days and rooms' numbers alone."""
    days = {"arrival": shown_day(declaration.arrival.day), "departure": shown_day(declaration.departure.day)}
    own = {"birth_date": shown_day(declaration.birth_date), "room": bare_room(declaration.room)}
    return guest_cells(declaration) | own | days


def official_xml(declarations: Iterable[GuestDeclaration]) -> tuple[str, int]:
    """The import file of foreigners, and how many it holds."""
    guests = [_guest(number, declaration) for number, declaration in enumerate(declarations, 1)]
    body = "".join(guests)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{ROOT}>\n{body}</{ROOT}>\n', len(guests)


def _guest(number: int, declaration: GuestDeclaration) -> str:
    told = {
        "so_thu_tu": str(number),
        "ho_ten": declaration.full_name,
        "ngay_sinh": shown_day(declaration.birth_date),
        "ngay_sinh_dung_den": declaration.birth_precision.value,
        "gioi_tinh": declaration.sex.value,
        "ma_quoc_tich": declaration.nationality,
        "so_ho_chieu": declaration.document_number,
        "so_phong": bare_room(declaration.room),
        "ngay_den": shown_day(declaration.arrival.day),
        "ngay_di_du_kien": shown_day(declaration.departure.day),
        # A guest who has not left has no such tag; an empty one is no day.
        "ngay_tra_phong": shown_day(declaration.left.day) if declaration.left else None,
        "thoi_han_tam_tru": shown_day(declaration.residence_expiry) if declaration.residence_expiry else "",
    }
    lines = (f"        <{tag}>{escape(text)}</{tag}>\n" for tag, text in told.items() if text is not None)
    return f"    <{GUEST}>\n{''.join(lines)}    </{GUEST}>\n"


def _write_row(sheet: "Worksheet", place: int, cells: list[str], text: object) -> None:
    for column, cell in enumerate(cells):
        if cell:
            sheet.write_string(place, column, cell, text)
