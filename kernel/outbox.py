"""The outbox: what happened, written in the transaction in which it happened.

A message broker cannot take part in our commit: enqueue first and a rollback leaves a message about nothing; commit
first and a crash leaves a change nobody hears of. So the event is a row; the broker is only a bell. Events carry
ids and non-personal values; whoever needs a phone or a name reads it through a port at that moment.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Identity,
    Index,
    SmallInteger,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningUpdate

from kernel.database.appending import append_row
from kernel.database.sessions import Base, Database, ring_after_commit
from kernel.ids import new_id
from kernel.queues import PLAN

URGENT, NOTICE = 0, 1
MAX_ATTEMPTS = 8
_WAIT_BASE_S, _LONGEST_WAIT_S = 2, 300
_OPEN = "done_at IS NULL AND dead_at IS NULL"
_LONGEST_ERROR: Final = 500
_URGENT_ONES: Final = "motcua.urgent"
_RECORD_MANY: Final = text("""
INSERT INTO outbox_event (id, kind, priority, subject_id, payload, attempts)
SELECT id, :kind, :priority, subject_id, payload::jsonb, 0
FROM unnest(CAST(:ids AS uuid[]), CAST(:subjects AS uuid[]), CAST(:payloads AS text[]))
    WITH ORDINALITY AS new (id, subject_id, payload, turn)
