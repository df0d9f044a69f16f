"""When to try again, and how long each stage of a call may take. Pure: the same id gives the same times."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

_SPREAD: Final = 0.25
_GOLDEN: Final = 0x9E3779B97F4A7C15
_GRAINS: Final = 10007


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """`waits` follow the first, second, … turn; after the last of them that one is repeated.

    A party's own Retry-After is never undercut, up to `longest_retry_after`. `trusts_first`: after the first turn a
    Retry-After that is shorter than our own wait is believed as well.
    """

    waits: tuple[timedelta, ...]
    longest_retry_after: timedelta = timedelta(hours=24)
    trusts_first: bool = False

    def wait(self, turn: int, key: UUID, *, retry_after: timedelta | None = None) -> timedelta:
        """The wait after turn number `turn` (from 1).

        Waits are spread by up to a quarter, by `key` and turn, so that what failed together does not return together.
        """
        wait = self.waits[min(turn, len(self.waits)) - 1]
        if retry_after is not None:
            named = min(retry_after, self.longest_retry_after)
            wait = named if turn == 1 and self.trusts_first else max(wait, named)
        return wait * (1 + _SPREAD * share(key, turn))


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each stage of a call may take.

    `start_within`: from the claim to the start of the call; a call that has not begun by then is given back.
    `timeout`: from its start to its end, the party's own. `margin`: for what clocks and networks add. `preparing`: for
    what a call needs first, such as logging in.
    """

    start_within: timedelta
    timeout: timedelta
    margin: timedelta
    preparing: timedelta = timedelta(0)

    @property
    def lease(self) -> timedelta:
        """How long a claim holds: until no call made under it can still be running."""
        return self.start_within + self.preparing + self.timeout + self.margin

    @property
    def ask_after(self) -> timedelta:
        """How long after a call ended unseen the party's answer to a question can be believed."""
        return self.timeout + self.margin


def share(key: UUID, turn: int) -> float:
    """A number in [0, 1) that is fixed for a key and turn. The low bits of a UUIDv7 are random."""
    return ((key.int ^ (turn * _GOLDEN)) % _GRAINS) / _GRAINS
