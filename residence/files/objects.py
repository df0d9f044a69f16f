"""JSON: a list of guests, or an object with one under "guests"; keys are our fields or the lodging API's names."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from residence.files.columns import Column, field_of
from residence.files.encodings import encoding_of
from residence.files.headings import NAME_PARTS, shown_headings
from residence.files.layout import join_name
from residence.files.source import MEGABYTE, MOST_GUESTS, Row, Source
from residence.guests import VIETNAMESE_NATIONALITY
from residence.reading.cells import Cell, Unusable
from residence.rules.findings import FileRefused, Finding

_LIST: Final = "guests"
_EXPECTED: Final = '[{"full_name": …, "birth_date": …}, …]'
_API_PASSPORT, _API_NUMBER, _API_NAME = "soHoChieu", "soGiayTo", "hoTen"
_KEY: Final = "JSON"
_OPENING: Final = re.compile(r'\s*(?:\{\s*"guests"\s*:\s*)?\[')
_BLANK: Final = re.compile(r"[ \t\r\n]*")
# An object with more than the list in it is read whole; small as it is, that costs little.
_LARGEST_WHOLE: Final = 4 * MEGABYTE


def open_json(data: bytes) -> Source:
    """The guests of a JSON file, numbered from 1 in their order. Raises FileRefused."""
    text = data.decode(encoding_of(data))
    try:
        guests = _guests(text)
    except json.JSONDecodeError as error:
        raise FileRefused("broken", detail=f"JSON, dòng {error.lineno}") from None
    except FileRefused:
        raise
    except (RecursionError, ValueError):
        raise FileRefused("broken", detail="JSON") from None

    def rows() -> Iterator[Row]:
        for number, guest in enumerate(guests, 1):
            yield Row(number, _cells(guest))

    foreign = bool(guests) and all(_API_PASSPORT in guest for guest in guests)
    unused = _unused(guests)
    remarks = [Finding("columns_not_used", params={"names": shown_headings(unused)})] if unused else []
    return Source("json", _columns(guests), rows, foreign=foreign, remarks=remarks)


def _guests(text: str) -> list[dict[str, Any]]:
    opening = _OPENING.match(text)
    if opening is not None:
        return list(_streamed(text, opening))
    if len(text) > _LARGEST_WHOLE:
        raise _not_guests()
    document = json.loads(text, parse_constant=_refuse_constant)
    guests = _the_list(document) if isinstance(document, dict) else None
    if not isinstance(guests, list) or not all(isinstance(guest, dict) for guest in guests):
        raise _not_guests()
    if len(guests) > MOST_GUESTS:
        raise FileRefused("too_many_rows", most=MOST_GUESTS)
    return guests


def _the_list(document: dict[str, Any]) -> Any:
    """The list of an object: that of guests, or the only one of objects under another name."""
    if _LIST in document:
        return document[_LIST]
    lists = [value for value in document.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    return lists[0] if len(lists) == 1 else None


def _streamed(text: str, opening: re.Match[str]) -> Iterator[dict[str, Any]]:
    """Objects one after another, so that a file of too many is given up at the first that is too much."""
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    place = _after_blank(text, opening.end())
    count = 0
    more = text[place : place + 1] != "]"
    while more:
        guest, place = decoder.raw_decode(text, place)
        if not isinstance(guest, dict):
            raise _not_guests()
        count += 1
        if count > MOST_GUESTS:
            raise FileRefused("too_many_rows", most=MOST_GUESTS)
        yield guest
        place = _after_blank(text, place)
        more = text[place : place + 1] == ","
        if more:
            place = _after_blank(text, place + 1)
    if text[place : place + 1] != "]" or len(text) - place > _LARGEST_WHOLE:
        raise json.JSONDecodeError("Expecting ',' delimiter", text, place)
    # What follows the list is held to be JSON as well.
    json.loads(opening[0] + text[place:], parse_constant=_refuse_constant)


def _after_blank(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    return match.end() if match else place


def _not_guests() -> FileRefused:
    return FileRefused("not_guest_objects", kind="JSON", expected=_EXPECTED)


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _columns(guests: list[dict[str, Any]]) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for guest in guests:
        for key in guest:
            field = field_of(key)
            if field is not None and field not in columns:
                columns[field] = Column(field, key, len(columns), key)
    for name in NAME_PARTS:
        if name in columns and "full_name" not in columns:
            columns["full_name"] = replace(columns[name], field="full_name")
    return columns


def _unused(guests: list[dict[str, Any]]) -> list[Column]:
    """Keys that name no field, of which some guest has a value."""
    found: dict[str, Column] = {}
    for guest in guests:
        for key, value in guest.items():
            if key not in found and value not in (None, "") and field_of(key) is None:
                found[key] = Column("", _KEY, 0, key)
    return list(found.values())


def _cells(guest: dict[str, Any]) -> dict[str, Cell | Unusable]:
    cells: dict[str, Cell | Unusable] = {}
    for key, value in guest.items():
        field = field_of(key)
        if field is not None and value is not None and value != "":
            cells.setdefault(field, _cell(value))
    join_name(cells)
    if _API_NUMBER in guest and _API_NAME in guest and "nationality" not in cells:
        # The interface for Vietnamese guests has no field of it.
        cells["nationality"] = VIETNAMESE_NATIONALITY
    return cells


def _cell(value: Any) -> Cell | Unusable:
    if isinstance(value, str):
        # JSON can name half a character, which no output could write again.
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, int | float | bool):
        return value
    return Unusable("", json.dumps(value, ensure_ascii=True), "value_of_other_kind")
