"""Answers, and JSON as the wire wants it."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import flask
from flask.json.provider import DefaultJSONProvider

from api.edge.context import EdgeRequest
from kernel.clock import local

JSON: Final = "application/json"
VARY: Final = "Accept-Language, Accept-Encoding"
REVALIDATE: Final = "private, no-cache"


class WireJson(DefaultJSONProvider):
    """UTF-8 rather than escapes, members in the order of the schema, instants in Vietnam's offset."""

    ensure_ascii = False
    sort_keys = False
    compact = True
    mimetype = JSON

    @staticmethod
    def default(o: Any) -> Any:
        if isinstance(o, datetime):
            return local(o).isoformat(timespec="seconds")
        if isinstance(o, date):
            return o.isoformat()
        if isinstance(o, UUID):
            return str(o)
        if isinstance(o, frozenset | set):
            return sorted(o)
        raise TypeError(f"{type(o).__name__} has no form on the wire")


def json_answer(body: bytes, *, tag: str | None = None, status: int = 200) -> flask.Response:
    """An answer of rendered JSON, for reads too hot for a schema; `tag` comes from `api.edge.conditional`."""
    headers = [("Content-Type", JSON)]
    if tag is not None:
        headers += [("ETag", tag), ("Cache-Control", REVALIDATE)]
    return flask.Response(body, status, headers)


def no_content() -> flask.Response:
    response = flask.Response(b"", 204)
    del response.headers["Content-Type"]
    return response


def speak(response: flask.Response, request: EdgeRequest) -> None:
    """Says which language the answer is in, unless it is said already, and on what it depends."""
    headers = response.headers
    if "Content-Language" not in headers:
        headers.add("Content-Language", request.language)
    if "Vary" not in headers:
        headers.add("Vary", VARY)
