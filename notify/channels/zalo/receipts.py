"""Zalo's events: are they from Zalo, and what do they say. Loads no network library."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from json import loads
from typing import Any, Final
from uuid import UUID

from kernel.errors import DomainError
from notify.channels.zalo.table import NAME, ZaloSettings, integer
from notify.ports import ReceiptNote
from notify.sending.states import ReceiptKind

SIGNATURE_HEADER: Final = "X-ZEvent-Signature"
RECEIVED: Final = "user_received_message"
_WORD: Final = re.compile(r"[!-~]{1,100}")
_TIMESTAMP: Final = re.compile(r"[0-9]{1,13}")
_ATTEMPT: Final = re.compile(r"[0-9a-f]{32}")
_LONGEST_WORD: Final = 100


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message arrived. `attempt_id` is None when the tracking id is none of ours."""

    attempt_id: UUID | None
    note: ReceiptNote


@dataclass(frozen=True, slots=True)
class TemplateStatusChanged:
    """Zalo enabled, refused or disabled a template; the statuses are Zalo's words."""

    template_id: str
    before: str
    after: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DailyQuotaChanged:
    """The account may send another number of messages a day."""

    before: int | None
    after: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Irrelevant:
    """An event of which nothing follows."""

    name: str


Event = Arrival | TemplateStatusChanged | DailyQuotaChanged | Irrelevant


def valid_signature(raw: bytes, header: str, settings: ZaloSettings) -> bool:
    """Whether `header` ("mac=…") is Zalo's: SHA-256 over app id, raw body, timestamp and the account's secret; no HMAC.

    The timestamp is the body's own. The comparison takes the same time for any signature.
    """
    timestamp = _object(raw).get("timestamp")
    if not isinstance(timestamp, str | int) or isinstance(timestamp, bool):
        return False
    text = settings.app_id.encode() + raw + str(timestamp).encode("utf-8", "replace") + settings.oa_secret.encode()
    made = f"mac={hashlib.sha256(text).hexdigest()}"
    return hmac.compare_digest(made.encode(), header.strip().encode("utf-8", "replace"))


def read_event(raw: bytes) -> Event:
    """What a body says. Raises DomainError("bad_request") when it is no event, or lacks what its kind must have."""
    said = _object(raw)
    name = said.get("event_name")
    if not isinstance(name, str) or not _WORD.fullmatch(name):
        raise DomainError("bad_request")
    if name == RECEIVED:
        return _arrival(_member(said, "message"))
    if name == "change_template_status":
        status = _member(said, "status")
        return TemplateStatusChanged(
            _word(said, "template_id"),
            _word(status, "prev_status"),
            _word(status, "new_status"),
            _text(said, "reason"),
            _instant(said),
        )
    if name == "change_oa_daily_quota":
        quota = _member(said, "quota")
        after = integer(quota.get("new_value"))
        if after is None:
            raise DomainError("bad_request")
        return DailyQuotaChanged(integer(quota.get("prev_value")), after, _instant(said))
    return Irrelevant(name)


def _arrival(message: dict[str, Any]) -> Arrival:
    msg_id, tracking_id = _word(message, "msg_id"), message.get("tracking_id")
    ours = isinstance(tracking_id, str) and _ATTEMPT.fullmatch(tracking_id)
    note = ReceiptNote(
        provider=NAME,
        event_id=f"{msg_id}:{RECEIVED}",
        ref=msg_id,
        kind=ReceiptKind.DELIVERED,
        status=RECEIVED,
        code=None,
        reason=None,
    )
    return Arrival(UUID(hex=str(tracking_id)) if ours else None, note)


def _object(raw: bytes) -> dict[str, Any]:
    """A JSON object; {} for anything else."""
    try:
        found = loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _member(said: dict[str, Any], name: str) -> dict[str, Any]:
    found = said.get(name)
    if not isinstance(found, dict):
        raise DomainError("bad_request")
    return found


def _word(said: dict[str, Any], name: str) -> str:
    """A short printable word, which Zalo writes as a string, or here and there as a number."""
    found = said.get(name)
    word = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    if not _WORD.fullmatch(word):
        raise DomainError("bad_request")
    return word


def _instant(said: dict[str, Any]) -> datetime:
    """The event's own time, in milliseconds."""
    found = str(said.get("timestamp"))
    if not _TIMESTAMP.fullmatch(found):
        raise DomainError("bad_request")
    return datetime.fromtimestamp(int(found) / 1000, UTC)


def _text(said: dict[str, Any], name: str) -> str:
    """What people wrote, cut to a line; what no text column can hold is left out."""
    found = said.get(name)
    return "".join(char for char in found if char.isprintable())[:_LONGEST_WORD] if isinstance(found, str) else ""
