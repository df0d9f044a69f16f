"""What an operation declares, and how that reads in the OpenAPI document."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypedDict

from api.edge.permits import Permit, SteppedUp, anyone
from api.edge.schemas import AnswerSchema, RequestSchema
from mobile_contract.problems import PROBLEMS, TITLES

PROBLEM: Final = "Problem"
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PROBLEM: Final = {"$ref": f"#/components/schemas/{PROBLEM}"}
_STRING: Final = {"type": "string"}
# An empty header is none.
_WORD: Final = {"type": "string", "minLength": 1}
BINARY: Final = {"type": "string", "format": "binary"}
_KEY_HEADER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Chosen by the caller, new for each act: the same key and body get the first answer again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
_MATCH_HEADER: Final = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the state this change is meant for, as it was given, also where a proxy made it weak.",
    "schema": _WORD,
}
_NONE_MATCH_HEADER: Final = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag already held; if it still stands the answer is 304.",
    "schema": _WORD,
}
_ETAG: Final = {"description": "Strong tag of this representation.", "schema": _STRING}
_REPLAYED: Final = {
    "description": "`true` when this is the stored first answer.",
    "schema": {"type": "string", "enum": ["true"]},
}
_LOCATION: Final = {"description": "Where the work is followed that goes on after this answer.", "schema": _STRING}
_RETRY_AFTER: Final = {
    "description": "Seconds after which to look again, while there is work going on.",
    "schema": {"type": "integer", "minimum": 1},
}
_LINK: Final = {"description": 'The next page, `rel="next"` (RFC 8288).', "schema": _STRING}


class Options(TypedDict, total=False):
    body: RequestSchema
    query: RequestSchema
    answer: AnswerSchema
    status: int
    media_type: str | tuple[str, ...]
    transaction: bool
    idempotent: bool
    if_match: bool
    etag: bool
    limit: str
    body_limit: int
    problems: Iterable[str]
    documented: bool
    summary: str
    headers: Mapping[str, str]
    takes: str
    open_query: bool
    goes_on: bool
    progress: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`media_type`: of an answer that is not JSON, or all that it may have; its view returns a finished response.

    `transaction`: the view gets `work`, and its end is the commit. `idempotent`: the same, with an Idempotency-Key.
    `if_match`: If-Match must be there; the view compares it by `conditional.check_match`. `etag`: the view answers
    with a tag and may answer 304. `limit`: a class of `limits.LIMITS`. `body_limit`: octets, else 1 MiB.
    `headers`: request headers it needs, with what they say. `takes`: the media type of a body that no schema reads.
    `open_query`: the view reads a query of any shape itself; else parameters that `query` does not name are refused.
    `goes_on`: it may answer 202 with a Location, where the work that goes on afterwards is followed. `progress`: it
    reads such work, and says by Retry-After when to look again while there is some.
    `summary`: where the view's docstring does not give it. `problems`: codes the use case may refuse with, beside
    those that follow from the options.
    """

    id: str
    method: str
    rule: str
    body: RequestSchema | None = None
    query: RequestSchema | None = None
    answer: AnswerSchema | None = None
    status: int = 200
    media_type: str | tuple[str, ...] | None = None
    transaction: bool = False
    idempotent: bool = False
    if_match: bool = False
    etag: bool = False
    limit: str | None = None
    body_limit: int | None = None
    problems: Iterable[str] = ()
    documented: bool = True
    summary: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    takes: str | None = None
    open_query: bool = False
    goes_on: bool = False
    progress: bool = False

    @property
    def bodiless(self) -> bool:
        """Whether it changes something and takes no body: one that is sent all the same is refused, not passed over."""
        return self.body is None and self.takes is None and self.method not in _READING


