"""What was given up besides messages: outbox events that kept failing, and receipts that belong to nothing of ours."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select, update

from agencies.tree import is_top
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.database.sessions import ring_after_commit
from kernel.errors import DomainError
from kernel.outbox import OutboxEvent
from kernel.queues import PLAN
from kernel.work import Work
from notify.desk import acts
from notify.desk.explaining import advice_for
from notify.models import Receipt
from notify.receipts.applying import DRAIN, UNKNOWN_ATTEMPT

HANDLER_FAILED = "handler_failed"


class DeadKind(StrEnum):
    MESSAGE = "message"
    EVENT = "event"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event or a receipt. `what` is the event's kind or the receipt's status, `error` why it is here."""

    id: UUID
    kind: DeadKind
    what: str
    subject_id: UUID
    attempts: int
    error: str
    at: datetime
    advice: tuple[str, str]


def list_dead(work: Work, actor: Actor, kind: DeadKind, *, limit: int, before: UUID | None) -> Sequence[DeadLetter]:
    """Dead events or receipts, the newest first. They belong to no agency: only the top agency's officers see them."""
    _require_top(work, actor)
    found = _events(work, limit, before) if kind is DeadKind.EVENT else _receipts(work, limit, before)
    write_audit(work.session, actor, "dead_letters.list", str(kind), None)
    return found


def redrive(work: Work, actor: Actor, kind: DeadKind, ids: Collection[UUID], *, theirs: acts.Theirs) -> acts.Redriven:
    """Tries them anew: messages are sent again, events handled again, receipts matched again.

    A message to a phone that is no longer `theirs` is left.
    """
    if kind is DeadKind.MESSAGE:
        return acts.redrive_messages(work, actor, ids, theirs=theirs)
    _require_top(work, actor)
    wanted = list(dict.fromkeys(ids))[: acts.MOST_AT_ONCE]
    revived = _revive_events(work, wanted) if kind is DeadKind.EVENT else _revive_receipts(work, wanted)
    left = tuple(row for row in wanted if row not in revived)
    write_audit(work.session, actor, "dead_letters.redrive", str(kind), None, sent=len(revived), left=len(left))
    return acts.Redriven(tuple(revived), left)


def _require_top(work: Work, actor: Actor) -> None:
    """The system itself, or an officer of an agency that stands below no other."""
    if actor.agency_code is not None and not is_top(work.session, actor.agency_code):
        raise DomainError("forbidden")


def _events(work: Work, limit: int, before: UUID | None) -> list[DeadLetter]:
    query = select(OutboxEvent).where(OutboxEvent.dead_at.is_not(None)).order_by(OutboxEvent.id.desc()).limit(limit)
    if before is not None:
        query = query.where(OutboxEvent.id < before)
    return [
        DeadLetter(
            id=row.id,
            kind=DeadKind.EVENT,
            what=row.kind,
            subject_id=row.subject_id,
            attempts=row.attempts,
            error=row.error or "",
            at=row.dead_at or row.created_at,
            advice=advice_for(HANDLER_FAILED),
        )
        for row in work.session.scalars(query)
    ]


def _receipts(work: Work, limit: int, before: UUID | None) -> list[DeadLetter]:
    query = select(Receipt).where(Receipt.problem.is_not(None)).order_by(Receipt.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Receipt.id < before)
    return [
        DeadLetter(
            id=row.id,
            kind=DeadKind.RECEIPT,
            what=f"{row.provider}: {row.status}",
            subject_id=row.attempt_id,
            attempts=1,
            error=row.problem or "",
            at=row.received_at,
            advice=advice_for(UNKNOWN_ATTEMPT),
        )
        for row in work.session.scalars(query)
    ]


def _revive_events(work: Work, ids: Sequence[UUID]) -> Sequence[UUID]:
    revived = work.session.scalars(
        update(OutboxEvent)
        .where(OutboxEvent.id.in_(ids), OutboxEvent.dead_at.is_not(None))
        .values(dead_at=None, attempts=0, next_attempt_at=func.now())
        .returning(OutboxEvent.id)
    ).all()
    ring_after_commit(work.session, PLAN)
    return revived


def _revive_receipts(work: Work, ids: Sequence[UUID]) -> Sequence[UUID]:
    revived = work.session.scalars(
        update(Receipt)
        .where(Receipt.id.in_(ids), Receipt.problem.is_not(None))
        .values(problem=None, received_at=func.now())
        .returning(Receipt.id)
    ).all()
    ring_after_commit(work.session, DRAIN)
    return revived
