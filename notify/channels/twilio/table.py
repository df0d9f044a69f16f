"""Twilio's settings, and its words as data: error codes and message statuses. Loads no network library."""

import re
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import structlog

from notify.channels.port import Certainty
from notify.pages import read_page
from notify.sending.states import ReceiptKind
from outbound.jobs.outcomes import Outcome, OutcomeKind

NAME: Final = "twilio"
CERTAINTY: Final = Certainty.ASKED
REAL_BASE_URL: Final = "https://api.twilio.com"
KIND_OF_STATUS: Final = MappingProxyType(
    {
        **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), ReceiptKind.PROGRESS),
        # Some parts arrived; the rest may still.
        "partially_delivered": ReceiptKind.PROGRESS,
        **dict.fromkeys(("delivered", "read"), ReceiptKind.DELIVERED),
        **dict.fromkeys(("undelivered", "failed", "canceled"), ReceiptKind.UNDELIVERED),
        **dict.fromkeys(("receiving", "received"), ReceiptKind.IRRELEVANT),
    }
)
_CODE: Final = re.compile(r"[0-9]{1,9}")
_log = structlog.get_logger()


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


class Verdict(NamedTuple):
    kind: OutcomeKind
    meaning: str
    operator: bool
    elsewhere: bool


class _Table(NamedTuple):
    codes: dict[int, Verdict]
    statuses: dict[int, Verdict]
    defaults: dict[int, Verdict]


def kind_of_status(status: str) -> ReceiptKind:
    """What a message status says; an unlisted one is logged and taken as progress, which settles nothing."""
    kind = KIND_OF_STATUS.get(status)
    if kind is None:
        _log.warning("twilio.unknown_status", status=status[:40])
        return ReceiptKind.PROGRESS
    return kind


def refusal(http_status: int, code: int | None, *, retry_after_s: float | None = None) -> Outcome:
    """The outcome of an answer that is no success, by its error code, else by its HTTP status."""
    table = _table()
    verdict = table.codes.get(code) if code is not None else None
    if verdict is None:
        verdict = table.statuses.get(http_status)
        if verdict is None:
            verdict = table.defaults.get(http_status // 100, table.defaults[5])
            _log.warning("twilio.unknown_code", code=code, http_status=http_status, taken_as=str(verdict.kind))
    if verdict.operator:
        _log.error("twilio.operator_needed", code=code, http_status=http_status, meaning=verdict.meaning)
    shown = str(code) if code is not None else f"http_{http_status}"
    return Outcome(
        verdict.kind,
        code=shown,
        reason=verdict.meaning,
        retry_after_s=retry_after_s,
        operator=verdict.operator,
        elsewhere=verdict.elsewhere,
    )


def meaning_of(code: str | None) -> str | None:
    """What an error code of a receipt means; None for no code or one that is not in the table."""
    if code is None or not _CODE.fullmatch(code):
        return None
    verdict = _table().codes.get(int(code))
    return verdict.meaning if verdict else None


@cache
def _table() -> _Table:
    raw = read_page("channels/twilio/codes.yaml")
    return _Table(*({key: _verdict(entry) for key, entry in raw[part].items()} for part in _Table._fields))


def _verdict(entry: dict[str, Any]) -> Verdict:
    # The account's fault leaves the message sound: it waits, as after any passing fault, until the operator has acted.
    operator = entry["class"] == "operator"
    kind = OutcomeKind.TRANSIENT if operator else OutcomeKind(entry["class"])
    return Verdict(kind, entry["meaning"], operator, bool(entry.get("elsewhere")))