def problem_codes(operation: Operation, permit: Permit) -> set[str]:
    """Every code a caller of this operation may meet, beside `internal` and `unavailable`."""
    implied: tuple[tuple[bool, tuple[str, ...]], ...] = (
        (True, ("bad_request",)),
        (permit is not anyone, ("unauthenticated", "forbidden")),
        (isinstance(permit, SteppedUp), ("step_up_required",)),
        ("<" in operation.rule, ("not_found",)),
        (
            operation.body is not None,
            ("malformed_json", "payload_too_large", "unsupported_media_type", "invalid_fields"),
        ),
        (not operation.open_query, ("invalid_fields",)),
        (operation.bodiless, ("malformed_json", "payload_too_large", "unsupported_media_type", "invalid_fields")),
        (_turns_pages(operation), ("cursor_invalid",)),
        (operation.takes is not None, ("unsupported_media_type", "payload_too_large")),
        (
            operation.idempotent,
            (
                "idempotency_key_missing",
                "idempotency_key_invalid",
                "idempotency_key_reused",
                "idempotency_in_progress",
            ),
        ),
        (operation.if_match, ("precondition_required", "precondition_failed")),
        (operation.limit is not None, ("too_many_requests",)),
    )
    return {code for holds, codes in implied if holds for code in codes} | set(operation.problems)


def describe(doc: dict[str, Any], operation: Operation, permit: Permit) -> dict[str, Any]:
    """`doc`, flask-smorest's own account of an operation, with what the edge adds to it."""
    success = doc.get("responses", {}).get(operation.status, {"description": "OK"})
    headers = _answer_headers(operation)
    if headers:
        success["headers"] = headers
    if operation.media_type is not None:
        told = operation.media_type
        success["content"] = {each: {"schema": dict(BINARY)} for each in ((told,) if isinstance(told, str) else told)}
    responses: dict[str, Any] = {str(operation.status): success}
    if operation.goes_on:
        later = {"ETag": _ETAG, "Location": _LOCATION, "Retry-After": _RETRY_AFTER}
        responses["202"] = {**success, "description": "Accepted", "headers": {**headers, **later}}
    if operation.etag:
        responses["304"] = {"description": "Not modified", "headers": {"ETag": _ETAG}}
    responses.update(_problem_responses(problem_codes(operation, permit)))
    doc["responses"] = responses
    if operation.takes is not None:
        doc["requestBody"] = {"required": True, "content": {operation.takes: {"schema": _content(operation.takes)}}}
    doc["operationId"] = operation.id
    doc["parameters"] = [*doc.get("parameters", []), *_request_headers(operation)]
    return doc


def _request_headers(operation: Operation) -> list[dict[str, Any]]:
    asked = (
        (operation.idempotent, _KEY_HEADER),
        (operation.if_match, _MATCH_HEADER),
        (operation.etag, _NONE_MATCH_HEADER),
    )
    named = [
        {"name": name, "in": "header", "required": True, "description": text, "schema": _WORD}
        for name, text in operation.headers.items()
    ]
    return [dict(header) for holds, header in asked if holds] + named


def _answer_headers(operation: Operation) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if operation.etag:
        headers["ETag"] = _ETAG
    if operation.idempotent:
        headers["Idempotency-Replayed"] = _REPLAYED
    if _turns_pages(operation):
        headers["Link"] = _LINK
    if operation.progress:
        headers["Retry-After"] = _RETRY_AFTER
    return headers


def _content(media_type: str) -> dict[str, str]:
    known = media_type.startswith("application/x-www-form") or media_type == "application/json"
    return {"type": "object"} if known else dict(BINARY)


def _turns_pages(operation: Operation) -> bool:
    return operation.query is not None and "cursor" in operation.query.fields


def _problem_responses(codes: set[str]) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    documented = {
        str(status): _problem_response(f"{TITLES[status][1]}: {', '.join(found)}")
        for status, found in sorted(by_status.items())
    }
    documented["default"] = _problem_response("Something failed here: internal, unavailable")
    return documented


def _problem_response(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": _PROBLEM}}}
