"""The one mapper from what went wrong to `application/problem+json` (RFC 9457), in the caller's language.

A pointer that starts with `?` names a query parameter and is sent as `parameter`; every other one is a JSON pointer
into the request body. Values are never echoed: they may be personal.
"""

import traceback
from collections.abc import Iterator, Mapping
from typing import Any, Final

import flask
import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from api.edge.answers import speak
from api.edge.context import Language, container, here
from api.edge.security import challenge, step_up_challenge
from kernel.database.servers import NotYetError
from kernel.database.sessions import DatabaseChanged
from kernel.errors import DomainError, FieldError
from kernel.storage import StoreAwayError
from mobile_contract.problems import FIELD_TEXTS, PROBLEMS, TITLES, TYPE_BASE
from mobile_contract.wording import say

PROBLEM_JSON: Final = "application/problem+json"
MOST_ERRORS: Final = 50
# Changes of a procedure are ours, not the caller's: a whole form may be new.
MOST_CHANGES: Final = 500
_LONGEST_SEGMENT: Final = 64
_RETRY_AFTER: Final = {"unavailable": 2, "idempotency_in_progress": 1}
_OF_STATUS: Final = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    410: "gone",
    412: "precondition_failed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    428: "precondition_required",
    429: "too_many_requests",
    431: "headers_too_large",
    503: "unavailable",
}
_log = structlog.get_logger()


def respond(error: Exception) -> flask.Response:
    """The answer to any exception that left a view; registered for all of them."""
    if isinstance(error, DomainError):
        return problem(error)
    if isinstance(error, HTTPException):
        return _of_http(error)
    if is_unavailable(error):
        _log.error("request.database_away", error=type(error).__name__, sqlstate=_sqlstate(error))
        return problem(DomainError("unavailable"))
    if isinstance(error, StoreAwayError):
        _log.error("request.store_away", error=error.en)
        return problem(DomainError("unavailable"))
    if _restored():
        # The error is of a moment in which the rows, or the keys they are sealed with, were replaced.
        _log.warning("request.database_changed", error=list(_names(error)))
        return problem(DomainError("unavailable"))
    if _lacks_a_migration(error):
        _log.error("request.schema_behind", error=list(_names(error)), sqlstate=_sqlstate(error))
        return problem(DomainError("unavailable"))
    _log.error("request.failed", error=list(_names(error)), where=traceback.format_tb(error.__traceback__)[-8:])
    return problem(DomainError("internal"))


def problem(error: DomainError) -> flask.Response:
    """The problem document of a refusal."""
    request = here()
    status = PROBLEMS[error.code].status
    response = flask.Response(
        flask.json.dumps(document(error, request.language, request.request_id), separators=(",", ":")),
        status,
        mimetype=PROBLEM_JSON,
    )
    speak(response, request)
    retry_after = error.params.get("retry_after", _RETRY_AFTER.get(error.code))
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if status == 401:
        response.headers["WWW-Authenticate"] = challenge(request)
    elif error.code == "step_up_required":
        response.headers["WWW-Authenticate"] = step_up_challenge(**error.params)
    return response


def document(error: DomainError, language: Language, request_id: str) -> dict[str, Any]:
    """The members of the problem document; a param never displaces one of RFC 9457's own."""
    known = PROBLEMS[error.code]
    members: dict[str, Any] = {
        **error.params,
        "type": TYPE_BASE + error.code,
        "title": _pick(TITLES[known.status], language),
        "status": known.status,
        "code": error.code,
        "detail": say(known.vi if language == "vi" else known.en, error.params, language),
        "request_id": request_id,
    }
    if error.fields:
        members["errors"] = [field_problem(item, language) for item in error.fields[: _most(error)]]
    return members


def _most(error: DomainError) -> int:
    return MOST_CHANGES if error.code == "procedure_changed" else MOST_ERRORS


def field_errors(messages: Any) -> list[FieldError]:
    """Marshmallow's messages, filed under a location ("json", "query"), as field errors.

    `api.edge.schemas` sees to it that a message is a code with its parameters, `length_between|min=1|max=5`.
    """
    found: list[FieldError] = []
    for location, content in messages.items():
        prefix = "" if location == "json" else "?"
        for path, message in _flat(content):
            if len(found) == MOST_ERRORS:
                return found
            code, params = _parse(message)
            found.append(FieldError(_pointer(prefix, path), code, params))
    return found


def is_unavailable(error: Exception) -> bool:
    """Whether the database could not be asked, or gave up: worth trying again, nobody's mistake."""
    if isinstance(error, PoolTimeout | OperationalError | InterfaceError | DatabaseChanged):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _restored() -> bool:
    try:
        return container().database_changed()
    except Exception:
        # Whoever answers an error must not fail with another.
        return False


def _lacks_a_migration(error: Exception) -> bool:
    """Whether the database is older than this code: restored to before a migration, or not migrated yet."""
    if not isinstance(error, DBAPIError):
        return False
    try:
        container().health_checks["database"].passes()
    except NotYetError:
        return True
    except Exception:
        return False
    return False


def _of_http(error: HTTPException) -> flask.Response:
    status = error.code or 500
    if status < 400 or error.response is not None:
        response = error.get_response(here().environ)
        return flask.Response(response.get_data(), status, response.headers)
    fallback = "bad_request" if status < 500 else "internal"
    response = problem(DomainError(_OF_STATUS.get(status, fallback)))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def field_problem(item: FieldError, language: Language) -> dict[str, Any]:
    """One thing wrong with one field, as a problem document lists it."""
    query = item.pointer.startswith("?")
    text = _pick(FIELD_TEXTS.get(item.code, FIELD_TEXTS["invalid"]), language)
    return {
        "parameter" if query else "pointer": item.pointer[1:] if query else item.pointer,
        "code": item.code,
        "message": say(text, item.params, language),
    }


def _flat(content: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(content, Mapping):
        for name, inner in content.items():
            yield from _flat(inner, path if name == "_schema" else (*path, str(name)))
    elif isinstance(content, list | tuple):
        for inner in content:
            yield from _flat(inner, path)
    else:
        yield path, str(content)


def _parse(message: str) -> tuple[str, dict[str, Any]]:
    code, *pairs = message.split("|")
    if code not in FIELD_TEXTS:
        return "invalid", {}
    return code, {
        name: int(said) if said.isdecimal() else said for name, said in (pair.split("=", 1) for pair in pairs)
    }


def _pointer(prefix: str, path: tuple[str, ...]) -> str:
    segments = [part[:_LONGEST_SEGMENT].replace("~", "~0").replace("/", "~1") for part in path]
    return prefix + ".".join(segments) if prefix else "".join(f"/{segment}" for segment in segments)


def _pick(texts: tuple[str, str], language: Language) -> str:
    return texts[0] if language == "vi" else texts[1]


def _names(error: BaseException) -> Iterator[str]:
    # Class names only: an exception's text may quote personal values.
    seen: BaseException | None = error
    while seen is not None:
        yield type(seen).__name__
        seen = seen.__cause__ or seen.__context__


def _sqlstate(error: Exception) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)
