"""Rows under headings: from a sheet's or a CSV's rows to the guests, by the layout of whichever form it is."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

from residence.cells import Cell, Formula
from residence.files.columns import (
    HEAD_ROWS,
    Column,
    Heading,
    field_of,
    find_heading,
    is_example_of_form,
    is_hint,
    is_sample,
)
from residence.files.source import MOST_GUESTS, Cells, Row, Source
from residence.findings import FileRefused, Finding
from residence.names import is_garbled_name

OFFICIAL_SHEET: Final = "DS_KHACH_VIET_NAM_LUU_TRU"
_TITLE: Final = "THÔNG BÁO LƯU TRÚ CHO CÔNG DÂN VIỆT NAM"
# The authority skips the first four rows of its form by position, whatever they hold.
LAST_HEAD_ROW: Final = 4
_HEADINGS_AGAIN: Final = 4

Numbered = tuple[int, Sequence[Cell | Formula]]


def table_source(kind: str, rows: Iterable[Numbered], *, official: bool, epoch_1904: bool = False) -> Source:
    """The guests of a table. `official` says that positions count as in the authority's import form.

    Raises FileRefused when there is no heading row; the rows raise it for too many guests or an example row moved.
    """
    remaining = iter(rows)
    head = list(islice(remaining, HEAD_ROWS))
    heading = heading_among(head)
    positional = official and not heading.foreign
    if positional and heading.row > LAST_HEAD_ROW:
        raise FileRefused("header_moved", found=heading.row)

    def guests() -> Iterator[Row]:
        below = (each for each in chain(head, remaining) if each[0] > heading.row)
        return _guests(below, heading, positional=positional)

    columns = {column.field: column for column in heading.columns}
    return Source(kind, columns, guests, foreign=heading.foreign, epoch_1904=epoch_1904)


def _guests(rows: Iterable[Numbered], heading: Heading, *, positional: bool) -> Iterator[Row]:
    count = 0
    for number, cells in rows:
        held = _held(cells, heading.columns)
        if not held or _belongs_to_head(number, cells, positional=positional) or _is_heading_again(held):
            continue
        count += 1
        if count > MOST_GUESTS:
            raise FileRefused("too_many_rows", most=MOST_GUESTS)
        skipped = positional and number <= LAST_HEAD_ROW
        yield Row(number, held, Finding("row_of_example", "full_name", "", {"row": number}) if skipped else None)


def _held(cells: Sequence[Cell | Formula], columns: Sequence[Column]) -> dict[str, Cell | Formula]:
    """Non-empty cells by field; nothing at all where only the running number is filled in."""
    width = len(cells)
    held: dict[str, Cell | Formula] = {
        column.field: cell
        for column in columns
        if column.index < width
        and (cell := cells[column.index]) != ""
        and cell is not None
        and not (cell.__class__ is str and cell.isspace())
    }
    return held if held.keys() - {"number"} else {}


def _is_heading_again(held: Cells) -> bool:
    """Headings repeated below the first: of a second page, or of a list that was pasted under another."""
    name = held.get("full_name")
    if not isinstance(name, str) or field_of(name) != "full_name":
        return False
    return sum(isinstance(cell, str) and field_of(cell) == field for field, cell in held.items()) >= _HEADINGS_AGAIN


def _belongs_to_head(number: int, cells: Sequence[Cell | Formula], *, positional: bool) -> bool:
    if not any(isinstance(cell, str) and cell.startswith(("[", "<", " ")) for cell in cells[:3]):
        return False
    if positional and number > LAST_HEAD_ROW and is_example_of_form(cells):
        raise FileRefused("example_moved", found=number)
    return is_sample(cells) or (number <= HEAD_ROWS and is_hint(cells))


def heading_among(rows: Sequence[Numbered]) -> Heading:
    """The heading row of the first rows. Raises FileRefused, for a wrong encoding where that is why there is none."""
    try:
        return find_heading(rows)
    except FileRefused as refusal:
        if refusal.finding.rule in ("no_header", "columns_missing") and _garbled(rows):
            raise FileRefused("encoding", guess="đã bị đổi chữ khi lưu") from None
        raise


def _garbled(rows: Iterable[Numbered]) -> bool:
    """Whether headings are missing because a wrong encoding spoilt them."""
    return any(isinstance(cell, str) and is_garbled_name(cell) for _, cells in rows for cell in cells)


def looks_official(rows: Iterable[Numbered]) -> bool:
    """Whether the first rows hold the title, the hints or the marked example of the authority's import form."""
    return any(
        is_example_of_form(cells) or is_hint(cells) or any(_is_title(cell) for cell in cells[:2])
        for number, cells in rows
        if number <= HEAD_ROWS
    )


def _is_title(cell: Cell | Formula) -> bool:
    return isinstance(cell, str) and _TITLE in cell
