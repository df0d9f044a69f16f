"""Reading what was sent: strict JSON (I-JSON, RFC 7493), bounded in size and depth, in Unicode NFC."""

import json
import math
import re
import unicodedata
from typing import Any, Final, NoReturn

import flask
import marshmallow
from webargs.flaskparser import FlaskParser

from api.edge.context import EdgeRequest
from api.edge.problems import field_errors
from kernel.errors import DomainError

JSON_LIMIT: Final = 1024 * 1024
_JSON: Final = "application/json"
# Clients of tus name it also where they send nothing yet.
_PIECES: Final = "application/offset+octet-stream"
_DEEPEST: Final = 32
_SAFE_INTEGER: Final = 2**53 - 1
# The closing quote is optional, so this never goes back, and no text makes it more than one pass.
_STRING: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_BRACKET: Final = re.compile(r"[\[\]{}]")


class _NotIJsonError(ValueError):
    """Something that two JSON parsers would read differently, or that no text column can hold."""


def read_json(body: bytes) -> Any:
    """The value of a JSON text. Raises `malformed_json`."""
    try:
        text = body.decode("utf-8")
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        _check_depth(text)
        value = json.loads(
            text, parse_constant=_refuse, parse_int=_integer, parse_float=_number, object_pairs_hook=_members
        )
        # Raw control characters are refused by the parser; only an escape can smuggle a NUL or half a character in.
        return _clean(value) if "\\u" in text else value
    except (ValueError, RecursionError):
        raise DomainError("malformed_json") from None


class BodyParser(FlaskParser):
    """Webargs with our reading of JSON and our refusals."""

    def _raw_load_json(self, req: flask.Request) -> Any:
        if req.mimetype != _JSON:
            raise DomainError("unsupported_media_type")
        body = req.get_data(cache=True)
        # A body in chunks has no length to refuse beforehand: it is cut at the limit, and must not pass for whole.
        if req.content_length is None and len(body) >= (req.max_content_length or JSON_LIMIT):
            raise DomainError("payload_too_large")
        read = read_json(body)
        if isinstance(req, EdgeRequest):
            req.content = read
        return read

    def handle_error(
        self,
        error: marshmallow.ValidationError,
        req: flask.Request,  # noqa: ARG002 - the signature is webargs's
        schema: marshmallow.Schema,  # noqa: ARG002
        **_options: Any,
    ) -> NoReturn:
        raise DomainError("invalid_fields", fields=field_errors(error.messages))


def refuse_body(request: EdgeRequest) -> None:
    """For an operation that takes no body: names what was sent all the same, so that a choice that belongs into the
    query is never passed over. Raises `invalid_fields`, `malformed_json`, `unsupported_media_type`."""
    if request.mimetype == _PIECES or not request.get_data(cache=True).strip():
        return
    if request.mimetype != _JSON:
        raise DomainError("unsupported_media_type")
    sent = read_json(request.get_data())
    if isinstance(sent, dict) and sent:
        raise DomainError("invalid_fields", fields=field_errors({"json": {name: ["unknown"] for name in sent}}))
    if sent not in (None, {}):
        raise DomainError("invalid_fields", fields=field_errors({"json": ["invalid"]}))


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= _DEEPEST:
        return
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > _DEEPEST:
            raise _NotIJsonError("too deep")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # One reader takes the first of two equal names and another the last, so that two look at different requests.
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _NotIJsonError("a name stands there twice")
    return members


def _refuse(_constant: str) -> NoReturn:
    raise _NotIJsonError("not a number")


def _integer(digits: str) -> int:
    # The length is looked at first: turning a megabyte of digits into an integer would take minutes.
    if len(digits) > 17 or abs(value := int(digits)) > _SAFE_INTEGER:
        raise _NotIJsonError("beyond the range of interoperable integers")
    return value


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise _NotIJsonError("beyond the range of numbers")
    return value


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        # Names that differ in how they are composed are one name.
        return _members([(clean_text(name), _clean(item)) for name, item in value.items()])
    return value


def clean_text(text: str) -> str:
    """`text` in NFC. Raises ValueError for a NUL or a lone surrogate."""
    if text.isascii():
        if "\0" in text:
            raise _NotIJsonError("NUL")
        return text
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise _NotIJsonError("NUL or a lone surrogate")
    return unicodedata.normalize("NFC", text)
