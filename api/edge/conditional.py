"""Strong ETags: `"<core>.<language>.<encoding>"`. The core stands for the state, the rest for its representation.

If-None-Match is compared whole. If-Match is compared by the core: whoever read the state in one language or encoding
has read the state, and their change must not be refused for how it was packed.

A proxy that compresses makes our tag weak or adds a word to it. RFC 9110 has If-Match compare strong tags alone, since
equal weak tags may stand for different bytes. Our core stands for one state whatever the bytes, so it counts here too:
otherwise nobody could save from behind such a proxy.
"""

import hashlib
import re

import flask

from api.edge.answers import REVALIDATE, VARY
from api.edge.context import EdgeRequest, here
from kernel.errors import DomainError

_TAG = re.compile(r'(?:^|,)\s*(W/)?"([\x21\x23-\x7e]*)"\s*(?=,|$)')
_LONGEST = 4096
# What Apache, nginx modules, Jetty and others add to the tag of an answer they compress.
_PACKED = re.compile(r"(?:--?|[;:])(?:gzip|gz|br|df|deflate|zstd)$")


def core_of(*parts: object) -> str:
    """A short digest of what a state consists of: ids, versions, instants."""
    return hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=12).hexdigest()


def tag_for(core: str) -> str:
    """The ETag header value of this request's representation of the state `core` stands for."""
    request = here()
    return f'"{core}.{request.language}.{"gz" if request.takes_gzip else "id"}"'


def unchanged(tag: str) -> flask.Response | None:
    """The 304 to give at once when the caller already holds `tag`, else None. For GET and HEAD."""
    held = here().environ.get("HTTP_IF_NONE_MATCH")
    if held is None or not (held == tag or _holds(held[:_LONGEST], tag[1:-1])):
        return None
    return flask.Response(b"", 304, [("ETag", tag), ("Cache-Control", REVALIDATE), ("Vary", VARY)])


def demand_condition(request: EdgeRequest) -> None:
    """Raises `precondition_required` when the caller does not say which state the change is meant for."""
    if not request.environ.get("HTTP_IF_MATCH", "").strip():
        raise DomainError("precondition_required")


def check_match(core: str) -> None:
    """Raises `precondition_failed` unless If-Match, if sent, names the state `core`. Call it on the locked row."""
    sent = here().environ.get("HTTP_IF_MATCH", "").strip()[:_LONGEST]
    if not sent or sent == "*":
        return
    if not any(value.split(".")[0] == core for _weak, value in _TAG.findall(sent)):
        raise DomainError("precondition_failed")


def _holds(header: str, value: str) -> bool:
    if header.strip() == "*":
        return True
    return any(_PACKED.sub("", found) == value for _weak, found in _TAG.findall(header))
