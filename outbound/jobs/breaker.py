"""One gateway's health, and the circuit breaker that takes it out of use and puts it back.

Pure: times are monotonic seconds, given and never read.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kernel.states import StateTable
from outbound.jobs.outcomes import OutcomeKind


class CircuitState(StrEnum):
    """CLOSED: in use. OPEN: out of use. HALF_OPEN: out of use, but for one message that tries whether it works again.
    The values stand in tables and on the wire."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "probing"


class CircuitEvent(StrEnum):
    """TRIP: too many calls failed. PROBE: a message is sent to try. SUCCEED, FAIL: how a call begun since then ended.
    LOSE: nothing has been heard of the probe for a while; it may still be. TRUST: others use it with success."""

    TRIP = "trip"
    PROBE = "probe"
    SUCCEED = "succeed"
    FAIL = "fail"
    LOSE = "lose"
    TRUST = "trust"


_S = CircuitState
_E = CircuitEvent
CIRCUIT_MOVES: Final = StateTable(
    {
        (_S.CLOSED, _E.TRIP): _S.OPEN,
        (_S.CLOSED, _E.SUCCEED): _S.CLOSED,
        (_S.CLOSED, _E.FAIL): _S.CLOSED,
        (_S.OPEN, _E.PROBE): _S.HALF_OPEN,
        (_S.OPEN, _E.SUCCEED): _S.CLOSED,
        (_S.OPEN, _E.FAIL): _S.OPEN,
        (_S.HALF_OPEN, _E.SUCCEED): _S.CLOSED,
        (_S.HALF_OPEN, _E.FAIL): _S.OPEN,
        (_S.HALF_OPEN, _E.LOSE): _S.OPEN,
        (_S.OPEN, _E.TRUST): _S.CLOSED,
        (_S.HALF_OPEN, _E.TRUST): _S.CLOSED,
    }
)
"""What is not listed must not happen. A probe that is slow to answer may end while the circuit is open again."""
FAILURES: Final = frozenset({OutcomeKind.TRANSIENT, OutcomeKind.UNKNOWN})
"""A refusal for good speaks of the message; these speak of the gateway."""


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """When a gateway counts as ill. Rates are shares from 0 to 1 of the calls within `window_s` seconds.

    It trips at `error_rate` among `calls` calls or more, or at `in_a_row` failures without a success between. It is
    delayed, and gets a trickle of its weight, at `slow_rate` of answers slower than `slow_s`, or at `overdue_share` of
    its receipts overdue. While it is open one message goes there every `probe_every_s`, and when that has no answer
    within `probe_lost_s` another: who waits out a long timeout comes late.
    """

    window_s: float = 20.0
    calls: int = 20
    error_rate: float = 0.6
    in_a_row: int = 8
    slow_s: float = 4.0
    slow_rate: float = 0.5
    overdue_share: float = 0.5
    probe_every_s: float = 1.5
    probe_lost_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Health:
    """A gateway as officers see it. `answer_s` is the mean time to an answer; `failed_at` and `worked_at` are when a
    call last failed and last did not, if any did."""

    state: CircuitState
    since: float
    calls: int
    error_rate: float
    answer_s: float
    overdue_share: float
    failed_at: float | None = None
    worked_at: float | None = None


class Window:
    """The calls of the last seconds, as sums that are kept up to date."""

    __slots__ = ("_calls", "_kept_s", "_slow_s", "errors", "in_a_row", "slow", "total_s")

    def __init__(self, kept_s: float, slow_s: float) -> None:
        self._kept_s = kept_s
        self._slow_s = slow_s
        self._calls: deque[tuple[float, bool, float]] = deque()
        self.clear()

    def clear(self) -> None:
        self._calls.clear()
        self.errors = self.slow = self.in_a_row = 0
        self.total_s = 0.0

    def add(self, at: float, failed: bool, answer_s: float) -> None:
        self._calls.append((at, failed, answer_s))
        self.errors += failed
        self.slow += answer_s >= self._slow_s
        self.total_s += answer_s
        self.in_a_row = self.in_a_row + 1 if failed else 0

    def forget(self, now: float) -> None:
        """Drops what has become too old to count; a row of failures ends only by a success, or with its last call."""
        while self._calls and self._calls[0][0] < now - self._kept_s:
            _, failed, answer_s = self._calls.popleft()
            self.errors -= failed
            self.slow -= answer_s >= self._slow_s
            self.total_s -= answer_s
        if not self._calls:
            self.clear()

    def __len__(self) -> int:
        return len(self._calls)

    def share(self, number: int) -> float:
        return number / len(self._calls) if self._calls else 0.0


