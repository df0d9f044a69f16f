"""Around the application: the request's id, the headers that belong on every answer, one log line, two metrics.

A WSGI layer rather than hooks, because this is paid for by every request: headers are joined in one go, and the line,
which holds nothing that could be personal, is written past the masking of the other logs.
"""

import logging
import re
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from prometheus_client import Counter, Histogram

from kernel.ids import new_token
from kernel.observing.masking import mask_text
from kernel.observing.metrics import HTTP_REQUESTS, HTTP_SECONDS

REQUEST_ID: Final = "motcua.request_id"
OPERATION: Final = "motcua.operation"
_UNMATCHED: Final = "unmatched"
_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ALWAYS: Final = [("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer")]
# Not for subdomains, which need not be ours; a year, as browsers want it.
_HTTPS_ONLY: Final = ("Strict-Transport-Security", "max-age=31536000")
_UNLESS_SAID: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_access = logging.getLogger("motcua.access")
# Looking a labelled child up costs more than counting; there are as many as operations times statuses.
_counters: dict[tuple[str, str], Counter] = {}
_timers: dict[str, Histogram] = {}

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class Observed:
    """A WSGI application seen from outside. Views say by OPERATION in the environment what was asked for.

    `https`: the public address is one, so a client that was here once never asks in the clear again (RFC 6797).
    """

    def __init__(self, inner: Application, *, https: bool = False) -> None:
        self._inner = inner
        self._always = [*_ALWAYS, _HTTPS_ONLY] if https else _ALWAYS

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        started = time.perf_counter()
        request_id = environ[REQUEST_ID] = _request_id(environ.get("HTTP_X_REQUEST_ID", ""))
        structlog.contextvars.bind_contextvars(request_id=request_id)

        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            said = {name for name, _ in headers}
            headers += self._always
            headers.append(("X-Request-Id", request_id))
            headers += [pair for pair in _UNLESS_SAID.items() if pair[0] not in said]
            _observe(environ, request_id, status[:3], time.perf_counter() - started)
            return start_response(status, headers, *failure)

        return self._inner(environ, start)


def _request_id(sent: str) -> str:
    return sent if sent and _SANE_ID.fullmatch(sent) and mask_text(sent) == sent else new_token(12)


def _observe(environ: Environ, request_id: str, status: str, seconds: float) -> None:
    # Never the path, which may hold ids.
    operation = environ.get(OPERATION, _UNMATCHED)
    counter = _counters.get((operation, status))
    if counter is None:
        counter = _counters[operation, status] = HTTP_REQUESTS.labels(operation, status)
    counter.inc()
    timer = _timers.get(operation)
    if timer is None:
        timer = _timers[operation] = HTTP_SECONDS.labels(operation)
    timer.observe(seconds)
    if _access.isEnabledFor(logging.INFO):
        method = environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] in _METHODS else "OTHER"
        line = (
            f'{{"event": "request", "operation": "{operation}", "method": "{method}", "status": {status}, '
            f'"ms": {seconds * 1000:.2f}, "request_id": "{request_id}", "level": "info", "process": "web", '
            f'"timestamp": "{datetime.now(UTC).isoformat()}"}}\n'
        )
        # A full disk, or a reader that is gone, costs the line and not the request.
        with suppress(OSError, ValueError):
            sys.stdout.write(line)
            sys.stdout.flush()
