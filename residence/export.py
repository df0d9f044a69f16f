"""Guests of a night as a file for the police: a workbook or CSV, the lodging before each guest."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from residence.files.columns import official_order
from residence.guests import GuestDeclaration
from residence.sheets import guest_cells
from residence.workbooks import new_workbook

CSV: Final = "text/csv; charset=utf-8"
_HEADINGS: Final = ("CƠ SỞ LƯU TRÚ", "ĐỊA CHỈ CƠ SỞ")
# A spreadsheet takes a text that begins so for a formula, whoever wrote it.
_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
_WIDTH: Final = 18


class ExportRow(NamedTuple):
    lodging: str
    address: str
    guest: GuestDeclaration


def xlsx_of(rows: Iterable[ExportRow]) -> bytes:
    """A workbook of one sheet; every cell is text."""
    out = io.BytesIO()
    with new_workbook(out) as book:
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"num_format": "@", "bold": True})
        sheet = book.add_worksheet("LUU_TRU")
        for place, cells in enumerate(_table(rows)):
            if place == 0:
                sheet.set_column(0, len(cells) - 1, _WIDTH, text)
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(place, column, cell, text if place else bold)
        sheet.freeze_panes(1, 0)
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
