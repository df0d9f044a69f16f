"""Idempotency-Key at the edge: read from the header; the first answer is kept in the transaction of the effect."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

import flask

from api.edge.answers import speak
from api.edge.context import EdgeRequest, here
from api.edge.transactions import unit_of_work
from kernel.errors import DomainError
from kernel.idempotency import StoredAnswer, find_answer, keep_answer, request_hash
from kernel.work import Work

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
_LONGEST: Final = 255
_KEPT: Final = ("Content-Type", "Content-Language", "Cache-Control", "ETag", "Location", "Retry-After")

WorkView = Callable[..., flask.Response]


def read_key(request: EdgeRequest) -> str:
    """The caller's key. Raises `idempotency_key_missing` or `idempotency_key_invalid`."""
    key: str = request.environ.get("HTTP_IDEMPOTENCY_KEY", "").strip(" \t")
    if not key:
        raise DomainError("idempotency_key_missing")
    if len(key) > _LONGEST or not (key.isascii() and key.isprintable()):
        raise DomainError("idempotency_key_invalid")
    return key


def in_transaction(view: WorkView) -> Callable[..., flask.Response]:
    """Calls `view(work, …)` inside one transaction; the answer is complete before the commit and sent after it."""

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> flask.Response:
        with unit_of_work() as work:
            return view(work, *args, **kwargs)

    return run


def once(view: WorkView) -> Callable[..., flask.Response]:
    """The same, at most once for an account and key: the first answer is stored with the effect and given again.

    A refusal that is raised leaves nothing behind, so the same key may be tried again; one that is returned is an
    effect with an answer, and is replayed like any other.
    """

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> flask.Response:
        request = here()
        account, key = request.actor.id, request.idempotency_key
        if account is None:
            raise DomainError("unauthenticated")
        digest = request_hash(request.method, request.full_path, _meaning(request))
        with unit_of_work() as work:
            stored = find_answer(work.session, work.vault, account, key, digest)
            if stored is not None:
                response = _replay(stored)
            else:
                response = view(work, *args, **kwargs)
                _keep(work, account, key, digest, response)
                if request.shown_once:
                    whole = {**response.get_json(), **request.shown_once}
                    response.set_data(flask.json.dumps(whole))
        return response

    return run


def _meaning(request: EdgeRequest) -> bytes:
    """What the body says, however it is spelled: some languages write members in another order each time."""
    if request.content is None:
        return request.get_data(cache=True)
    return json.dumps(_plain(request.content), sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    """`value` with each number in one spelling: 1.0 and 1e0 are 1 (RFC 8785)."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _keep(work: Work, account: UUID, key: str, digest: bytes, response: flask.Response) -> None:
    speak(response, here())
    headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
    text = json.dumps(headers) + "\n" + response.get_data(as_text=True)
    keep_answer(work.session, work.vault, account, key, digest, StoredAnswer(response.status_code, text))


def _replay(stored: StoredAnswer) -> flask.Response:
    headers, _, body = stored.body.partition("\n")
    response = flask.Response(body, stored.status)
    del response.headers["Content-Type"]
    response.headers.extend(json.loads(headers))
    response.headers[REPLAYED] = "true"
    return response
