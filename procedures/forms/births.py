"""Days of birth as people know them: a day, a month, or a year alone. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

_SHAPE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True, slots=True)
class Birth:
    """The first and the last day that it may have been; one day where all is known."""

    first: date
    last: date

    @property
    def year(self) -> int:
        return self.first.year

    def surely_under(self, years: int, today: date) -> bool:
        return age(self.first, today) < years

    def maybe_under(self, years: int, today: date) -> bool:
        return age(self.last, today) < years


def read_birth(text: object) -> Birth | None:
    """A birth written YYYY-MM-DD, YYYY-MM or YYYY; None for anything else."""
    found = _SHAPE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        if year is None or month is None:
            return Birth(date(year or 0, 1, 1), date(year or 0, 12, 31))
        if day is None:
            return Birth(date(year, month, 1), _end_of_month(year, month))
        return Birth(date(year, month, day), date(year, month, day))
    except ValueError:
        return None


def age(born: date, today: date) -> int:
    """Full years on `today`; who was born on 29 February is a year older on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _end_of_month(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date.fromordinal(date(year, month + 1, 1).toordinal() - 1)
