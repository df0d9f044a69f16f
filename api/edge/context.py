"""What belongs to the request at hand: its id, language, actor; and the container behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal, cast

import flask
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from api.container import Container
from api.edge.observing import REQUEST_ID
from api.edge.permits import Permit
from kernel.actor import ANONYMOUS, Actor

Language = Literal["vi", "en"]
EXTENSION: Final = "motcua"
PERMITS_HELD: Final = "motcua permits"
LONGEST_ACCEPT: Final = 200


class EdgeRequest(flask.Request):
    """A request with what the edge has found out about it so far."""

    max_form_memory_size = 64 * 1024
    max_form_parts = 50
    actor: Actor = ANONYMOUS
    idempotency_key: str = ""
    # The JSON that the body was read as; None also where no schema reads the body.
    content: Any = None
    # Members of the answer that leave now but are not kept with it.
    shown_once: Mapping[str, Any] = MappingProxyType({})

    @property
    def request_id(self) -> str:
        return str(self.environ[REQUEST_ID])

    @property
    def language(self) -> Language:
        """Vietnamese unless the caller prefers English."""
        return spoken_language(self.environ.get("HTTP_ACCEPT_LANGUAGE", "")[:LONGEST_ACCEPT])

    @property
    def takes_gzip(self) -> bool:
        return takes_gzip(self.environ.get("HTTP_ACCEPT_ENCODING", "")[:LONGEST_ACCEPT])


@dataclass(frozen=True, slots=True)
class Edge:
    """What one application holds beside Flask's own state. `permits` is by operation id."""

    container: Container
    permits: dict[str, Permit]
    digest_key: bytes
    cursor_key: bytes


def here() -> EdgeRequest:
    # The object itself: every look through the proxy is paid for again.
    return cast(EdgeRequest, flask.request._get_current_object())  # type: ignore[attr-defined]


def edge() -> Edge:
    return cast(Edge, flask.current_app.extensions[EXTENSION])


def permits_of(app: flask.Flask) -> dict[str, Permit]:
    return cast(dict[str, Permit], app.extensions[PERMITS_HELD])


def container() -> Container:
    return edge().container


def actor() -> Actor:
    """Who calls; the operation's permit has already been checked."""
    return here().actor


def language() -> Language:
    return here().language


def check_page() -> str:
    """The address of the page that says whether a paper is genuine."""
    return f"{container().settings.public_base_url}/verify"


@lru_cache(maxsize=256)
def spoken_language(header: str) -> Language:
    """Vietnamese unless an Accept-Language prefers English."""
    accepted = parse_accept_header(header, LanguageAccept)
    return "en" if accepted.best_match(["vi", "en"], "vi") == "en" else "vi"


@lru_cache(maxsize=256)
def takes_gzip(header: str) -> bool:
    for part in header.lower().split(","):
        name, _, parameters = part.partition(";")
        if name.strip() in ("gzip", "*"):
            quality = parameters.replace(" ", "").removeprefix("q=")
            return quality.strip("0.") != "" if quality else True
    return False
