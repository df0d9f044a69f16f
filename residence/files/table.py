"""Rows under headings: from a sheet's or a CSV's rows to the guests, by the layout of whichever form it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain, islice
from typing import Final

from residence.files.columns import (
    HEAD_ROWS,
    OUR_EXAMPLE,
    Column,
    field_of,
    is_example_of_form,
    is_hint,
    is_sample,
)
from residence.files.headings import NAME_PARTS, Heading, find_heading, shown_headings
from residence.files.layout import Layout
from residence.files.not_guests import Foot
from residence.files.source import MOST_GUESTS, Cells, Row, Source, shown_rows
from residence.reading.cells import Cell, Unusable, as_text
from residence.reading.names import is_garbled_name
from residence.rules.findings import FileRefused, Finding

OFFICIAL_SHEET: Final = "DS_KHACH_VIET_NAM_LUU_TRU"
_TITLE: Final = "THÔNG BÁO LƯU TRÚ CHO CÔNG DÂN VIỆT NAM"
# The authority skips the first four rows of its form by position, whatever they hold.
LAST_HEAD_ROW: Final = 4
_HEADINGS_AGAIN: Final = 4
# Below the headings stand what explains or numbers the columns.
_ROWS_OF_HINTS: Final = 2
_SHOWN_ROWS: Final = 10
_SHOWN_TEXT: Final = 40

Numbered = tuple[int, Sequence[Cell | Unusable]]


def table_source(
    kind: str,
    rows: Iterable[Numbered],
    *,
    official: bool,
    epoch_1904: bool = False,
    hidden: Set[int] = frozenset(),
) -> Source:
    """The guests of a table. `official` says that positions count as in the authority's import form; `hidden` are the
    numbers of rows that a person does not see.

    Raises FileRefused when there is no heading row; the rows raise it for too many guests or an example row moved.
    """
    remaining = iter(rows)
    head = list(islice(remaining, HEAD_ROWS))
    heading = heading_among(head)
    positional = official and not heading.foreign
    if positional and heading.row > LAST_HEAD_ROW:
        raise FileRefused("header_moved", found=heading.row)
    columns: dict[str, Column] = {}
    for column in heading.columns:
        columns.setdefault(column.field, column)
    table = _Table(heading, positional=positional, hidden=hidden)

    def guests() -> Iterator[Row]:
        return table.guests(each for each in chain(head, remaining) if each[0] > heading.row)

    return Source(
        kind,
        _named(columns),
        guests,
        foreign=heading.foreign,
        epoch_1904=epoch_1904,
        heading=heading.row,
        remarks=table.remarks,
    )


class _Table:
    """The rows under a heading, as guests; what is none is counted for the remarks at the end."""

    def __init__(self, heading: Heading, *, positional: bool, hidden: Set[int]) -> None:
        self.remarks: list[Finding] = []
        self._heading = heading
        self._positional = positional
        self._hidden = hidden
        self._layout = Layout(heading.columns)
        self._foot = Foot()
        self._unused = {column.index: column for column in heading.unused}
        self._filled: list[Column] = []
        self._unseen: list[int] = []
        self._left_out: list[tuple[int, str]] = []

    def guests(self, rows: Iterable[Numbered]) -> Iterator[Row]:
        count = 0
        for number, cells in rows:
            held, number_column = self._layout.held(cells)
            if not held and ((text := _first_text(cells)) == "" or text.isdigit()):
                continue
            if self._is_head(number, cells) or _is_heading_again(held):
                continue
            if self._foot.is_no_guest(cells, held):
                self._left_out.append((number, _first_text(cells)))
                continue
            if number in self._hidden:
                self._unseen.append(number)
                continue
            count += 1
            if count > MOST_GUESTS:
                raise FileRefused("too_many_rows", most=MOST_GUESTS)
            if self._unused:
                self._note_filled(cells)
            yield Row(number, held, self._refusal(number, cells), number_column)
        self._remark()

    def _is_head(self, number: int, cells: Sequence[Cell | Unusable]) -> bool:
        marked = any(isinstance(cell, str) and cell.startswith(("[", "<", " ")) for cell in cells[:3])
        if not marked and number > self._heading.row + _ROWS_OF_HINTS:
            return False
        if self._positional and number > LAST_HEAD_ROW and is_example_of_form(cells):
            raise FileRefused("example_moved", found=number)
        if is_sample(cells):
            return not self._is_overwritten(cells)
        return number <= HEAD_ROWS and is_hint(cells)

    def _is_overwritten(self, cells: Sequence[Cell | Unusable]) -> bool:
        """Whether our template's example row was filled with a guest while its mark stayed."""
        name = next((column.index for column in self._heading.columns if column.field == "full_name"), None)
        if name is None or name >= len(cells) or not as_text(_shown(cells[0])).startswith(OUR_EXAMPLE):
            return False
        told = as_text(_shown(cells[name]))
        return bool(told) and not told.startswith("[")

    def _refusal(self, number: int, cells: Sequence[Cell | Unusable]) -> Finding | None:
        if self._positional and number <= LAST_HEAD_ROW:
            return Finding("row_of_example", "full_name", "", {"row": number})
        if cells and isinstance(cells[0], str) and cells[0].startswith("[") and self._is_overwritten(cells):
            return Finding("example_overwritten", "full_name", "", {"row": number})
        return None

    def _note_filled(self, cells: Sequence[Cell | Unusable]) -> None:
        width = len(cells)
        for index in [index for index in self._unused if index < width and cells[index] not in ("", None)]:
            self._filled.append(self._unused.pop(index))

    def _remark(self) -> None:
        """Says once a file what of it was not used."""
        if self._filled:
            names = shown_headings(sorted(self._filled, key=lambda column: column.index))
            self.remarks.append(Finding("columns_not_used", params={"names": names}))
        if self._unseen:
            self.remarks.append(Finding("rows_hidden", params={"rows": shown_rows(self._unseen)}))
        told = [f"{number} (“{text[:_SHOWN_TEXT]}”)" for number, text in self._left_out if text]
        if told:
            more = len(told) - _SHOWN_ROWS
            value = ", ".join(told[:_SHOWN_ROWS]) + (f" (+{more})" if more > 0 else "")
            self.remarks.append(Finding("rows_left_out", params={"rows": value}))


