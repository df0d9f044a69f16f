"""What is seen of every request: its id, one log line, two metrics, and the headers that belong on every answer."""

import re
import time
from typing import Final

import flask
import structlog
from prometheus_client import Counter, Histogram

from api.answers import speak
from api.compression import compress
from api.context import EdgeRequest, here
from kernel.errors import DomainError
from kernel.ids import new_token
from kernel.metrics import HTTP_REQUESTS, HTTP_SECONDS

_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_CLOSED_PAGE: Final = "default-src 'none'; frame-ancestors 'none'"
_log = structlog.get_logger("api.access")
# Looking a labelled child up costs more than counting; there are as many as operations times statuses.
_counters: dict[tuple[str, int], Counter] = {}
_timers: dict[str, Histogram] = {}


def open_request() -> None:
    """Before routing's result is acted on: the id, and what no part of the system could hold."""
    request = here()
    request.started = time.perf_counter()
    sent = request.environ.get("HTTP_X_REQUEST_ID", "")
    request.request_id = sent if _SANE_ID.fullmatch(sent) else new_token(12)
    structlog.contextvars.bind_contextvars(request_id=request.request_id)
    if "%00" in request.environ.get("QUERY_STRING", ""):
        raise DomainError("bad_request")


def close_request(response: flask.Response) -> flask.Response:
    """After the view or the problem mapper: headers, compression, the log line."""
    request = here()
    headers = response.headers
    if (response.mimetype or "").endswith("json"):
        speak(response, request)
    compress(response, request)
    headers["X-Request-Id"] = request.request_id
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("Content-Security-Policy", _CLOSED_PAGE)
    _observe(request, response.status_code)
    structlog.contextvars.unbind_contextvars("request_id")
    return response


def operation_of(request: EdgeRequest) -> str:
    """The operation id, which is the last part of the endpoint's name; never the path, which may hold ids."""
    endpoint = request.endpoint
    return "unmatched" if endpoint is None else endpoint.rpartition(".")[2]


def _observe(request: EdgeRequest, status: int) -> None:
    operation = operation_of(request)
    seconds = time.perf_counter() - request.started
    counter = _counters.get((operation, status))
    if counter is None:
        counter = _counters[operation, status] = HTTP_REQUESTS.labels(operation, str(status))
    counter.inc()
    timer = _timers.get(operation)
    if timer is None:
        timer = _timers[operation] = HTTP_SECONDS.labels(operation)
    timer.observe(seconds)
    _log.info("request", operation=operation, method=request.method, status=status, ms=round(seconds * 1000, 2))
