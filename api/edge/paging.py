"""Cursor paging: an opaque, signed place in one list of one account, `limit` bounds, and the next page as a Link.

A list is read in the order of a key that never changes for a row, `limit + 1` rows at a time.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from marshmallow import fields, validate

from api.edge.context import edge, here
from api.edge.schemas import AnswerSchema, RequestSchema
from kernel.errors import DomainError

MOST: Final = 100
USUAL: Final = 20
_MAC: Final = 12
_LONGEST: Final = 512
Row = TypeVar("Row")
Key = Sequence[str | int]


class PageQuery(RequestSchema):
    """Query parameters of every list; inherit to add filters."""

    limit = fields.Integer(load_default=USUAL, validate=validate.Range(min=1, max=MOST))
    cursor = fields.String(load_default=None, metadata={"description": "next_cursor of the page before."})


class PageAnswer(AnswerSchema):
    """Base of every list's answer; add `items`."""

    next_cursor = fields.String(allow_none=True, metadata={"description": "Null on the last page."})


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`after` is the key of the last row of the page before, None at the start. Read `limit + 1` rows after it."""

    limit: int
    after: list[str | int] | None
    filters: dict[str, Any]

    @property
    def after_id(self) -> UUID | None:
        """`after` in lists whose key is an id alone."""
        return UUID(str(self.after[0])) if self.after else None


def read_page(query: dict[str, Any]) -> PageRequest:
    """The page that loaded query parameters ask for. Raises `cursor_invalid`.

    A cursor is good for the account, the list and the filters it was made for.
    """
    filters = {name: value for name, value in query.items() if name not in ("limit", "cursor") and value is not None}
    cursor = query.get("cursor")
    return PageRequest(query["limit"], None if cursor is None else _open(cursor, filters), filters)


def turn_page(
    page: PageRequest, rows: Sequence[Row], key: Callable[[Row], Key], present: Callable[[Row], Any] = lambda row: row
) -> tuple[dict[str, Any], dict[str, str]]:
    """What a view of a list returns: members `items` and `next_cursor`, and the Link header (RFC 8288) if more follow.

    `rows` are up to `limit + 1` rows; `present` turns one into what the item schema dumps, if it is not that.
    """
    shown = rows[: page.limit]
    cursor = _seal(key(shown[-1]), page.filters) if len(rows) > page.limit else None
    body = {"items": [present(row) for row in shown], "next_cursor": cursor}
    if cursor is None:
        return body, {}
    asked = {name: value for name, value in here().args.items() if name != "cursor"}
    target = f"{here().path}?{urlencode({**asked, 'cursor': cursor})}"
    return body, {"Link": f'<{target}>; rel="next"'}


def _seal(key: Key, filters: dict[str, Any]) -> str:
    payload = json.dumps(list(key), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mac(payload, filters) + payload).rstrip(b"=").decode()


def _open(cursor: str, filters: dict[str, Any]) -> list[str | int]:
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("longer than any of ours")
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        mac, payload = sealed[:_MAC], sealed[_MAC:]
        if not hmac.compare_digest(mac, _mac(payload, filters)):
            raise ValueError("not ours")
        key: list[str | int] = json.loads(payload)
    except (ValueError, binascii.Error):
        raise DomainError("cursor_invalid") from None
    return key


def _mac(payload: bytes, filters: dict[str, Any]) -> bytes:
    request = here()
    bound = json.dumps([request.endpoint, str(request.actor.id), filters], sort_keys=True, default=str)
    return hmac.digest(edge().cursor_key, bound.encode() + b"\0" + payload, hashlib.sha256)[:_MAC]
