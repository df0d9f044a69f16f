"""How long a citizen has to answer a request for a supplement (bổ sung), and what happens then. Pure.

Days are working days of the agency. The day of the request is not counted; the last one ends at midnight.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Final

from agencies.working_calendar import WorkingCalendar
from kernel.clock import VIETNAM, local
from kernel.texts.bilingual import Text

_LAST_SECOND: Final = time(23, 59, 59)


class AtEnd(StrEnum):
    """What a term that has passed without an answer does: stops the dossier (status 8), or is told to the officer."""

    STOP = "stop"
    TELL = "tell"


@dataclass(frozen=True, slots=True)
class SupplementRule:
    """`days` where the officer says nothing, `most_days` at most."""

    days: int
    most_days: int
    at_end: AtEnd


@dataclass(frozen=True, slots=True)
class SupplementTimes:
    """Until when the answer is in time, and when the citizen is reminded. UTC."""

    due_at: datetime
    remind_at: datetime


def supplement_times(days: int, asked_at: datetime, remind_days: int, calendar: WorkingCalendar) -> SupplementTimes:
    """The times of a request made at an instant. The reminder goes out as work begins `remind_days` working days before
    the last day, in a short term on a day after the request."""
    asked = local(asked_at).date()
    last = calendar.working_days_after(asked, days)
    reminded = calendar.working_days_after(asked, max(1, days - remind_days))
    midnight = datetime.combine(reminded, time(), VIETNAM)
    return SupplementTimes(datetime.combine(last, _LAST_SECOND, VIETNAM).astimezone(UTC), calendar.clamp(midnight))


def last_day(details: Mapping[str, object]) -> date | None:
    """The last day to answer, of the details of a timeline row that tells it."""
    said = details.get("supplement_due_at")
    return local(datetime.fromisoformat(said)).date() if isinstance(said, str) else None


def until_text(details: Mapping[str, object]) -> Text | None:
    """ "hạn đến hết ngày 08/12/2026" for the end of a sentence; None where no term is told."""
    day = last_day(details)
    return Text(f"hạn đến hết ngày {day:%d/%m/%Y}", f"to be answered by {day:%d/%m/%Y}") if day else None
