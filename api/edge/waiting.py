"""What a web worker answers while it cannot be built yet: alive, not ready, and why."""

import json
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

import structlog

from api.edge.context import LONGEST_ACCEPT, spoken_language
from api.edge.observing import REQUEST_ID, Application, Environ, Observed
from api.edge.problems import PROBLEM_JSON, document
from kernel.database.servers import NotYetError
from kernel.errors import DomainError

_LOOK_AGAIN_S: Final = 1.0
_LIVE: Final = "/health/live"
_log = structlog.get_logger()


class WaitingApp:
    """A WSGI application that stands in for the one which `build` makes, until it does. `check` names what is missing
    in readiness, `fault` says why."""

    def __init__(self, build: Callable[[], Application], check: str, fault: NotYetError) -> None:
        self._build = build
        self._check = check
        self._fault = fault
        self._meanwhile = Observed(self._wait)
        self._built: Application | None = None
        _log.warning("web.waiting", reason=str(fault))
        threading.Thread(target=self._try_until_built, name="waiting web", daemon=True).start()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        return (self._built or self._meanwhile)(environ, start_response)

    def _wait(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == _LIVE:
            return _answer(start_response, HTTPStatus.OK, "application/json", {"status": "ok"})
        language = spoken_language(environ.get("HTTP_ACCEPT_LANGUAGE", "")[:LONGEST_ACCEPT])
        reason = self._fault.vi if language == "vi" else self._fault.en
        error = DomainError("unavailable", checks={self._check: "failed"}, reasons={self._check: reason})
        members = document(error, language, environ[REQUEST_ID])
        return _answer(start_response, HTTPStatus.SERVICE_UNAVAILABLE, PROBLEM_JSON, members)

    def _try_until_built(self) -> None:
        while self._built is None:
            time.sleep(_LOOK_AGAIN_S)
            try:
                self._built = self._build()
            except NotYetError as fault:
                if str(fault) != str(self._fault):
                    _log.warning("web.waiting", reason=str(fault))
                self._fault = fault
            except Exception as error:
                _log.error("web.not_built", error=type(error).__name__)


def _answer(start_response: Any, status: HTTPStatus, kind: str, members: dict[str, Any]) -> list[bytes]:
    body = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("Retry-After", "2"))
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]
