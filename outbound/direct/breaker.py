"""Whether a party that has not answered several times is asked again yet."""

import threading
import time
from collections.abc import Callable
from typing import Final

FAILURES: Final = 5
REST_S: Final = 5.0


class CircuitBreaker:
    """Closed until so many failures in a row; then open for a rest; then half-open, which lets one call through.

    An answer closes it; a failure of the call that was let through opens it anew. For any number of threads.
    """

    def __init__(
        self, *, failures: int = FAILURES, rest_s: float = REST_S, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = failures
        self._rest_s = rest_s
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until: float | None = None

    def wait_s(self) -> float:
        """0 when a call may be made now, else the seconds to wait. Half-open, the next caller has to wait again."""
        with self._lock:
            if self._open_until is None:
                return 0.0
            now = self._monotonic()
            if now < self._open_until:
                return self._open_until - now
            self._open_until = now + self._rest_s
            return 0.0

    def succeeded(self) -> None:
        with self._lock:
            self._failures, self._open_until = 0, None

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._open_until = self._monotonic() + self._rest_s
