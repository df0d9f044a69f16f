"""In which order the days of a file are written, told from all of its rows. Pure.

Excel with American settings turns 05/07 into the seventh of May and leaves 25/07 as text; a program with American
settings writes 09/13 in one row and 09/02 in the next, which then reads as the ninth of February.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Final, Literal

from residence.reading.cells import Cell, Unusable, as_text

_TWO_NUMBERS: Final = re.compile(r"\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*\d{2,4}\b")
_LAST_MONTH: Final = 12

Order = Literal["day", "month", "either", ""]


class DayOrder:
    """How the days of one column are written."""

    def __init__(self) -> None:
        self._dates: list[tuple[int, date]] = []
        self._either: list[tuple[int, str]] = []
        self._day_first = 0
        self._month_first = 0
        self._dates_over_twelve = False

    @property
    def american(self) -> bool:
        """Whether a text of the column can only be month before day, and hardly any day before month."""
        return self._month_first > self._day_first

    def take(self, number: int, cell: Cell | Unusable) -> None:
        if isinstance(cell, str):
            order = _order_of(cell)
            if order == "either":
                self._either.append((number, cell))
            else:
                self._day_first += order == "day"
                self._month_first += order == "month"
        elif isinstance(cell, date):
            self._dates_over_twelve = self._dates_over_twelve or cell.day > _LAST_MONTH
            self._dates.append((number, cell))

    def suspects(self, *, american_file: bool) -> Iterator[tuple[int, str]]:
        """Rows whose day and month may be swapped, with what they show; `american_file` if any column is American."""
        if (self._day_first or self._month_first) and not self._dates_over_twelve:
            # Every day past the twelfth is text: what became a date was turned round on the way.
            for number, day in self._dates:
                if day.day != day.month:
                    yield number, as_text(day)
        if self.american or (american_file and not self._day_first):
            for number, text in self._either:
                yield number, as_text(text)


@lru_cache(16384)
def _order_of(text: str) -> Order:
    match = _TWO_NUMBERS.match(text)
    if match is None:
        return ""
    first, second = int(match[1]), int(match[2])
    if first > _LAST_MONTH:
        return "day"
    if second > _LAST_MONTH:
        return "month"
    return "either" if first != second else ""
