"""Guests of a night as a file for the police: a workbook or CSV, the lodging before each guest."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from residence.files.columns import official_order
from residence.guests import GuestDeclaration
from residence.sheets.guests import guest_cells
from residence.sheets.workbooks import Book

CSV: Final = "text/csv; charset=utf-8"
_HEADINGS: Final = ("CƠ SỞ LƯU TRÚ", "ĐỊA CHỈ CƠ SỞ")
# A spreadsheet takes a text that begins so for a formula, whoever wrote it.
_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
_WIDTH_OF_NAME, _WIDTH_OF_ADDRESS = 28, 34


class ExportRow(NamedTuple):
    lodging: str
    address: str
    guest: GuestDeclaration


def xlsx_of(rows: Iterable[ExportRow]) -> bytes:
    """A workbook of one sheet, landscape; every cell is text."""
    out = io.BytesIO()
    headings, *guests = _table(rows)
    widths = [_WIDTH_OF_NAME, _WIDTH_OF_ADDRESS, *(column["width"] for column in official_order()[1:])]
    with Book(out) as book:
        sheet = book.sheet("LUU_TRU", headings, widths=widths, frozen_columns=1, wrapped=True)
        for cells in guests:
            sheet.row(cells)
    return out.getvalue()


def csv_of(rows: Iterable[ExportRow]) -> bytes:
    """UTF-8 with the mark that spreadsheets look for."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for cells in _table(rows):
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def _table(rows: Iterable[ExportRow]) -> Iterator[list[str]]:
    columns = official_order()[1:]
    yield [*_HEADINGS, *(column["title"] for column in columns)]
    for row in rows:
        cells = guest_cells(row.guest)
        yield [row.lodging, row.address, *(cells.get(column["field"], "") for column in columns)]
