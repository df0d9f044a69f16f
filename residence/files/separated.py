"""Text with separators (CSV), with whatever sign between the cells."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from residence.files.columns import HEAD_ROWS, field_of
from residence.files.encodings import encoding_of
from residence.files.source import Source
from residence.files.table import Numbered, table_source
from residence.reading.cells import Cell, Unusable
from residence.rules.findings import FileRefused

_SEPARATORS: Final = (",", ";", "\t", "|")
_MOST_COLUMNS: Final = 200
_START: Final = 64 << 10
# The line by which Excel is told the separator; Excel itself does not show it.
_SAID: Final = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
# Programs write a number this way so that Excel keeps its zeros: it computes nothing.
_CONSTANT: Final = re.compile(r'="([^"]*)"')
# What else a spreadsheet computes, a phone number abroad not being meant; and the mark that keeps it from doing so.
_COMPUTED: Final = re.compile(r"=.*|@.*|\+.*[^\d\s.()+-].*", re.DOTALL)
_KEPT_TEXT: Final = re.compile(r"'[\d=+@-].*", re.DOTALL)


def open_csv(data: bytes) -> Source:
    """The guests of a CSV file. Raises FileRefused.

    It is no import form of the authority, so positions do not count: an example row is known by its mark.
    """
    encoding = encoding_of(data)
    with _text(data, encoding) as text:
        start = text.read(_START)
    said = _SAID.match(start)
    separator = said[1] if said else _separator(start)
    return table_source("csv", _numbered(data, encoding, separator, skip=bool(said)), official=False)


def _text(data: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")


def _separator(start: str) -> str:
    """The sign that makes most headings of the first rows."""
    head = "\n".join(start.splitlines()[:HEAD_ROWS])
    return max(_SEPARATORS, key=lambda sign: _headings(head, sign))


def _headings(text: str, separator: str) -> int:
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error:
        return 0
    return max((sum(field_of(cell) is not None for cell in row if cell) for row in rows), default=0)


def _numbered(data: bytes, encoding: str, separator: str, *, skip: bool) -> Iterator[Numbered]:
    number = 0
    with _text(data, encoding) as text:
        if skip:
            text.readline()
        try:
            # Strict, for a quotation mark that is never closed would swallow the guests after it.
            for number, cells in enumerate(csv.reader(text, delimiter=separator, strict=True), 1):
                if len(cells) > _MOST_COLUMNS:
                    raise FileRefused("broken", detail=f"CSV, dòng {number}")
                yield number, [_cell(cell) if cell.startswith(("=", "+", "@", "'")) else cell for cell in cells]
        except csv.Error:
            raise FileRefused("broken", detail=f"CSV, dòng {number + 1}") from None


def _cell(text: str) -> Cell | Unusable:
    if constant := _CONSTANT.fullmatch(text):
        return constant[1]
    if _KEPT_TEXT.fullmatch(text):
        return text[1:]
    return Unusable("", text) if _COMPUTED.fullmatch(text) else text