ORDER BY turn
""")
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


Handler = Callable[[Session, Sequence[OutboxEvent]], None]
"""Takes events of one kind, in their order, and does for all of them what is to be done; raises for none or for all."""
Handlers = Mapping[str, Sequence[Handler]]


def one_by_one(handle: Callable[[Session, OutboxEvent], None]) -> Handler:
    """A handler that looks at each event alone, for kinds that are rare."""

    def handle_each(session: Session, events: Sequence[OutboxEvent]) -> None:
        for event in events:
            handle(session, event)

    return handle_each


def record_event(
    session: Session, kind: str, subject_id: UUID, payload: dict[str, Any], *, priority: int = NOTICE
) -> UUID:
    """Writes an event into the caller's transaction and asks for the plan drain's bell. Returns the event id.

    An URGENT one, for which somebody waits, does not wait for that drain: see `handle_urgent`.
    """
    row = new_id()
    values = {"id": row, "kind": kind, "priority": priority, "subject_id": subject_id, "payload": payload}
    if priority == URGENT:
        event = OutboxEvent(**values)
        session.add(event)
        session.info.setdefault(_URGENT_ONES, []).append(event)
    else:
        append_row(session, OutboxEvent, {**values, "attempts": 0})
        ring_after_commit(session, PLAN)
    return row


def record_events(session: Session, kind: str, happened: Sequence[tuple[UUID, dict[str, Any]]]) -> None:
    """Writes many events of one kind, each a subject id and its payload, in one statement; else as `record_event`."""
    if not happened:
        return
    values = {
        "ids": [new_id() for _ in happened],
        "kind": kind,
        "priority": NOTICE,
        "subjects": [subject for subject, _ in happened],
        "payloads": [json.dumps(payload) for _, payload in happened],
    }
    session.connection().execute(_RECORD_MANY, values)
    ring_after_commit(session, PLAN)


def handle_urgent(session: Session, handlers: Callable[[], Handlers]) -> None:
    """Hands the urgent events of this transaction to their handlers before it commits, so that what they cause commits
    with them. One whose handler raises is left to the plan drain, and the transaction stands."""
    urgent = session.info.pop(_URGENT_ONES, ())
    if urgent:
        # What the caller still has to write must fail as the caller's, not as a handler's.
        session.flush()
    for event in urgent:
        try:
            with session.begin_nested():
                _hand_over(session, [event], handlers())
                event.done_at = func.now()
        except Exception as error:
            if _lost_connection(error):
                raise
            _log.error("outbox.urgent_failed", event_id=str(event.id), kind=event.kind, exc_info=error)
            ring_after_commit(session, PLAN)


def drain_events(
    database: Database,
    handlers: Handlers,
    *,
    chunk: int = 100,
    tries: int = MAX_ATTEMPTS,
    blameless: Callable[[Connection], object] = lambda _connection: None,
) -> int:
    """Hands one chunk of open events to their handlers and marks them done, all in one transaction.

    Handlers only write rows, so claim, effect and mark commit together: a kill at any moment leaves the events open and
    without effect. A handler gets all new events of its kind at once. When one raises, the chunk is handled again event
    by event: the one that fails is rolled back alone, retried later, and dead after `tries`.
    `blameless` is asked before a try is counted, and raises when the failure is not the event's: a database that is not
    the one we are written for. Nothing is counted then, and the whole chunk stays open.
    Returns how many events were taken; fewer than `chunk` means dry.
    """
    with database.transaction() as session:
        # Done from the start, and no longer if it fails: one statement takes and marks them, in an order of its own.
        events = sorted(session.scalars(_CLAIM, {"chunk": chunk}), key=lambda event: (event.priority, event.seq))
        # One that has failed before would take the chunk with it again.
        new = [event for event in events if event.attempts == 0]
        together = len(new) > 1 and _handle_together(session, new, handlers)
        for event in events:
            if not together or event.attempts:
                _handle(session, event, handlers, tries, blameless)
        return len(events)


def _due() -> ColumnElement[bool]:
    """New, or tried and waited for long enough. A wait that no rule gives was begun before the clock was put back."""
    longest = timedelta(seconds=_LONGEST_WAIT_S)
    at = OutboxEvent.next_attempt_at
    return or_(OutboxEvent.attempts == 0, at <= func.now(), at > func.now() + longest)


def _claim() -> ReturningUpdate[OutboxEvent]:
    due = (
        select(OutboxEvent.id)
        .where(text(_OPEN), _due())
        .order_by(OutboxEvent.priority, OutboxEvent.seq)
        .limit(bindparam("chunk", type_=BigInteger))
        .with_for_update(skip_locked=True)
    )
    # As an array they are looked up one by one; joined, PostgreSQL may read all events for the sake of a hundred.
    these = func.array(due.scalar_subquery(), type_=ARRAY(Uuid))
    claim = update(OutboxEvent).where(OutboxEvent.id == any_(these)).values(done_at=func.now()).returning(OutboxEvent)
    return claim.execution_options(synchronize_session=False)


# Built once: a statement costs more to build than to execute.
_CLAIM = _claim()


def _hand_over(session: Session, events: Sequence[OutboxEvent], handlers: Handlers) -> None:
    kinds: dict[str, list[OutboxEvent]] = {}
    for event in events:
        kinds.setdefault(event.kind, []).append(event)
    for kind, same in kinds.items():
        for handle in handlers.get(kind, ()):
            handle(session, same)


def _handle_together(session: Session, events: Sequence[OutboxEvent], handlers: Handlers) -> bool:
    """Whether all of them were handled; when not, none was."""
    try:
        with session.begin_nested():
            _hand_over(session, events, handlers)
    except Exception as error:
        if _lost_connection(error):
            raise
        _log.warning("outbox.chunk_failed", events=len(events), error=type(error).__name__)
        return False
    return True


def _lost_connection(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _handle(
    session: Session, event: OutboxEvent, handlers: Handlers, tries: int, blameless: Callable[[Connection], object]
) -> None:
    try:
        with session.begin_nested():
            _hand_over(session, [event], handlers)
    except Exception as error:
        if _lost_connection(error):
            raise
        blameless(session.connection())
        _postpone(session, event, error, tries)


def _told(error: Exception) -> str:
    name = type(error).__name__
    return f"{name}: {error}"[:_LONGEST_ERROR] if getattr(error, "quotes_no_values", False) else name


def _postpone(session: Session, event: OutboxEvent, error: Exception, tries: int) -> None:
    attempts = event.attempts + 1
    dead = attempts >= tries
    # By the database's clock, since it is what the next claim compares with.
    wait = timedelta(seconds=min(_WAIT_BASE_S**attempts, _LONGEST_WAIT_S))
    # Of most only the class name is kept: an exception's text may quote personal values.
    values = {
        "attempts": attempts,
        "error": _told(error),
        "next_attempt_at": func.now() + wait,
        "done_at": None,
    }
    session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id == event.id)
        .values({**values, "dead_at": func.now()} if dead else values)
        .execution_options(synchronize_session=False)
    )
    known = {"event_id": str(event.id), "kind": event.kind, "attempts": attempts, "dead": dead}
    _log.error("outbox.event_failed", **known, exc_info=error)
