"""eSMS's settings, and its words as data: result codes and states of a message. Loads no network library."""

from dataclasses import dataclass, field
from typing import Final

from notify.channels.port import Certainty
from notify.sending.states import ReceiptKind
from outbound.codes import CodeTable, WordTable
from outbound.jobs.outcomes import Outcome, OutcomeKind

NAME: Final = "esms"
CERTAINTY: Final = Certainty.DEDUPES
REAL_BASE_URL: Final = "https://rest.esms.vn"
FINISHED: Final = "5"
_LONGEST_CODE: Final = 8
_CODES: Final = CodeTable(NAME, "notify", "channels/esms/codes.yaml")
_STATUSES: Final = WordTable(
    NAME,
    {
        # Waits for approval, waits to be sent, sent and waiting for the network's report.
        **dict.fromkeys(("1", "2", "7"), ReceiptKind.PROGRESS),
        "4": ReceiptKind.UNDELIVERED,
    },
    default=ReceiptKind.PROGRESS,
)
"""What a SendStatus says by itself; FINISHED says it only together with the numbers of successes and failures."""


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


def outcome_of(code: str, smsid: str | None = None) -> Outcome:
    """The outcome of an answer with this CodeResult; one that is not in the table may mean anything."""
    verdict = _CODES.of_code(code)
    if verdict.kind is OutcomeKind.ACCEPTED:
        return Outcome(OutcomeKind.ACCEPTED, ref=smsid, code=None if code == "100" else code)
    return verdict.outcome(code[:_LONGEST_CODE])


def refusal(http_status: int, *, retry_after_s: float | None = None) -> Outcome:
    """The outcome of an answer that is no success and carries no CodeResult."""
    return _CODES.of_status(http_status).outcome(f"http_{http_status}", retry_after_s=retry_after_s)


def kind_of(status: str, succeeded: int, failed: int) -> ReceiptKind:
    """What a callback says; one that settles nothing is progress, and an unlisted status is logged as well."""
    if status == FINISHED:
        if bool(succeeded) == bool(failed):
            return ReceiptKind.PROGRESS
        return ReceiptKind.DELIVERED if succeeded else ReceiptKind.UNDELIVERED
    return _STATUSES.find(status)
