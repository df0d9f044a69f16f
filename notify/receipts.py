"""A gateway's delivery receipt is taken: once, and in whatever order it comes."""

from enum import StrEnum
from uuid import UUID

from kernel.errors import DomainError
from kernel.metrics import RECEIPTS
from kernel.work import Work
from notify.ports import ReceiptNote
from notify.settled import announce_settled
from notify.store import add_receipt


class ReceiptResult(StrEnum):
    """MOVED: the delivery went on. KEPT: stored, and nothing changed. REPEATED: it was here before."""

    MOVED = "moved"
    KEPT = "kept"
    REPEATED = "repeated"


def take_receipt(work: Work, attempt_id: UUID, note: ReceiptNote, raw: bytes) -> ReceiptResult:
    """Stores an authenticated receipt and lets it move attempt and delivery; announces a delivery that it settles.

    The caller has checked the signature over the raw bytes. An attempt's row is committed before its call is made, so
    a receipt that overtakes the record of the call finds it. Raises DomainError("not_found") for no attempt of ours.
    """
    taken = add_receipt(work.session, work.vault, attempt_id, note, raw)
    if not taken.known:
        RECEIPTS.labels(provider=note.provider, result="unknown_attempt").inc()
        raise DomainError("not_found")
    if taken.settled is not None:
        announce_settled(work.session, [taken.settled])
    result = ReceiptResult.MOVED if taken.moved else ReceiptResult.KEPT if taken.fresh else ReceiptResult.REPEATED
    RECEIPTS.labels(provider=note.provider, result=str(result)).inc()
    return result
