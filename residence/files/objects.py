"""JSON: a list of guests, or an object with one under "guests"; keys are our fields or the lodging API's names."""

import json
from collections.abc import Iterator
from typing import Any, Final

from residence.cells import Cell, Formula
from residence.files.columns import Column, field_of
from residence.files.encodings import encoding_of
from residence.files.source import MOST_GUESTS, Row, Source
from residence.findings import FileRefused

_LIST: Final = "guests"
_EXPECTED: Final = '[{"full_name": …, "birth_date": …}, …]'
_API_PASSPORT: Final = "soHoChieu"


def open_json(data: bytes) -> Source:
    """The guests of a JSON file, numbered from 1 in their order. Raises FileRefused."""
    text = data.decode(encoding_of(data))
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise FileRefused("broken", detail=f"JSON, dòng {error.lineno}") from None
    except (RecursionError, ValueError):
        raise FileRefused("broken", detail="JSON") from None
    guests = document.get(_LIST) if isinstance(document, dict) else document
    if not isinstance(guests, list) or not all(isinstance(guest, dict) for guest in guests):
        raise FileRefused("not_guest_objects", kind="JSON", expected=_EXPECTED)
    if len(guests) > MOST_GUESTS:
        raise FileRefused("too_many_rows", most=MOST_GUESTS)
    columns = _columns(guests)

    def rows() -> Iterator[Row]:
        for number, guest in enumerate(guests, 1):
            yield Row(number, _cells(guest))

    return Source("json", columns, rows, foreign=bool(guests) and all(_API_PASSPORT in guest for guest in guests))


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _columns(guests: list[dict[str, Any]]) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for guest in guests:
        for key in guest:
            field = field_of(key)
            if field is not None and field not in columns:
                columns[field] = Column(field, key, len(columns))
    return columns


def _cells(guest: dict[str, Any]) -> dict[str, Cell | Formula]:
    cells: dict[str, Cell | Formula] = {}
    for key, value in guest.items():
        field = field_of(key)
        if field is not None and value is not None and value != "":
            cells.setdefault(field, _cell(value))
    return cells


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        # JSON can name half a character, which no output could write again.
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    return value if isinstance(value, int | float | bool) else json.dumps(value)
