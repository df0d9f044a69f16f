"""When a message is tried again, and when a call whose end nobody saw is asked about. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from outbound.jobs.retry import Patience, RetrySchedule, share

# Close together at first: what failed in an outage of a minute or two goes out within a minute of its end.
SCHEDULE: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (2, 5, 10, 20, 40, 60, 300, 1800, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
)
RECEIPT_WITHIN: Final = timedelta(minutes=10)
LONGEST_RETRY_AFTER: Final = timedelta(hours=24)
HELD_SPREAD: Final = timedelta(minutes=3)
LONGEST_HOLD: Final = timedelta(hours=48)
_RETRIES: Final = RetrySchedule(SCHEDULE, LONGEST_RETRY_AFTER, trusts_first=True)
_QUESTIONS: Final = RetrySchedule(tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingPatience(Patience):
    """`receipt_within`: from a call's end to the receipt; after that the standby goes out. `tries`: how many failures,
    or calls whose end nobody saw at a gateway that dedupes, are followed by another try.

    When a lease ran out, a whole lease is waited before anybody asks: a clock that jumped forward ends a lease early,
    and we must not ask before the call was even begun.
    """

    receipt_within: timedelta = RECEIPT_WITHIN
    tries: int = len(SCHEDULE)


def next_try(
    attempt: int, key: UUID, *, retry_after: timedelta | None = None, tries: int = len(SCHEDULE)
) -> timedelta | None:
    """The wait after attempt number `attempt` (from 1) failed for a time; None when it is time to give up."""
    if attempt > min(tries, len(SCHEDULE)):
        return None
    return _RETRIES.wait(attempt, key, retry_after=retry_after)


def held_for(attempt: int, key: UUID, wait: timedelta, *, tries: int = len(SCHEDULE)) -> timedelta | None:
    """The wait after a gateway said from when on it takes messages again: until then and not before, spread over a few
    minutes; None when it is time to give up. These count as failures do, or one would wait for ever."""
    if attempt > min(tries, len(SCHEDULE)):
        return None
    return min(wait, LONGEST_HOLD) + HELD_SPREAD * share(key, attempt)


def ask_again(asked: int, key: UUID) -> timedelta:
    """The wait before asking once more when the gateway could not answer for the `asked`-th time (from 1); no end."""
    return _QUESTIONS.wait(asked, key)