class CircuitBreaker:
    """The circuit breaker of one gateway. `changed` is told of every change: (before, after)."""

    __slots__ = (
        "_changed", "_failed_at", "_limits", "_next_probe", "_opened", "_window", "_worked_at", "overdue_share",
        "since", "state",
    )  # fmt: skip

    def __init__(self, limits: BreakerLimits, changed: Callable[[CircuitState, CircuitState], None]) -> None:
        self._limits = limits
        self._changed = changed
        self._window = Window(limits.window_s, limits.slow_s)
        self._next_probe = 0.0
        self._opened = 0.0
        self._failed_at: float | None = None
        self._worked_at: float | None = None
        self.state = CircuitState.CLOSED
        self.since = float("-inf")
        self.overdue_share = 0.0

    def delayed(self, now: float) -> bool:
        """Whether it answers slowly or its receipts stay out."""
        self._window.forget(now)
        limits, window = self._limits, self._window
        slow = len(window) >= limits.in_a_row and window.share(window.slow) >= limits.slow_rate
        return slow or self.overdue_share >= limits.overdue_share

    def worked_since(self, then: float) -> bool:
        """Whether a call has ended well since then."""
        return self._worked_at is not None and self._worked_at >= then

    def probe_due(self, now: float) -> bool:
        """Whether the next message may try it; a probe that was never heard of again is given up first."""
        if self.state is CircuitState.HALF_OPEN and now >= self.since + self._limits.probe_lost_s:
            self.lose(now)
        return self.state is CircuitState.OPEN and now >= self._next_probe

    def probe(self, now: float) -> None:
        """A message is on its way to it."""
        self._turn(CircuitEvent.PROBE, now)

    def lose(self, now: float) -> None:
        """The probe will not be heard of, or not soon; the next one is due."""
        self._turn(CircuitEvent.LOSE, now)
        self._next_probe = now

    def trip(self, now: float) -> None:
        """It is known to be ill; the first probe is due."""
        self._turn(CircuitEvent.TRIP, now)
        self._next_probe = now

    def trust(self, now: float) -> None:
        """Somebody else has found that it works."""
        self._turn(CircuitEvent.TRUST, now)
        self._window.clear()

    def record(self, kind: OutcomeKind, answer_s: float, now: float) -> None:
        """How a call ended that took `answer_s`. One begun before the gateway went out of use, or came back into it,
        tells nothing of how it is now."""
        before = self.state
        if now - answer_s < (self.since if before is CircuitState.CLOSED else self._opened):
            return
        failed = kind in FAILURES
        if failed:
            self._failed_at = now
        else:
            self._worked_at = now
        self._turn(CircuitEvent.FAIL if failed else CircuitEvent.SUCCEED, now)
        if self.state is CircuitState.CLOSED:
            if before is not CircuitState.CLOSED:
                self._window.clear()
            self._window.forget(now)
            self._window.add(now, failed, answer_s)
            if failed and self._ill():
                self._turn(CircuitEvent.TRIP, now)
        if failed and self.state is CircuitState.OPEN:
            self._next_probe = now + self._limits.probe_every_s

    def health(self, now: float) -> Health:
        self._window.forget(now)
        window = self._window
        mean_s = window.total_s / len(window) if len(window) else 0.0
        return Health(
            self.state,
            self.since,
            len(window),
            window.share(window.errors),
            mean_s,
            self.overdue_share,
            self._failed_at,
            self._worked_at,
        )

    def _ill(self) -> bool:
        window, limits = self._window, self._limits
        often = len(window) >= limits.calls and window.share(window.errors) >= limits.error_rate
        return often or window.in_a_row >= limits.in_a_row

    def _turn(self, event: CircuitEvent, now: float) -> None:
        before, after = self.state, CIRCUIT_MOVES.move(self.state, event)
        if after is not before:
            self.state, self.since = after, now
            if event is CircuitEvent.TRIP:
                self._opened = now
            self._changed(before, after)
