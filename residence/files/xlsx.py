"""Excel workbooks (.xlsx). Values are read by calamine; what could do harm is looked for before it sees the file."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from residence.files.archive import Archive
from residence.files.columns import HEAD_ROWS, field_of
from residence.files.headings import Heading
from residence.files.layout import Layout
from residence.files.not_guests import Foot
from residence.files.source import Source
from residence.files.table import OFFICIAL_SHEET, Numbered, heading_among, looks_official, table_source
from residence.files.workbook import Merge, Sheet, Workbook, inspect_sheet, likely_sheets, read_workbook
from residence.reading.cells import Unusable
from residence.rules.findings import FileRefused

_SHARED: Final = ("xl/sharedStrings.xml", "xl/styles.xml")
_HEADINGS_ENOUGH: Final = 2
_NO_TABLES: Final = ("word/", "ppt/")
_OTHERS: Final = (("word/", "văn bản Word"), ("ppt/", "bản trình chiếu"), ("Index/", "bảng tính Numbers của Apple"))


def open_xlsx(data: bytes) -> Source:
    """The guests of a workbook. Raises FileRefused."""
    archive = Archive(data)
    if (standard := archive.standard()) is not None:
        data, archive = standard, Archive(standard)
    _require_workbook(archive)
    workbook = read_workbook(archive)
    for name in _SHARED:
        if name in archive:
            for _ in archive.chunks(name):
                pass
    found: dict[str, Callable[[], Source]] = {}
    refused: FileRefused | None = None
    for name in likely_sheets(workbook):
        sheet = inspect_sheet(archive, workbook, name)
        rows = _rows(data, sheet)
        try:
            _require_plain_head(sheet, rows)
        except FileRefused as refusal:
            refused = refused if refused and refusal.finding.rule == "no_header" else refusal
            continue
        found[name] = partial(_source, workbook, sheet, rows)
    if not found:
        raise refused or FileRefused("no_header", limit=HEAD_ROWS)
    return _the_one(found)


def _source(workbook: Workbook, sheet: Sheet, rows: list[list[Any]]) -> Source:
    official = sheet.name == OFFICIAL_SHEET or looks_official(_numbered(rows[:HEAD_ROWS], sheet))
    return table_source(
        "xlsx", _numbered(rows, sheet), official=official, epoch_1904=workbook.epoch_1904, hidden=sheet.hidden
    )


def _the_one(found: Mapping[str, Callable[[], Source]]) -> Source:
    """The sheet that has guests. Raises FileRefused for several: of whichever was left out, guests would be lost."""
    names = list(found)
    if len(names) > 1:
        names = [name for name, source in found.items() if next(source().rows(), None) is not None] or names[:1]
    if len(names) > 1:
        raise FileRefused("several_sheets", value=", ".join(names))
    return found[names[0]]()


def _require_workbook(archive: Archive) -> None:
    if "xl/workbook.xml" in archive:
        return
    names = archive.names()
    if "xl/workbook.bin" in archive:
        raise FileRefused("file_kind_not_taken", kind="Excel nhị phân (.xlsb)")
    if "mimetype" in archive and b"opendocument.spreadsheet" in archive.read("mimetype"):
        raise FileRefused("file_kind_not_taken", kind="OpenDocument (.ods)")
    for start, kind in _OTHERS:
        if any(name.startswith(start) for name in names):
            raise FileRefused("file_not_a_list" if start in _NO_TABLES else "file_kind_not_taken", kind=kind)
    raise FileRefused("file_not_a_list", kind="tệp nén ZIP")


def _rows(data: bytes, sheet: Sheet) -> list[list[Any]]:
    """Every row from the first on, so that an index is a row's number less one."""
    # Few requests read a workbook, and every web worker would carry the library.
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            return workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    except CalamineError:
        raise FileRefused("broken", detail="XLSX") from None
    except BaseException as error:
        # A panic of the Rust reader is no Exception, and says no more than that the file is broken.
        if type(error).__name__ != "PanicException":
            raise
        raise FileRefused("broken", detail="XLSX") from None


def _numbered(rows: Sequence[list[Any]], sheet: Sheet) -> Iterator[Numbered]:
    marked: dict[int, list[tuple[int, str, str]]] = {}
    for rule, found in (("formula", sheet.formulas), ("cell_error", sheet.errors)):
        for (row, column), text in found.items():
            marked.setdefault(row, []).append((column, text, rule))
    for index, cells in enumerate(rows):
        for column, text, rule in marked.get(index, ()):
            # A formula that was never computed lies beyond the last value that was stored.
            cells.extend([""] * (column + 1 - len(cells)))
            if not isinstance(cells[column], Unusable):
                cells[column] = Unusable(cells[column], text, rule)
        yield index + 1, cells


def _require_plain_head(sheet: Sheet, rows: Sequence[list[Any]]) -> None:
    """Raises FileRefused without headings, or where merged cells make it unclear which is whose."""
    head = list(_numbered(rows[:HEAD_ROWS], sheet))
    like_headings = {
        number - 1 for number, cells in head if sum(_is_heading(cell) for cell in cells) >= _HEADINGS_ENOUGH
    }
    for merge in sheet.merges:
        if like_headings & set(range(merge.top, min(merge.bottom, HEAD_ROWS) + 1)):
            raise FileRefused("header_merged", value=str(merge))
    heading = heading_among(head)
    if inside := _among_guests(sheet, rows, heading):
        raise FileRefused("rows_merged", value=str(inside))


def _is_heading(cell: object) -> bool:
    return isinstance(cell, str) and cell != "" and field_of(cell) is not None


def _among_guests(sheet: Sheet, rows: Sequence[list[Any]], heading: Heading) -> Merge | None:
    """The first merge that lies in a row of a guest; titles of groups and the foot of a list are merged as well."""
    below = [merge for merge in sheet.merges if merge.bottom >= heading.row and merge.top < len(rows)]
    if not below:
        return None
    layout, foot = Layout(heading.columns), Foot()
    guests: set[int] = set()
    for index in range(heading.row, len(rows)):
        held, _ = layout.held(rows[index])
        if held and not foot.is_no_guest(rows[index], held):
            guests.add(index)
    return next((merge for merge in below if not guests.isdisjoint(range(merge.top, merge.bottom + 1))), None)
