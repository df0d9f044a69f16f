"""The outbox: what happened, written in the transaction in which it happened.

A message broker cannot take part in our commit: enqueue first and a rollback leaves a message about nothing; commit
first and a crash leaves a change nobody hears of. So the event is a row; the broker is only a bell. Events carry
ids and non-personal values; whoever needs a phone or a name reads it through a port at that moment.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Identity,
    Index,
    SmallInteger,
    Text,
    TextClause,
    bindparam,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, make_transient, mapped_column
from sqlalchemy.sql.dml import ReturningUpdate

from kernel.db import Base, Database, need_not_ring, ring_after_commit
from kernel.ids import new_id

PLAN, EXPRESS = "plan", "send"
URGENT, NOTICE = 0, 1
MAX_ATTEMPTS = 8
_WAIT_BASE_S, _LONGEST_WAIT_S = 2, 300
_OPEN = "done_at IS NULL AND dead_at IS NULL"
_log = structlog.get_logger()


class OutboxEvent(Base):
    __tablename__ = "outbox_event"
    # Finished rows leave the index, so a claim costs the same after a million events as after ten.
    __table_args__ = (Index("ix_outbox_event_open", "priority", "seq", postgresql_where=text(_OPEN)),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    seq: Mapped[int] = mapped_column(Identity(always=True))
    kind: Mapped[str] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(SmallInteger, default=NOTICE)
    subject_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


Answer = TypeVar("Answer")
Handler = Callable[[Session, OutboxEvent], None]
Handlers = Mapping[str, Sequence[Handler]]


def record_event(
    session: Session, kind: str, subject_id: UUID, payload: dict[str, Any], *, priority: int = NOTICE
) -> UUID:
    """Writes an event into the caller's transaction and asks for the plan drain's bell. Returns the event id.

    An URGENT one, for which somebody waits, overtakes all others: it rings the drain that carries out what it causes,
    which sees to urgent events itself, see `Express`. No second hop, and no waiting for a chunk of others.
    """
    event = OutboxEvent(id=new_id(), kind=kind, subject_id=subject_id, payload=payload, priority=priority)
    session.add(event)
    ring_after_commit(session, EXPRESS if priority == URGENT else PLAN)
    return event.id


def drain_events(
    database: Database, handlers: Handlers, *, chunk: int = 100, tries: int = MAX_ATTEMPTS, urgent: bool = True
) -> int:
    """Hands one chunk of open events to their handlers and marks them done, all in one transaction.

    Handlers only write rows, so claim, effect and mark commit together: a kill at any moment leaves the event open and
    without effect. An event whose handler raises is rolled back alone, retried later, and dead after `tries`.
    Returns how many events were taken; fewer than `chunk` means dry. `urgent`: False leaves such to others, since one
    in a chunk would wait for the commit of all.
    """
    claim = _CLAIM if urgent else _CLAIM_NOTICES
    try:
        with database.transaction() as session:
            return _drain(session, claim, handlers, chunk, tries)
    except _LoneEventFailed as failed:
        _postpone_alone(database, failed, tries)
        return 1


@dataclass(frozen=True, slots=True)
class Express:
    """Urgent events, for the drain of EXPRESS, whose work they cause."""

    database: Database
    handlers: Handlers
    chunk: int = 20
    tries: int = MAX_ATTEMPTS

    def waiting(self) -> bool:
        """Whether there is an event to handle."""
        with self.database.reading() as connection:
            return bool(connection.scalar(_URGENT_WAITING))

    def go_before(self, then: Callable[[Session], Answer]) -> Answer:
        """What `then` returns, called in the transaction in which up to `chunk` events were handled. One commit is all
        that it takes; when `then` raises, the events are open again."""
        try:
            with self.database.transaction() as session:
                _drain(session, _CLAIM_URGENT, self.handlers, self.chunk, self.tries)
                need_not_ring(session, EXPRESS)
                return then(session)
        except _LoneEventFailed as failed:
            _postpone_alone(self.database, failed, self.tries)
        with self.database.transaction() as session:
            return then(session)


def _drain(session: Session, claim: ReturningUpdate[OutboxEvent], handlers: Handlers, chunk: int, tries: int) -> int:
    # Done from the start, and no longer if it fails: one statement takes and marks them, in an order of its own.
    events = sorted(session.scalars(claim, {"chunk": chunk}), key=lambda event: (event.priority, event.seq))
    if len(events) == 1:
        _handle_alone(session, events[0], handlers)
    else:
        for event in events:
            _handle(session, event, handlers, tries)
    return len(events)


def _due() -> ColumnElement[bool]:
    """New, or tried and waited for long enough. A wait that no rule gives was begun before the clock was put back."""
    longest = timedelta(seconds=_LONGEST_WAIT_S)
    at = OutboxEvent.next_attempt_at
    return or_(OutboxEvent.attempts == 0, at <= func.now(), at > func.now() + longest)


def _claim(*which: ColumnElement[bool]) -> ReturningUpdate[OutboxEvent]:
    due = (
        select(OutboxEvent.id)
        .where(text(_OPEN), _due(), *which)
        .order_by(OutboxEvent.priority, OutboxEvent.seq)
        .limit(bindparam("chunk", type_=BigInteger))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claim = update(OutboxEvent).where(OutboxEvent.id == due.c.id).values(done_at=func.now()).returning(OutboxEvent)
    return claim.execution_options(synchronize_session=False)


# Built once: a statement costs more to build than to execute.
_CLAIM = _claim()
_CLAIM_URGENT = _claim(OutboxEvent.priority == URGENT)
_CLAIM_NOTICES = _claim(OutboxEvent.priority > URGENT)
_URGENT_WAITING = select(exists().where(text(_OPEN), _due(), OutboxEvent.priority == URGENT))


class _LoneEventFailed(Exception):  # noqa: N818 - an answer, not a defect
    """Its transaction held nothing else that was done, and goes with it."""

    def __init__(self, event: OutboxEvent, error: Exception) -> None:
        super().__init__(type(error).__name__)
        # The rollback would take its values away.
        make_transient(event)
        self.event = event
        self.error = error


def _handle_alone(session: Session, event: OutboxEvent, handlers: Handlers) -> None:
    """Without others to keep, the transaction is its own savepoint, and two round trips are saved."""
    try:
        for handle in handlers.get(event.kind, ()):
            handle(session, event)
        session.flush()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        raise _LoneEventFailed(event, error) from error
    except Exception as error:
        raise _LoneEventFailed(event, error) from error


def _handle(session: Session, event: OutboxEvent, handlers: Handlers, tries: int) -> None:
    try:
        with session.begin_nested():
            for handle in handlers.get(event.kind, ()):
                handle(session, event)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        _postpone(session, event, error, tries)
    except Exception as error:
        _postpone(session, event, error, tries)


def _postpone_alone(database: Database, failed: _LoneEventFailed, tries: int) -> None:
    with database.transaction() as session:
        # It is nobody's since the rollback, and somebody else may have handled it.
        _postpone(session, failed.event, failed.error, tries, text(_OPEN))


def _postpone(
    session: Session, event: OutboxEvent, error: Exception, tries: int, *only_if: ColumnElement[bool] | TextClause
) -> None:
    attempts = event.attempts + 1
    dead = attempts >= tries
    # By the database's clock, since it is what the next claim compares with.
    wait = timedelta(seconds=min(_WAIT_BASE_S**attempts, _LONGEST_WAIT_S))
    # Only the class name is kept: an exception's text may quote personal values.
    values = {
        "attempts": attempts,
        "error": type(error).__name__,
        "next_attempt_at": func.now() + wait,
        "done_at": None,
    }
    session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id == event.id, *only_if)
        .values({**values, "dead_at": func.now()} if dead else values)
        .execution_options(synchronize_session=False)
    )
    known = {"event_id": str(event.id), "kind": event.kind, "attempts": attempts, "dead": dead}
    _log.error("outbox.event_failed", **known, exc_info=error)
