"""The working calendar of an agency: which minutes count, and arithmetic on them.

Public holidays of Vietnam and the make-up Saturdays traded for them come from the `holidays` library; overrides, edited
by administrators, win over it. Everything is counted in whole minutes of Vietnam's civil time: seconds are cut off.
Instants go in as aware datetimes and come out in UTC.
"""

import csv
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate, pairwise
from typing import Final

from agencies.public_days import public_days
from kernel.clock import VIETNAM, local
from kernel.texts.bilingual import Text

Hours = Sequence[tuple[time, time]]
# Office hours as two provincial systems have them. The law fixes days alone, so an agency may set its own.
OFFICE_HOURS: Final[Hours] = ((time(7, 0), time(11, 30)), (time(13, 30), time(17, 0)))
_SATURDAY: Final = 5


class DayKind(StrEnum):
    WORKING = "working"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Override:
    """One date that differs from the library: its `name` for people, and `basis`, the decision it rests on."""

    day: date
    kind: DayKind
    name: Text
    basis: str
    confirmed: bool = True


@lru_cache(maxsize=1)
def default_overrides() -> tuple[Override, ...]:
    """The overrides shipped with the product."""
    table = files("agencies").joinpath("data/calendar_overrides.csv").read_text(encoding="utf-8")
    return tuple(
        Override(
            day=date.fromisoformat(row["date"]),
            kind=DayKind(row["kind"]),
            name=Text(row["name_vi"], row["name_en"]),
            basis=row["basis"],
            confirmed=row["confirmed"] == "yes",
        )
        for row in csv.DictReader(table.splitlines())
    )


@lru_cache(maxsize=64)
def _public_working_days(year: int) -> tuple[int, ...]:
    """Ordinals of the working days of a year before any override, ascending."""
    public = public_days(year)
    ordinals = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
    days = map(date.fromordinal, ordinals)
    return tuple(
        day.toordinal()
        for day in days
        if (day.weekday() < _SATURDAY and day not in public.off) or day in public.made_up
    )


def _minutes(clock_time: time) -> int:
    return clock_time.hour * 60 + clock_time.minute


