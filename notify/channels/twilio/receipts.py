"""Twilio's delivery receipts (status callbacks): is it from Twilio, and what does it say. Loads no network library."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from kernel.errors import DomainError
from notify.channels.twilio.table import NAME, kind_of_status, meaning_of
from notify.ports import ReceiptNote

SIGNATURE_HEADER: Final = "X-Twilio-Signature"
_USUAL_PORTS: Final = {"https": 443, "http": 80}
_ORIGIN: Final = re.compile(r"[^/]*//[^/?#]*")
Params = Sequence[tuple[str, str]]


def valid_signature(url: str, params: Params, signature: str, token: str) -> bool:
    """Whether `signature` is Twilio's for a form POST to `url`: base64(HMAC-SHA1(token, url + sorted(name + value))).

    `url` is the public address that Twilio was given, `params` the form fields as decoded pairs. Twilio signs the
    address now with and now without its port, and drops a user and a password, so each spelling is tried. The
    comparison takes the same time for any wrong signature.
    """
    text = "".join(name + value for name, value in sorted(set(params)))
    given = signature.encode()
    return any(hmac.compare_digest(_signed(spelling + text, token), given) for spelling in _spellings(url))


def read_receipt(params: Params) -> ReceiptNote:
    """What a receipt's form fields say. Raises DomainError("bad_request") when they are no receipt.

    A message passes each status once, so message id and status together are the event's id: a receipt posted twice has
    the same one.
    """
    fields = dict(params)
    ref = fields.get("MessageSid") or fields.get("SmsSid") or ""
    status = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
    if not ref or not status:
        raise DomainError("bad_request")
    code = fields.get("ErrorCode") or None
    return ReceiptNote(
        provider=NAME,
        event_id=f"{ref}:{status}",
        ref=ref,
        kind=kind_of_status(status),
        status=status,
        code=code,
        reason=meaning_of(code),
    )


def _signed(text: str, token: str) -> bytes:
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), hashlib.sha1))


def _spellings(url: str) -> list[str]:
    end = _ORIGIN.match(url)
    length = 0 if end is None else end.end()
    return [origin + url[length:] for origin in _origins(url[:length])]


@lru_cache(maxsize=8)
def _origins(origin: str) -> tuple[str, ...]:
    """Scheme and host as they may be signed: without and with the port, without and with user and password."""
    parts = urlsplit(origin)
    login, at, place = parts.netloc.rpartition("@")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else place.partition(":")[0]
    port = parts.port or _USUAL_PORTS.get(parts.scheme, 443)
    places = (host, f"{host}:{port}")
    netlocs = (*places, *(f"{login}{at}{each}" for each in places)) if login else places
    return tuple(urlunsplit(parts._replace(netloc=netloc)) for netloc in netlocs)
