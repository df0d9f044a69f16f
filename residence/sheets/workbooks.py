"""Workbooks that go out, written row by row to a stream: every cell is text, every sheet prints on few pages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_A4: Final = 9
_MARGIN: Final = 0.4
_WIDTH: Final = 18


def new_workbook(out: BinaryIO) -> "Workbook":
    """Every cell is text: nothing that a guest is called becomes a formula. To be closed, or used in a `with`."""
    # Few requests write a workbook, and every web worker would carry the library.
    from xlsxwriter import Workbook

    return Workbook(out, {"constant_memory": True, "strings_to_formulas": False})


class Book:
    """A workbook of sheets with a row of headings each."""

    def __init__(self, out: BinaryIO) -> None:
        self._book = new_workbook(out)
        self.text = self.form()
        self.wrapped = self.form(text_wrap=True, valign="top")
        self.heading = self.form(bold=True, bg_color="#DDEBF7", border=1, text_wrap=True, valign="top")

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._book.close()

    def form(self, **properties: Any) -> Any:
        """How cells look; they are text whatever it is."""
        return self._book.add_format({"num_format": "@", **properties})

    def sheet(
        self,
        name: str,
        headings: Sequence[str],
        *,
        widths: Sequence[int] = (),
        heading_forms: Mapping[int, Any] | None = None,
        frozen_columns: int = 0,
        wrapped: bool = False,
    ) -> "Sheet":
        """A sheet with its headings, landscape and as wide as a page; they stand above every page."""
        sheet = self._book.add_worksheet(name)
        form = self.wrapped if wrapped else self.text
        for place in range(len(headings)):
            sheet.set_column(place, place, widths[place] if place < len(widths) else _WIDTH, form)
        sheet.freeze_panes(1, frozen_columns)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        written = Sheet(sheet, form)
        written.row(headings, dict.fromkeys(range(len(headings)), self.heading) | dict(heading_forms or {}))
        return written


class Sheet:
    """Rows written one after another."""

    def __init__(self, sheet: Any, form: Any) -> None:
        self._sheet = sheet
        self._form = form
        self._next = 0

    @property
    def next_row(self) -> int:
        """The number of the row that is written next, as the spreadsheet shows it."""
        return self._next + 1

    def row(self, cells: Iterable[str], forms: Mapping[int, Any] | None = None) -> None:
        """`forms` are the looks of single cells, by place; one that is empty is shown all the same."""
        for column, cell in enumerate(cells):
            form = forms.get(column) if forms else None
            if cell:
                self._sheet.write_string(self._next, column, cell, form or self._form)
            elif form is not None:
                self._sheet.write_blank(self._next, column, None, form)
        self._next += 1

    def choose(self, column: int, source: str, *, rows: int) -> None:
        """Cells of a column are chosen from a range."""
        rule = {"validate": "list", "source": source, "error_type": "warning"}
        self._sheet.data_validation(1, column, rows, column, rule)
