"""The hours in which people sleep, and what can wait, waits. Pure."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from kernel.clock import local

QUIET_BEGINS: Final = time(22)
QUIET_ENDS: Final = time(6)


def is_quiet(now: datetime) -> bool:
    """Whether people sleep at that instant, and what can wait, waits."""
    return not QUIET_ENDS <= local(now).time() < QUIET_BEGINS


def next_waking(now: datetime) -> datetime:
    """`now` by day; at night the next end of the quiet hours."""
    here = local(now)
    if not is_quiet(now):
        return now
    day = here.date() + timedelta(days=1 if here.time() >= QUIET_BEGINS else 0)
    return datetime.combine(day, QUIET_ENDS, here.tzinfo).astimezone(UTC)
