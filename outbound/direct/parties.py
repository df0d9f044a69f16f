"""Who is called, how often at once, and for how long: one `Party` a process for each server of somebody else."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from outbound.direct.breaker import CircuitBreaker

AT_ONCE: Final = 4
"""Half of the threads of a web worker: the other half serves whoever does not need this party."""
_RETRY_AFTER_S: Final = 2.0


class NoAnswerError(Exception):
    """The party cannot be reached, is too slow, or its answer broke off. `reason`: a word for the log.

    `retry_after_s`: when it may be asked again, where that is known.
    """

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


class PartyBusyError(NoAnswerError):
    """The party is not asked now: as many calls as may are waiting for it, or it has not answered lately."""

    retry_after_s: float

    def __init__(self, reason: str, retry_after_s: float) -> None:
        super().__init__(reason, retry_after_s)


class Party:
    """`at_once`: matters that may wait for it at the same time. `timeout_s`: for all the calls of one matter.

    `patience_s`: how long a matter waits for its place when all are taken; for a party that answers quickly.
    """

    def __init__(
        self,
        name: str,
        *,
        timeout_s: float,
        at_once: int = AT_ONCE,
        patience_s: float = 0.0,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        self.name = name
        self.timeout_s = timeout_s
        self.breaker = breaker or CircuitBreaker()
        self._patience_s = patience_s
        self._places = threading.BoundedSemaphore(at_once)
        self._ends: ContextVar[float | None] = ContextVar(f"deadline of {name}", default=None)

    @contextmanager
    def matter(self) -> Iterator[None]:
        """What is called inside shares one deadline and counts as one. Inside another matter it is part of that.

        Raises PartyBusyError when as many as may are waiting for this party already.
        """
        if self._ends.get() is not None:
            yield
            return
        if not self._places.acquire(timeout=self._patience_s):
            raise PartyBusyError("busy", _RETRY_AFTER_S)
        token = self._ends.set(time.monotonic() + self.timeout_s)
        try:
            yield
        finally:
            self._ends.reset(token)
            self._places.release()

    @contextmanager
    def call(self) -> Iterator[float]:
        """Around one call: gives the monotonic time by which it has to be over, and learns how it went.

        Raises PartyBusyError when the party is not to be asked, NoAnswerError when the matter has no time left.
        """
        with self.matter():
            ends = self._ends.get() or 0.0
            if time.monotonic() >= ends:
                raise NoAnswerError("out of time")
            wait_s = self.breaker.wait_s()
            if wait_s > 0:
                raise PartyBusyError("resting", wait_s)
            try:
                yield ends
            except NoAnswerError:
                self.breaker.failed()
                raise
            self.breaker.succeeded()
