"""Receipts (biên nhận khai báo lưu trú): what became of a night or of a file, as counts, signed.

A receipt says no more than is known: accepted by us, said yes to by the authority, found there by count, or in doubt.
The time that counts for the lodging is when it filed, whatever the authority's portal did afterwards.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError, present
from kernel.frozen import frozen
from kernel.ids import new_id
from kernel.work import Work
from residence import store
from residence.accounts.account import AccountState
from residence.batches import store as batch_store
from residence.ledger_models import LodgingReceipt, TransmissionItem
from residence.models import Declaration, Lodging, Stay
from residence.nights import store as night_store
from residence.nights.store import NightCounts
from residence.ports import FrontDesk
from residence.receipts.codes import new_code, read_code, read_mark
from residence.service.access import lodging_for
from residence.states import StayState
from residence.transmission.states import ItemState
from residence.views import LodgingName

_PURPOSE: Final = "lodging receipt"
_SHORT: Final = 10
_TOLD: Final = ("declared", "late", "transmitted", "confirmed", "in_doubt", "refused")


class ReceiptState(StrEnum):
    """NIL: no guest was reported. NO_ACCOUNT: some are with us alone, since the lodging has no account at the
    authority's portal that works. ACCEPTED: with us, not all of it with the authority yet. TRANSMITTED: the authority
    said yes to all. CONFIRMED: all were found there. IN_DOUBT: some were refused, or nobody can tell."""

    NIL = "nil"
    NO_ACCOUNT = "no_account"
    ACCEPTED = "accepted"
    TRANSMITTED = "transmitted"
    CONFIRMED = "confirmed"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a night or a file. `first` and `last`: when it was filed."""

    counts: NightCounts
    nil: bool
    first: datetime | None
    last: datetime | None

    @property
    def state(self) -> ReceiptState:
        counts = self.counts
        if not counts.declared:
            return ReceiptState.NIL
        if counts.no_account:
            return ReceiptState.NO_ACCOUNT
        if counts.in_doubt or counts.refused:
            return ReceiptState.IN_DOUBT
        if counts.on_the_way:
            return ReceiptState.ACCEPTED
        return ReceiptState.TRANSMITTED if counts.transmitted else ReceiptState.CONFIRMED


@dataclass(frozen=True, slots=True)
class IssuedReceipt:
    """What a receipt tells: of a night, or of a file (`batch_id`)."""

    id: UUID
    code: str
    lodging_id: UUID
    batch_id: UUID | None
    night: date | None
    state: str
    declared: int
    late: int
    transmitted: int
    confirmed: int
    in_doubt: int
    refused: int
    nil: bool
    filed_first_at: datetime | None
    filed_last_at: datetime | None
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as it was issued, with its lodging and the short signature that is printed."""

    row: IssuedReceipt
    lodging: LodgingName
    mark: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A genuine receipt, and what is known of the same night or file now."""

    receipt: Receipt
    now: Standing


def issue_receipt(
    work: Work,
    actor: Actor,
    desk: FrontDesk,
    lodging_id: UUID,
    *,
    night: date | None = None,
    batch_id: UUID | None = None,
) -> Receipt:
    """A receipt of a night, or of a file. While nothing changes it is the one issued before.

    Raises `not_found`, `mandate_missing`, `nothing_filed`.
    """
    lodging = lodging_for(work, actor, desk, lodging_id, "read", lock=True)
    if batch_id is not None:
        batch_store.find_batch(work.session, lodging.id, batch_id)
    standing = _standing(work.session, lodging.id, night, batch_id)
    if not standing.counts.declared and not standing.nil:
        raise DomainError("nothing_filed")
    newest = _newest(work.session, lodging.id, night, batch_id)
    if newest is not None and _same(newest, standing):
        return _receipt(work, newest, lodging)
    row = _row(standing, lodging_id=lodging.id, night=night, batch_id=batch_id)
    row.issued_at, row.issued_to = work.now(), actor.person_id
    row.signature = sign(work.vault.derive(_PURPOSE), row)
    work.session.add(row)
    work.session.flush()
    write_audit(work.session, actor, "receipt.issue", "lodging_receipt", row.id)
    return _receipt(work, row, lodging)


def read_receipt(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, receipt_id: UUID) -> Receipt:
    """A receipt that was issued. Raises `not_found`, `mandate_missing`."""
    lodging = lodging_for(work, actor, desk, lodging_id, "read")
    row = work.session.get(LodgingReceipt, receipt_id)
    if row is None or row.lodging_id != lodging.id:
        raise DomainError("not_found")
    return _receipt(work, row, lodging)


