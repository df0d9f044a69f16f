"""The length of time that the law gives for a dossier, as data and in words. Pure."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final

from kernel.texts.bilingual import Text


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time the law gives. Working hours are 60 working minutes, whatever the length of a day.

    `amount` 0 with a unit of days means the very day, until work ends. `cutoff`, if given: what comes after this clock
    time counts from the opening of the next working day. Calendar days count from the start, also on a day off (Bộ luật
    Dân sự Đ.147), unless `from_working_day`; if the last of them is off, the next working day is (Đ.148.5).
    """

    amount: int
    unit: Unit
    cutoff: time | None = None
    from_working_day: bool = False

    @property
    def in_calendar_days(self) -> bool:
        """Whether days off count like others. The very day is a matter of office hours, whatever the unit."""
        return self.unit is Unit.DAYS and self.amount > 0


_UNITS: Final = {
    Unit.WORKING_DAYS: Text("ngày làm việc", "working day"),
    Unit.WORKING_HOURS: Text("giờ làm việc", "working hour"),
    Unit.DAYS: Text("ngày", "day"),
}


def term_text(term: Term) -> Text:
    """ "3 ngày làm việc" / "3 working days"; without an amount "trong ngày" / "the same day"."""
    if not term.amount:
        return Text("trong ngày", "the same day")
    vi, en = _UNITS[term.unit]
    return Text(f"{term.amount} {vi}", f"{term.amount} {en}{'' if term.amount == 1 else 's'}")