def _first_text(cells: Sequence[Cell | Unusable]) -> str:
    return next((text for cell in cells if isinstance(cell, str) and (text := as_text(cell))), "")


def _shown(cell: Cell | Unusable) -> Cell:
    return cell.shown if isinstance(cell, Unusable) else cell


def _named(columns: Mapping[str, Column]) -> dict[str, Column]:
    """By field; a name of several columns is named by the first."""
    parts = [columns[name] for name in NAME_PARTS if name in columns]
    own = {name: column for name, column in columns.items() if name not in NAME_PARTS}
    return own | ({"full_name": parts[0]} if parts and "full_name" not in own else {})


def _is_heading_again(held: Cells) -> bool:
    """Headings repeated below the first: of a second page, or of a list that was pasted under another."""
    name = held.get("full_name")
    if not isinstance(name, str) or field_of(name) != "full_name":
        return False
    return sum(isinstance(cell, str) and field_of(cell) == field for field, cell in held.items()) >= _HEADINGS_AGAIN


def heading_among(rows: Sequence[Numbered]) -> Heading:
    """The heading row of the first rows. Raises FileRefused, for a wrong encoding where that is why there is none."""
    try:
        return find_heading(rows)
    except FileRefused as refusal:
        if refusal.finding.rule in ("no_header", "columns_missing", "columns_missing_others") and _garbled(rows):
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


def _is_title(cell: Cell | Unusable) -> bool:
    return isinstance(cell, str) and _TITLE in cell
