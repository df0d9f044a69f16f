"""eSMS's settings, and its words as data: result codes and states of a message. Loads no network library."""

from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import structlog

from notify.channels.port import Certainty
from notify.pages import read_page
from notify.sending.states import ReceiptKind
from outbound.jobs.outcomes import Outcome, OutcomeKind

NAME: Final = "esms"
CERTAINTY: Final = Certainty.DEDUPES
REAL_BASE_URL: Final = "https://rest.esms.vn"
FINISHED: Final = "5"
KIND_OF_STATUS: Final = MappingProxyType(
    {
        # Waits for approval, waits to be sent, sent and waiting for the network's report.
        **dict.fromkeys(("1", "2", "7"), ReceiptKind.PROGRESS),
        "4": ReceiptKind.UNDELIVERED,
    }
)
"""What a SendStatus says by itself; FINISHED says it only together with the numbers of successes and failures."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class EsmsSettings:
    """`brandname` is the sender people see. `base_url` replaces the scheme and host of every call. Callbacks come to
    `public_base_url`."""

    api_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    brandname: str
    public_base_url: str
    base_url: str = REAL_BASE_URL
    timeout_s: float = 8.0
    connections: int = 64


class Verdict(NamedTuple):
    kind: OutcomeKind
    meaning: str
    operator: bool
    wait_s: float | None


class _Table(NamedTuple):
    codes: dict[str, Verdict]
    statuses: dict[str, Verdict]
    defaults: dict[str, Verdict]


def outcome_of(code: str, smsid: str | None = None) -> Outcome:
    """The outcome of an answer with this CodeResult; one that is not in the table may mean anything."""
    verdict = _table().codes.get(code)
    if verdict is None:
        _log.warning("esms.unknown_code", code=code[:8])
        return Outcome(OutcomeKind.UNKNOWN, code=code[:8], reason="a code that is not in the table")
    if verdict.kind is OutcomeKind.ACCEPTED:
        return Outcome(OutcomeKind.ACCEPTED, ref=smsid, code=None if code == "100" else code)
    return _outcome(verdict, code, verdict.wait_s)


def refusal(http_status: int, *, retry_after_s: float | None = None) -> Outcome:
    """The outcome of an answer that is no success and carries no CodeResult."""
    table = _table()
    verdict = table.statuses.get(str(http_status)) or table.defaults.get(str(http_status // 100), table.defaults["5"])
    return _outcome(verdict, f"http_{http_status}", retry_after_s)


def kind_of(status: str, succeeded: int, failed: int) -> ReceiptKind:
    """What a callback says; one that settles nothing is progress, and an unlisted status is logged as well."""
    if status == FINISHED:
        if bool(succeeded) == bool(failed):
            return ReceiptKind.PROGRESS
        return ReceiptKind.DELIVERED if succeeded else ReceiptKind.UNDELIVERED
    kind = KIND_OF_STATUS.get(status)
    if kind is None:
        _log.warning("esms.unknown_status", status=status[:8])
        return ReceiptKind.PROGRESS
    return kind


def _outcome(verdict: Verdict, code: str, retry_after_s: float | None) -> Outcome:
    if verdict.operator:
        _log.error("esms.operator_needed", code=code, meaning=verdict.meaning)
    return Outcome(
        verdict.kind, code=code, reason=verdict.meaning, retry_after_s=retry_after_s, operator=verdict.operator
    )


@cache
def _table() -> _Table:
    raw = read_page("channels/esms/codes.yaml")
    return _Table(*({str(key): _verdict(entry) for key, entry in raw[part].items()} for part in _Table._fields))


def _verdict(entry: dict[str, Any]) -> Verdict:
    # The account's fault leaves the message sound: it waits, as after any passing fault, until the operator has acted.
    operator = entry["class"] == "operator"
    kind = OutcomeKind.TRANSIENT if operator else OutcomeKind(entry["class"])
    return Verdict(kind, entry["meaning"], operator, entry.get("wait_s"))
