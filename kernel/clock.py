"""The wall clock behind a port, and Vietnam's civil time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

# Vietnam has kept UTC+7 without daylight saving since 1975, so a fixed offset needs no zone database.
VIETNAM = timezone(timedelta(hours=7), "+07")


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class StoppedClock:
    """The clock of what is done later than it was asked for, and counts as done then."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


@dataclass(slots=True)
class SettableClock:
    """A clock that a test moves by hand."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def advance(self, delta: timedelta) -> None:
        self.instant += delta


def local(instant: datetime) -> datetime:
    """The same instant in Vietnam's civil time. Refuses a naive datetime (ValueError)."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(VIETNAM)