def verify_receipt(work: Work, code: str, mark: str) -> Verified:
    """Whether a receipt is genuine, by the code and the short signature printed on it.

    Raises `receipt_unknown`, the same for a code that never was and for a signature that does not fit.
    """
    row = work.session.scalar(select(LodgingReceipt).where(LodgingReceipt.code == read_code(code)))
    if row is None:
        raise DomainError("receipt_unknown")
    expected = sign(work.vault.derive(_PURPOSE), row)
    printed, given = read_mark(short(expected)).encode(), read_mark(mark).encode()
    if not hmac.compare_digest(expected, row.signature) or not hmac.compare_digest(printed, given):
        raise DomainError("receipt_unknown")
    lodging = store.find_lodging(work.session, row.lodging_id)
    return Verified(_receipt(work, row, lodging), _standing(work.session, lodging.id, row.night, row.batch_id))


def canonical(row: LodgingReceipt) -> str:
    """The text that is signed: everything the receipt tells, a line each, instants in UTC."""
    told: list[object] = ["motcua lodging receipt 1", row.code, row.lodging_id, row.batch_id, row.night, row.state]
    told += [getattr(row, name) for name in _TOLD]
    told += [row.nil, _utc(row.filed_first_at), _utc(row.filed_last_at), _utc(row.issued_at)]
    return "\n".join("" if value is None else str(value) for value in told)


def sign(key: bytes, row: LodgingReceipt) -> bytes:
    """HMAC-SHA-256 over the canonical text."""
    return hmac.digest(key, canonical(row).encode(), "sha256")


def short(signature: bytes) -> str:
    """The first 80 bits, as they are printed."""
    return base64.b32encode(signature[:_SHORT]).decode()


def _row(standing: Standing, *, lodging_id: UUID, night: date | None, batch_id: UUID | None) -> LodgingReceipt:
    return LodgingReceipt(
        id=new_id(),
        code=new_code(),
        lodging_id=lodging_id,
        batch_id=batch_id,
        night=night,
        state=standing.state.value,
        **{name: getattr(standing.counts, name) for name in _TOLD},
        nil=standing.nil,
        filed_first_at=standing.first,
        filed_last_at=standing.last,
    )


def _receipt(work: Work, row: LodgingReceipt, lodging: Lodging) -> Receipt:
    return Receipt(frozen(IssuedReceipt, row), LodgingName.of(lodging), short(sign(work.vault.derive(_PURPOSE), row)))


def _standing(session: Session, lodging_id: UUID, night: date | None, batch_id: UUID | None) -> Standing:
    if batch_id is not None:
        first, last = session.execute(
            select(func.min(Declaration.declared_at), func.max(Declaration.declared_at)).where(
                Declaration.batch_id == batch_id
            )
        ).one()
        counts = batch_counts(session, batch_id, night_store.account_of(session, lodging_id))
        return Standing(counts, nil=False, first=first, last=last)
    # One of both is there, by the row's and the request's shape.
    night = present(night)
    counts = night_store.night_counts(session, lodging_id, night)
    if not counts.declared:
        nil = store.standing_nil(session, lodging_id, night)
        at = None if nil is None else nil.declared_at
        return Standing(counts, nil=nil is not None, first=at, last=at)
    first, last = session.execute(
        select(func.min(Stay.declared_at), func.max(Stay.declared_at)).where(
            Stay.lodging_id == lodging_id, Stay.night == night, Stay.state != str(StayState.ANNULLED)
        )
    ).one()
    return Standing(counts, nil=False, first=first, last=last)


def batch_counts(session: Session, batch_id: UUID, account: AccountState) -> NightCounts:
    """Of the guests declared from one file, by what became of that very declaration."""
    rows = session.execute(
        select(TransmissionItem.state, func.count(), func.count().filter(Stay.late))
        .select_from(Declaration)
        .join(Stay, Stay.id == Declaration.stay_id)
        .outerjoin(TransmissionItem, TransmissionItem.declaration_id == Declaration.id)
        .where(Declaration.batch_id == batch_id)
        .group_by(TransmissionItem.state)
    )
    # A declaration that another took the place of has not gone astray: it is where the other is.
    standing = [(row[0], row[1], row[2]) for row in rows if row[0] != ItemState.CANCELLED.value]
    return night_store.counts_of(standing, account)


def _newest(session: Session, lodging_id: UUID, night: date | None, batch_id: UUID | None) -> LodgingReceipt | None:
    return session.scalar(
        select(LodgingReceipt)
        .where(
            LodgingReceipt.lodging_id == lodging_id,
            LodgingReceipt.night.is_(None) if night is None else LodgingReceipt.night == night,
            LodgingReceipt.batch_id.is_(None) if batch_id is None else LodgingReceipt.batch_id == batch_id,
        )
        .order_by(LodgingReceipt.issued_at.desc(), LodgingReceipt.id.desc())
        .limit(1)
    )


def _same(row: LodgingReceipt, standing: Standing) -> bool:
    told = [getattr(row, name) for name in _TOLD] == [getattr(standing.counts, name) for name in _TOLD]
    times = (row.filed_first_at, row.filed_last_at) == (standing.first, standing.last)
    return told and times and row.nil == standing.nil and row.state == standing.state.value


def _utc(instant: datetime | None) -> str:
    return "" if instant is None else instant.astimezone(UTC).isoformat()
