"""Workbooks that go out, written row by row to a stream."""

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from xlsxwriter import Workbook


def new_workbook(out: BinaryIO) -> "Workbook":
    """Every cell is text: nothing that a guest is called becomes a formula. To be closed, or used in a `with`."""
    # Few requests write a workbook, and every web worker would carry the library.
    from xlsxwriter import Workbook

    return Workbook(out, {"constant_memory": True, "strings_to_formulas": False})