class WorkingCalendar:
    """Immutable. `hours` are the working periods [from, to) of every working day, ascending and not touching."""

    def __init__(self, hours: Hours = OFFICE_HOURS, overrides: Iterable[Override] = ()) -> None:
        self._periods = tuple((_minutes(start), _minutes(end)) for start, end in hours)
        edges = [edge for period in self._periods for edge in period]
        if not edges or any(a >= b for a, b in pairwise(edges)):
            raise ValueError("working hours must be ascending periods that are not empty and do not touch")
        self._worked_before = (0, *accumulate(end - start for start, end in self._periods))
        self._overrides = {override.day: override for override in overrides}
        self._years: dict[int, tuple[int, ...]] = {}

    @property
    def day_minutes(self) -> int:
        """The working minutes of one working day."""
        return self._worked_before[-1]

    def is_working_day(self, day: date) -> bool:
        ordinals = self._working_days(day.year)
        index = bisect_left(ordinals, day.toordinal())
        return index < len(ordinals) and ordinals[index] == day.toordinal()

    def name_of(self, day: date) -> Text | None:
        """Why a date is off, or is worked although it would be off; None for plain days and weekends."""
        override = self._overrides.get(day)
        return override.name if override else public_days(day.year).off.get(day)

    def working_days_after(self, day: date, count: int) -> date:
        """The `count`-th working day after a date (count >= 1)."""
        year, ordinals = day.year, self._working_days(day.year)
        index = bisect_right(ordinals, day.toordinal()) + count - 1
        while index >= len(ordinals):
            index -= len(ordinals)
            year += 1
            if year > date.max.year:
                raise OverflowError("no such working day in the calendar")
            ordinals = self._working_days(year)
        return date.fromordinal(ordinals[index])

    def clamp(self, instant: datetime) -> datetime:
        """The instant itself inside working hours, else the next moment work begins (end of a period is outside)."""
        day, minute = self._split(instant)
        if self.is_working_day(day):
            for start, end in self._periods:
                if minute < end:
                    return self._join(day, max(minute, start))
        return self._join(self.working_days_after(day, 1), self._periods[0][0])

    def opening_after(self, instant: datetime) -> datetime:
        """When work begins on the first working day after the instant's date."""
        return self._join(self.working_days_after(self._split(instant)[0], 1), self._periods[0][0])

    def closing_of(self, instant: datetime) -> datetime:
        """When work ends on the instant's date."""
        return self._join(self._split(instant)[0], self._periods[-1][1])

    def add_working_days(self, instant: datetime, count: int) -> datetime:
        """The same clock time `count` working days later."""
        day, minute = self._split(instant)
        return self._join(self.working_days_after(day, count) if count else day, minute)

    def add_calendar_days(self, instant: datetime, count: int) -> datetime:
        """The same clock time `count` calendar days later, moved on to a working day if that is none, and into its
        working hours: before them to their beginning, after them to their end."""
        day, minute = self._split(instant)
        end = day + timedelta(days=count)
        within = next(
            (max(minute, start) for start, closing in self._periods if minute < closing), self._periods[-1][1]
        )
        return self._join(end if self.is_working_day(end) else self.working_days_after(end, 1), within)

    def add_minutes(self, instant: datetime, minutes: int) -> datetime:
        """The earliest moment by which `minutes` (>= 0) working minutes have passed since the instant."""
        day, minute = self._split(instant)
        if minutes == 0:
            return self._join(day, minute)
        full_days, rest = divmod(minutes + self._worked(day, minute) - 1, self.day_minutes)
        count = full_days + (0 if self.is_working_day(day) else 1)
        return self._join(self.working_days_after(day, count) if count else day, self._minute_after(rest + 1))

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Working minutes from one instant to another; negative when `end` is the earlier."""
        if end < start:
            return -self.minutes_between(end, start)
        (first, first_minute), (last, last_minute) = self._split(start), self._split(end)
        full = self._count_days(first, last) * self.day_minutes
        return full + self._worked(last, last_minute) - self._worked(first, first_minute)

    def _working_days(self, year: int) -> tuple[int, ...]:
        ordinals = self._years.get(year)
        if ordinals is None:
            changed = [override for override in self._overrides.values() if override.day.year == year]
            ordinals = _public_working_days(year)
            if changed:
                kept = set(ordinals) - {o.day.toordinal() for o in changed if o.kind is DayKind.OFF}
                ordinals = tuple(sorted(kept | {o.day.toordinal() for o in changed if o.kind is DayKind.WORKING}))
            self._years[year] = ordinals
        return ordinals

    def _count_days(self, first: date, last: date) -> int:
        """Working days in [first, last)."""
        before_first = bisect_left(self._working_days(first.year), first.toordinal())
        before_last = bisect_left(self._working_days(last.year), last.toordinal())
        return sum(len(self._working_days(year)) for year in range(first.year, last.year)) + before_last - before_first

    def _worked(self, day: date, minute: int) -> int:
        """Working minutes of a date before a minute of it."""
        if not self.is_working_day(day):
            return 0
        return sum(max(0, min(minute, end) - start) for start, end in self._periods)

    def _minute_after(self, worked: int) -> int:
        """The earliest minute of a working day before which `worked` (1 to a day's) minutes have been worked."""
        period = bisect_left(self._worked_before, worked) - 1
        return self._periods[period][0] + worked - self._worked_before[period]

    @staticmethod
    def _split(instant: datetime) -> tuple[date, int]:
        civil = local(instant)
        return civil.date(), civil.hour * 60 + civil.minute

    @staticmethod
    def _join(day: date, minute: int) -> datetime:
        midnight = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
        return (midnight + timedelta(minutes=minute)).astimezone(UTC)
