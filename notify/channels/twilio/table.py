"""Twilio's settings, and its words as data: error codes and message statuses. Loads no network library."""

import re
from dataclasses import dataclass, field
from typing import Final

from notify.channels.port import Certainty
from notify.sending.states import ReceiptKind
from outbound.codes import CodeTable, WordTable
from outbound.jobs.outcomes import Outcome

NAME: Final = "twilio"
CERTAINTY: Final = Certainty.ASKED
REAL_BASE_URL: Final = "https://api.twilio.com"
_CODES: Final = CodeTable(NAME, "notify", "channels/twilio/codes.yaml")
STATUSES: Final = WordTable(
    NAME,
    {
        **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), ReceiptKind.PROGRESS),
        # Some parts arrived; the rest may still.
        "partially_delivered": ReceiptKind.PROGRESS,
        **dict.fromkeys(("delivered", "read"), ReceiptKind.DELIVERED),
        **dict.fromkeys(("undelivered", "failed", "canceled"), ReceiptKind.UNDELIVERED),
        **dict.fromkeys(("receiving", "received"), ReceiptKind.IRRELEVANT),
    },
    default=ReceiptKind.PROGRESS,
)
_CODE: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """`sender` is a number (E.164), an alphanumeric sender, or a messaging service ("MG…"). `base_url` replaces the
    scheme and host of every call: another region of Twilio's, or the sandbox. Receipts come to `public_base_url`."""

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    public_base_url: str
    base_url: str = REAL_BASE_URL
    timeout_s: float = 8.0
    connections: int = 64


def kind_of_status(status: str) -> ReceiptKind:
    """What a message status says; an unlisted one is logged and taken as progress, which settles nothing."""
    return STATUSES.find(status)


def refusal(http_status: int, code: int | None, *, retry_after_s: float | None = None) -> Outcome:
    """The outcome of an answer that is no success, by its error code, else by its HTTP status."""
    listed = code is not None and _CODES.find(code) is not None
    verdict = _CODES.of_code(code) if listed else _CODES.of_status(http_status, code=code)
    return verdict.outcome(str(code) if code is not None else f"http_{http_status}", retry_after_s=retry_after_s)


def meaning_of(code: str | None) -> str | None:
    """What an error code of a receipt means; None for no code or one that is not in the table."""
    if code is None or not _CODE.fullmatch(code):
        return None
    verdict = _CODES.find(int(code))
    return verdict.meaning if verdict else None
