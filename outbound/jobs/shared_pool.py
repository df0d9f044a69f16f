"""The pool of gateways that the threads of one process share: locked, and on the process's own clock."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Protocol
from uuid import UUID

from outbound.jobs.breaker import BreakerLimits, CircuitState, Health
from outbound.jobs.outcomes import Outcome, OutcomeKind
from outbound.jobs.pool import Change, Pool, PoolMember


class Wanting(Protocol):
    """A delivery that looks for a gateway. `gateway` is that of its latest attempt, `pinned` says that it must be the
    next one's as well, `failed` that the latest attempt failed. `may_probe`: whether it may try a gateway that is out
    of use while another works."""

    @property
    def id(self) -> UUID: ...
    @property
    def channel(self) -> str: ...
    @property
    def generation(self) -> int: ...
    @property
    def gateway(self) -> str | None: ...
    @property
    def pinned(self) -> bool: ...
    @property
    def failed(self) -> bool: ...
    @property
    def may_probe(self) -> bool: ...


class SharedPool:
    """Safe in threads."""

    def __init__(
        self,
        members: Iterable[PoolMember],
        limits: BreakerLimits | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = Pool(members, limits)
        self._clock = clock
        self._lock = Lock()

    def rooms(self) -> dict[str, int]:
        """Channels that can take messages now -> how many; see `Pool.room`."""
        with self._lock:
            rooms = self._pool.room(self._clock())
        return {channel: room for channel, room in rooms.items() if room}

    def shut(self) -> list[str]:
        """The gateways to which nothing can go now."""
        with self._lock:
            return self._pool.shut(self._clock())

    def choose_all(self, wanting: Sequence[Wanting]) -> list[str | None]:
        """The gateway of each one's next attempt; None where there is none now."""
        with self._lock:
            now = self._clock()
            return [self._choose(each, now) for each in wanting]

    def _choose(self, wanting: Wanting, now: float) -> str | None:
        if wanting.pinned and wanting.gateway is not None:
            return wanting.gateway if self._pool.admit(wanting.gateway, now) else None
        return self._pool.choose(
            wanting.channel,
            wanting.id,
            wanting.generation,
            wanting.gateway if wanting.failed else None,
            now,
            may_probe=wanting.may_probe,
        )

    def is_unfit(self, gateway: str, *, pinned: bool) -> bool:
        """Whether a message that was meant for it had better not go there now: it has gone out of use, or asked for a
        rest while another takes what is not `pinned` to it."""
        # A look at a value or two: asked for every message, and as good without the lock.
        if self._pool.state_of(gateway) is CircuitState.OPEN:
            return True
        now = self._clock()
        return not pinned and self._pool.rests(gateway, now) and self._pool.has_other(gateway, now)

    def record(self, gateway: str, outcome: OutcomeKind, answer_s: float) -> None:
        """A call ended just now."""
        with self._lock:
            self._pool.record(gateway, outcome, answer_s, self._clock())

    def freed(self, gateway: str, outcome: Outcome, *, pinned: bool, first: bool) -> Outcome:
        """What an outcome means where there are others: a gateway that is to be left alone for a while, or that refuses
        for a reason of its own, does not hold up what can go by another. Of two that refuse, the second's word counts.

        `pinned` as in `Wanting`; `first`: the call was the delivery's first.
        """
        with self._lock:
            now = self._clock()
            if outcome.kind is OutcomeKind.TRANSIENT and outcome.retry_after_s is not None:
                self._pool.rest(gateway, now + outcome.retry_after_s)
                freed = not pinned and self._pool.has_other(gateway, now)
                return replace(outcome, retry_after_s=None) if freed else outcome
            if outcome.elsewhere and first and self._pool.has_other(gateway, now):
                return replace(outcome, kind=OutcomeKind.TRANSIENT)
            return outcome

    def not_called(self, gateway: str) -> None:
        """A message chosen for it never went there; if it was the probe, another may go at once."""
        with self._lock:
            self._pool.lose(gateway, self._clock())

    def distrust(self, gateway: str) -> None:
        """It was open when somebody last saw it: it is tried with one message before it gets more."""
        with self._lock:
            self._pool.trip(gateway, self._clock())

    def follow(self, gateway: str, *, in_use: bool) -> None:
        """Another process has seen so; see `Pool.follow`."""
        with self._lock:
            self._pool.follow(gateway, in_use=in_use, now=self._clock())

    def note_receipts(self, gateway: str, overdue_share: float) -> None:
        with self._lock:
            self._pool.note_receipts(gateway, overdue_share)

    def changes(self) -> list[Change]:
        with self._lock:
            return self._pool.changes()

    def health(self) -> Mapping[str, Health]:
        with self._lock:
            return self._pool.health(self._clock())

    def channel_of(self, gateway: str) -> str:
        """Raises KeyError for one that is not in the pool."""
        return self._pool.channel_of(gateway)
