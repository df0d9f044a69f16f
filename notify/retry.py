"""When to try again, and when to ask about a call whose end nobody saw. Pure: the same id gives the same times."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

# Close together at first: what failed in an outage of a minute or two goes out within a minute of its end.
SCHEDULE: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (2, 5, 10, 20, 40, 60, 300, 1800, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
)
RECEIPT_WITHIN: Final = timedelta(minutes=10)
LONGEST_RETRY_AFTER: Final = timedelta(hours=24)
HELD_SPREAD: Final = timedelta(minutes=3)
LONGEST_HOLD: Final = timedelta(hours=48)
_SPREAD: Final = 0.25
_ASK_AGAIN: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60))


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each stage of a call may take.

    `start_within`: from the claim to the start of the call; a call that has not begun by then is given back.
    `timeout`: from its start to its end, the gateway's own. `margin`: for what clocks and networks add.
    `receipt_within`: from a call's end to the receipt; after that the standby goes out. `tries`: how many failures, or
    calls whose end nobody saw at a gateway that dedupes, are followed by another try.
    """

    start_within: timedelta
    timeout: timedelta
    margin: timedelta
    receipt_within: timedelta = RECEIPT_WITHIN
    tries: int = len(SCHEDULE)

    @property
    def lease(self) -> timedelta:
        """How long a claim holds: until no call made under it can still be running."""
        return self.start_within + self.timeout + self.margin

    @property
    def ask_after(self) -> timedelta:
        """How long after a call ended unseen the gateway's answer to a question can be believed.

        When its lease ran out, a whole lease is waited instead: a clock that jumped forward ends a lease early, and we
        must not ask before the call was even begun.
        """
        return self.timeout + self.margin


def next_try(
    attempt: int, key: UUID, *, retry_after: timedelta | None = None, tries: int = len(SCHEDULE)
) -> timedelta | None:
    """The wait after attempt number `attempt` (from 1) failed for a time; None when it is time to give up.

    Waits are spread by up to a quarter, by `key` and attempt, so that what failed together does not return together.
    A gateway's Retry-After is never undercut, within a day.
    """
    if attempt > min(tries, len(SCHEDULE)):
        return None
    wait = SCHEDULE[attempt - 1]
    if retry_after is not None:
        wait = max(wait if attempt > 1 else timedelta(0), min(retry_after, LONGEST_RETRY_AFTER))
    return wait * (1 + _SPREAD * _share(key, attempt))


def held_for(attempt: int, key: UUID, wait: timedelta, *, tries: int = len(SCHEDULE)) -> timedelta | None:
    """The wait after a gateway said from when on it takes messages again: until then and not before, spread over a few
    minutes; None when it is time to give up. These count as failures do, or one would wait for ever."""
    if attempt > min(tries, len(SCHEDULE)):
        return None
    return min(wait, LONGEST_HOLD) + HELD_SPREAD * _share(key, attempt)


def ask_again(asked: int, key: UUID) -> timedelta:
    """The wait before asking once more when the gateway could not answer for the `asked`-th time (from 1); no end."""
    return _ASK_AGAIN[min(asked, len(_ASK_AGAIN)) - 1] * (1 + _SPREAD * _share(key, asked))


def _share(key: UUID, turn: int) -> float:
    """A number in [0, 1) that is fixed for a key and turn. The low bits of a UUIDv7 are random."""
    return ((key.int ^ (turn * 0x9E3779B97F4A7C15)) % 10007) / 10007
