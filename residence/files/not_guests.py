"""Rows of a table that are no guests: totals, signatures, dates and places, headings of groups, notes. Pure.

A row with a document, a birth date or a sex is a guest, whatever else it says. Of the rest, what people write above,
between and under a list is known by its words, or by standing alone in its row: a name of which not even the number in
the list was written is a signature or a heading. Whoever sent the list is told of each such row.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final

from kernel.texts.folding import search_key
from residence.reading.catalogues import NationalityCode, find_code, find_nationality
from residence.reading.cells import Cell, Unusable, as_text
from residence.rules.findings import load_table

# A row with more filled fields than this is not looked at any closer.
_FEW: Final = 5
_SURE: Final = 2
_WHO: Final = frozenset({"full_name", "document_number", "birth_date"})
_DAYS: Final = ("arrival", "departure", "residence_expiry")
_DAY_LIKE: Final = re.compile(r"\d{1,4}\s*[/.\-]\s*\d{1,4}|\d{4,5}(?:\.0)?")
_DIGIT: Final = re.compile(r"\d")
_FEWEST_DIGITS: Final = 5
_LONGEST_LINE: Final = 300


class Foot:
    """Watches the rows of one table: under its foot, a name alone is a signature."""

    def __init__(self) -> None:
        self._under = False

    def is_no_guest(self, cells: Sequence[Cell | Unusable], held: Mapping[str, Cell | Unusable]) -> bool:
        """Whether a row is no guest; `held` are its fields, of which a line in the column of numbers has none."""
        nobody = not held.keys() & _WHO
        if len(held) > _FEW and not nobody:
            self._under = False
            return False
        sure = 0 if nobody else _sure(held)
        told = [cell for cell in cells if isinstance(cell, str) and cell and not cell.isspace()]
        said = [search_key(as_text(cell[:_LONGEST_LINE])) for cell in told]
        foot = _pattern("foot")
        if any(foot.fullmatch(text) for text in (said if sure == 0 else said[:1] if sure < _SURE else ())):
            self._under = True
            return True
        # Rooms, defaults or a sum, prepared for guests who did not come, hold nobody.
        if nobody or (sure == 0 and _is_group(held, said)):
            return True
        alone = sure == 0 and not any(_is_day(held.get(name)) for name in _DAYS)
        if alone and (self._under or (len(said) <= 1 and not _text(held.get("number")).isdigit())):
            return True
        self._under = self._under and sure == 0
        return False


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """A list of `data/not_guests.yaml` as one pattern."""
    return re.compile("|".join(load_table("not_guests.yaml")[name]))


def _sure(held: Mapping[str, Cell | Unusable]) -> int:
    """How many of the fields that only guests have are filled with something of their kind."""
    number = held.get("document_number")
    return sum(
        (
            number is not None and len(_DIGIT.findall(_text(number))) >= _FEWEST_DIGITS,
            _is_day(held.get("birth_date")),
            isinstance(find_code("sexes", _text(held.get("sex"))), str),
            isinstance(find_nationality(_text(held.get("nationality"))), NationalityCode),
            isinstance(find_code("document_kinds", _text(held.get("document_kind"))), str),
        )
    )


def _is_group(held: Mapping[str, Cell | Unusable], said: Sequence[str]) -> bool:
    name = search_key(_text(held.get("full_name"))[:_LONGEST_LINE])
    if name and all(text.replace(" ", "").isdigit() for text in said):
        # A row of sums.
        return True
    group = _pattern("group")
    return bool(name and group.fullmatch(name)) or (len(said) == 1 and group.fullmatch(said[0]) is not None)


def _is_day(cell: Cell | Unusable) -> bool:
    if isinstance(cell, date):
        return True
    text = _text(cell)
    return len(text) <= 24 and _DAY_LIKE.match(text) is not None


def _text(cell: Cell | Unusable) -> str:
    return "" if isinstance(cell, Unusable) else as_text(cell)
