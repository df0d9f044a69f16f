"""eSMS's callbacks: is it from whom we gave the address to, and what does it say. Loads no network library.

eSMS signs nothing. The address we give it for an attempt therefore ends in a code that only we can make, over the
attempt and the reference under which its message went out.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kernel.errors import DomainError
from notify.channels.esms.table import NAME, kind_of
from notify.ports import ReceiptNote
from notify.sending.states import ReceiptKind

CALLBACK_PURPOSE: Final = "esms.callback"
"""What `Vault.derive` is asked for to get the key of the codes."""
_MAC_OCTETS: Final = 16
_LONGEST_NUMBER: Final = 12
Params = Sequence[tuple[str, str]]


def callback_mac(key: bytes, attempt_id: UUID, reference: str) -> str:
    """The last segment of an attempt's callback address: 22 characters of base64url."""
    mac = hmac.digest(key, attempt_id.bytes + reference.encode(), hashlib.sha256)[:_MAC_OCTETS]
    return urlsafe_b64encode(mac).rstrip(b"=").decode()


def valid_callback(key: bytes, attempt_id: UUID, mac: str, params: Params) -> bool:
    """Whether the address is one we gave out, and for the RequestId that the callback names.

    The comparison takes the same time for any code.
    """
    request_id = _fields(params).get("requestid", "")
    return hmac.compare_digest(callback_mac(key, attempt_id, request_id).encode(), mac.encode())


def read_callback(params: Params) -> ReceiptNote:
    """What a callback's query says. Raises DomainError("bad_request") when it is none.

    A message passes each status once, so its id, the status and its numbers together are the event's id.
    """
    fields = _fields(params)
    ref, status = fields.get("smsid", ""), fields.get("sendstatus", "")
    if not ref or not status:
        raise DomainError("bad_request")
    succeeded, failed = _number(fields, "sendsuccess"), _number(fields, "sendfailed")
    kind = kind_of(status, succeeded, failed)
    undelivered = kind is ReceiptKind.UNDELIVERED
    return ReceiptNote(
        provider=NAME,
        event_id=f"{ref}:{status}:{succeeded}:{failed}",
        ref=ref,
        kind=kind,
        status=status,
        code=f"status_{status}" if undelivered else None,
        reason="the gateway says that it did not arrive" if undelivered else None,
        cost_vnd=_price(fields),
    )


def _fields(params: Params) -> dict[str, str]:
    # The names come in several spellings: TotalPrice, Totalprice.
    return {name.lower(): value for name, value in params}


def _number(fields: dict[str, str], name: str) -> int:
    said = fields.get(name, "0") or "0"
    if not (said.isascii() and said.isdigit() and len(said) <= _LONGEST_NUMBER):
        raise DomainError("bad_request")
    return int(said)


def _price(fields: dict[str, str]) -> int | None:
    """Whole đồng of "850.0000"; None when it is no such number."""
    whole, _, rest = fields.get("totalprice", "").partition(".")
    sound = whole.isascii() and whole.isdigit() and len(whole) < 10 and (not rest or rest.isdigit())
    return int(whole) if sound else None
