"""The authority's XML of foreigners: KHAI_BAO_TAM_TRU with one THONG_TIN_KHACH a guest."""

from collections.abc import Iterator
from typing import Final

from residence.files.columns import Column, field_of, is_sample, load_table_of_columns
from residence.files.markup import walk
from residence.files.source import MOST_GUESTS, Row, Source
from residence.reading.cells import Cell, Unusable
from residence.rules.findings import FileRefused

ROOT: Final = "KHAI_BAO_TAM_TRU"
GUEST: Final = "THONG_TIN_KHACH"


def open_xml(data: bytes) -> Source:
    """The guests of an XML file, numbered from 1 in their order. Raises FileRefused."""
    reader = _Reader()
    walk(data, reader.started, reader.ended)
    if not reader.seen_root:
        raise FileRefused("not_guest_objects", kind="XML", expected=f"<{ROOT}><{GUEST}>…</{GUEST}></{ROOT}>")

    def rows() -> Iterator[Row]:
        for number, cells in enumerate(reader.guests, 1):
            if not is_sample(list(cells.values())):
                yield Row(number, cells)

    return Source("xml", _columns(), rows, foreign=True)


def _columns() -> dict[str, Column]:
    return {
        column["field"]: Column(column["field"], column["xml"], index, column["xml"])
        for index, column in enumerate(load_table_of_columns())
        if "xml" in column
    }


class _Reader:
    def __init__(self) -> None:
        self.guests: list[dict[str, Cell | Unusable]] = []
        self.seen_root = False
        self._path: list[str] = []

    def started(self, tag: str, _: dict[str, str]) -> None:
        self._path.append(tag)
        if self._path == [ROOT]:
            self.seen_root = True
        elif self._path == [ROOT, GUEST]:
            if len(self.guests) >= MOST_GUESTS:
                raise FileRefused("too_many_rows", most=MOST_GUESTS)
            self.guests.append({})

    def ended(self, tag: str, text: str) -> None:
        if len(self._path) == 3 and self._path[:2] == [ROOT, GUEST] and text.strip():
            field = field_of(tag)
            if field is not None:
                self.guests[-1].setdefault(field, text)
        self._path.pop()
