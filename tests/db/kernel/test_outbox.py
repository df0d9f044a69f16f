"""An event is handled exactly once in effect, whatever fails; a poisonous one stops nobody."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.database.sessions import Database, ring_after_commit
from kernel.ids import new_id
from kernel.outbox import (
    MAX_ATTEMPTS,
    NOTICE,
    URGENT,
    Handler,
    Handlers,
    OutboxEvent,
    drain_events,
    handle_urgent,
    one_by_one,
    record_event,
    record_events,
)


def _record(database: Database, kind: str = "a.b", count: int = 1, priority: int = NOTICE) -> list[UUID]:
    with database.transaction() as session:
        return [record_event(session, kind, new_id(), {"n": n}, priority=priority) for n in range(count)]


def _open(database: Database) -> int:
    with database.transaction() as session:
        return session.scalars(select(func.count()).select_from(OutboxEvent).where(OutboxEvent.done_at.is_(None))).one()


def test_an_event_of_a_rolled_back_change_never_was(clean_database: Database) -> None:
    def change() -> None:
        with clean_database.transaction() as session:
            record_event(session, "a.b", new_id(), {})
            raise LookupError

    with pytest.raises(LookupError):
        change()
    assert _open(clean_database) == 0


def test_the_bell_rings_after_the_commit_and_only_then(database_url: str, clean_database: Database) -> None:
    seen: list[int] = []
    ringing = Database(database_url, ring=lambda _drain: seen.append(_open(clean_database)))
    with ringing.transaction() as session:
        record_event(session, "a.b", new_id(), {})
        session.flush()
        assert seen == []
    ringing.dispose()
    assert seen == [1]


def test_events_reach_their_handlers_in_order(clean_database: Database) -> None:
    wanted = _record(clean_database, count=25)
    seen: list[UUID] = []
    taken = drain_events(clean_database, {"a.b": [one_by_one(lambda _s, event: seen.append(event.id))]}, chunk=10)
    assert taken == 10
    while drain_events(clean_database, {"a.b": [one_by_one(lambda _s, event: seen.append(event.id))]}, chunk=10):
        pass
    assert seen == wanted
    assert _open(clean_database) == 0


def test_a_failing_event_leaves_no_effect_and_stops_nobody(clean_database: Database) -> None:
    bad, good = _record(clean_database, count=2)

    def handle(session: Session, event: OutboxEvent) -> None:
        record_event(session, "effect", event.id, {})
        if event.id == bad:
            raise ValueError("049090000001 must not be kept")

    drain_events(clean_database, {"a.b": [one_by_one(handle)]})
    with clean_database.transaction() as session:
        effects = session.scalars(select(OutboxEvent.subject_id).where(OutboxEvent.kind == "effect")).all()
        failed = session.get_one(OutboxEvent, bad)
    assert effects == [good]
    assert (failed.attempts, failed.error, failed.done_at) == (1, "ValueError", None)
    assert failed.next_attempt_at > failed.created_at


def test_a_handler_gets_a_chunk_of_its_kind_at_once(clean_database: Database) -> None:
    first = _record(clean_database, count=3)
    other = _record(clean_database, kind="c.d", count=2)
    second = _record(clean_database, count=2)
    seen: list[tuple[str, list[UUID]]] = []

    def note(_session: Session, events: Sequence[OutboxEvent]) -> None:
        seen.append((events[0].kind, [event.id for event in events]))

    assert drain_events(clean_database, {"a.b": [note], "c.d": [note]}) == 7
    assert seen == [("a.b", first + second), ("c.d", other)]


def test_a_chunk_that_failed_is_handled_event_by_event_and_the_bad_one_alone_after_that(
    clean_database: Database,
) -> None:
    wanted = _record(clean_database, count=4)
    bad, calls = wanted[1], list[list[UUID]]()

    def handle(session: Session, events: Sequence[OutboxEvent]) -> None:
        calls.append([event.id for event in events])
        for event in events:
            record_event(session, "effect", event.id, {})
        if bad in calls[-1]:
            raise ValueError

    assert drain_events(clean_database, {"a.b": [handle]}) == 4
    assert calls == [wanted, *([event] for event in wanted)]
    with clean_database.transaction() as session:
        effects = session.scalars(select(OutboxEvent.subject_id).where(OutboxEvent.kind == "effect")).all()
        assert sorted(effects) == sorted({*wanted} - {bad})
        session.execute(text("UPDATE outbox_event SET next_attempt_at = now()"))
    calls.clear()
    later = _record(clean_database, count=2)
    drain_events(clean_database, {"a.b": [handle]})
    assert calls == [later, [bad]]


def test_many_events_are_recorded_at_once_and_in_order(clean_database: Database) -> None:
    wanted = [(new_id(), {"n": n, "text": "Điện Bàn"}) for n in range(30)]
    with clean_database.transaction() as session:
        record_events(session, "a.b", [])
        assert "motcua.rings" not in session.info
        record_events(session, "a.b", wanted)
        assert session.info["motcua.rings"] == {"plan"}
    with clean_database.transaction() as session:
        rows = session.scalars(select(OutboxEvent).order_by(OutboxEvent.seq)).all()
        assert [(row.subject_id, row.payload) for row in rows] == wanted
        assert {(row.kind, row.priority, row.attempts) for row in rows} == {("a.b", NOTICE, 0)}


def test_a_poisonous_event_dies_in_the_end(clean_database: Database) -> None:
    (bad,) = _record(clean_database)

    def fail(_session: Session, _event: OutboxEvent) -> None:
        raise RuntimeError

    for _ in range(MAX_ATTEMPTS + 2):
        drain_events(clean_database, {"a.b": [one_by_one(fail)]})
        with clean_database.transaction() as session:
            session.execute(text("UPDATE outbox_event SET next_attempt_at = now()"))
    with clean_database.transaction() as session:
        row = session.get_one(OutboxEvent, bad)
    assert row.dead_at is not None
    assert row.attempts == MAX_ATTEMPTS


def test_a_clock_that_was_put_back_holds_nothing_up(clean_database: Database) -> None:
    new, tried = _record(clean_database, count=2)
    with clean_database.transaction() as session:
        session.execute(text("UPDATE outbox_event SET next_attempt_at = now() + interval '10 minutes'"))
        session.execute(text("UPDATE outbox_event SET attempts = 1 WHERE id = :id"), {"id": tried})
    seen: list[UUID] = []
    drain_events(clean_database, {"a.b": [one_by_one(lambda _s, event: seen.append(event.id))]})
    assert seen == [new, tried]


def test_a_wait_is_by_the_database_clock(clean_database: Database) -> None:
    _record(clean_database)

    def fail(_session: Session, _event: OutboxEvent) -> None:
        raise RuntimeError

    drain_events(clean_database, {"a.b": [one_by_one(fail)]})
    with clean_database.transaction() as session:
        # However long this test takes, the wait is not over.
        session.execute(text("UPDATE outbox_event SET next_attempt_at = next_attempt_at + interval '4 minutes'"))
    assert drain_events(clean_database, {"a.b": [one_by_one(fail)]}) == 0
    with clean_database.transaction() as session:
        rows = session.execute(text("SELECT attempts, next_attempt_at - created_at FROM outbox_event"))
        attempts, wait = rows.one()
    assert attempts == 1
    assert wait >= timedelta(minutes=4, seconds=2)


def test_two_drains_share_the_work(clean_database: Database) -> None:
    _record(clean_database, count=4)
    taken: list[int] = []

    def nested(_session: Session, _event: OutboxEvent) -> None:
        if not taken:
            taken.append(drain_events(clean_database, {}, chunk=10))

    assert drain_events(clean_database, {"a.b": [one_by_one(nested)]}, chunk=2) == 2
    assert taken == [2]


def _promptly(database: Database, handler: Handler) -> None:
    """As it is wired: urgent events are handled before the transaction commits."""
    database.before_commit = lambda session: handle_urgent(session, lambda: {"a.b": [handler]})


def test_what_somebody_waits_for_is_handled_in_the_same_transaction(
    database_url: str, clean_database: Database
) -> None:
    rung: list[str] = []
    ringing = Database(database_url, ring=rung.append)

    def handle(session: Session, event: OutboxEvent) -> None:
        record_event(session, "effect", event.id, {})
        ring_after_commit(session, "urgent")

    _promptly(ringing, one_by_one(handle))
    with ringing.transaction() as session:
        told = record_event(session, "a.b", new_id(), {}, priority=URGENT)
    with ringing.transaction() as session:
        done = session.scalars(select(OutboxEvent.id).where(OutboxEvent.done_at.is_not(None))).all()
    ringing.dispose()
    assert done == [told]
    # The effect rings for itself.
    assert sorted(rung) == ["plan", "urgent"]


def test_where_nothing_is_left_to_plan_nobody_is_rung_for_it(database_url: str, clean_database: Database) -> None:
    rung: list[str] = []
    ringing = Database(database_url, ring=rung.append)
    _promptly(ringing, lambda _session, _event: None)
    with ringing.transaction() as session:
        record_event(session, "a.b", new_id(), {}, priority=URGENT)
    ringing.dispose()
    assert rung == []
    assert _open(clean_database) == 0


@pytest.mark.parametrize("by_the_database", [False, True])
def test_an_urgent_event_that_fails_is_left_to_the_plan(
    database_url: str, clean_database: Database, by_the_database: bool
) -> None:
    rung: list[str] = []
    ringing = Database(database_url, ring=rung.append)

    def fail(session: Session, event: OutboxEvent) -> None:
        record_event(session, "effect", event.id, {})
        session.flush()
        if by_the_database:
            session.execute(text("SELECT 1 / 0"))
        raise LookupError

    _promptly(ringing, one_by_one(fail))
    with ringing.transaction() as session:
        urgent = record_event(session, "a.b", new_id(), {}, priority=URGENT)
        other = record_event(session, "c.d", new_id(), {})
    ringing.dispose()
    assert rung == ["plan"]
    seen: list[UUID] = []
    handlers: Handlers = {
        kind: [one_by_one(lambda _s, event: seen.append(event.id))] for kind in ("a.b", "c.d", "effect")
    }
    drain_events(clean_database, handlers)
    # The change stands, the effect of the failure does not, and the urgent one goes first.
    assert seen == [urgent, other]


def test_a_write_of_the_callers_that_fails_is_not_taken_for_a_handlers(
    database_url: str, clean_database: Database
) -> None:
    (taken,) = _record(clean_database)
    rung: list[str] = []
    ringing = Database(database_url, ring=rung.append)
    _promptly(ringing, lambda _session, _event: None)

    def change() -> None:
        with ringing.transaction() as session:
            record_event(session, "a.b", new_id(), {}, priority=URGENT)
            # Written at the end of the transaction only.
            session.add(OutboxEvent(id=taken, kind="c.d", subject_id=new_id(), payload={}))

    with pytest.raises(IntegrityError):
        change()
    ringing.dispose()
    assert rung == []
    assert _open(clean_database) == 1


def test_a_transaction_that_was_ended_inside_says_so(database_url: str, clean_database: Database) -> None:
    breaking, (taken,) = Database(database_url), _record(clean_database)

    def swallow(session: Session) -> None:
        with suppress(IntegrityError):
            session.add(OutboxEvent(id=taken, kind="a.b", subject_id=new_id(), payload={}))
            session.flush()

    breaking.before_commit = swallow
    with pytest.raises(RuntimeError, match="ended the transaction"), breaking.transaction():
        pass
    breaking.dispose()


def test_what_happens_without_a_handler_at_hand_waits_for_the_plan(clean_database: Database) -> None:
    _record(clean_database, priority=URGENT)
    assert _open(clean_database) == 1
