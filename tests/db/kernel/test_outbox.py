"""An event is handled exactly once in effect, whatever fails; a poisonous one stops nobody."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from kernel.db import Database, ring_after_commit
from kernel.ids import new_id
from kernel.outbox import (
    EXPRESS,
    MAX_ATTEMPTS,
    NOTICE,
    URGENT,
    Express,
    OutboxEvent,
    drain_events,
    record_event,
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
    taken = drain_events(clean_database, {"a.b": [lambda _s, event: seen.append(event.id)]}, chunk=10)
    assert taken == 10
    while drain_events(clean_database, {"a.b": [lambda _s, event: seen.append(event.id)]}, chunk=10):
        pass
    assert seen == wanted
    assert _open(clean_database) == 0


def test_a_failing_event_leaves_no_effect_and_stops_nobody(clean_database: Database) -> None:
    bad, good = _record(clean_database, count=2)

    def handle(session: Session, event: OutboxEvent) -> None:
        record_event(session, "effect", event.id, {})
        if event.id == bad:
            raise ValueError("049090000001 must not be kept")

    drain_events(clean_database, {"a.b": [handle]})
    with clean_database.transaction() as session:
        effects = session.scalars(select(OutboxEvent.subject_id).where(OutboxEvent.kind == "effect")).all()
        failed = session.get_one(OutboxEvent, bad)
    assert effects == [good]
    assert (failed.attempts, failed.error, failed.done_at) == (1, "ValueError", None)
    assert failed.next_attempt_at > failed.created_at


def test_a_poisonous_event_dies_in_the_end(clean_database: Database) -> None:
    (bad,) = _record(clean_database)

    def fail(_session: Session, _event: OutboxEvent) -> None:
        raise RuntimeError

    for _ in range(MAX_ATTEMPTS + 2):
        drain_events(clean_database, {"a.b": [fail]})
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
    drain_events(clean_database, {"a.b": [lambda _s, event: seen.append(event.id)]})
    assert seen == [new, tried]


def test_a_wait_is_by_the_database_clock(clean_database: Database) -> None:
    _record(clean_database)

    def fail(_session: Session, _event: OutboxEvent) -> None:
        raise RuntimeError

    drain_events(clean_database, {"a.b": [fail]})
    assert drain_events(clean_database, {"a.b": [fail]}) == 0
    with clean_database.transaction() as session:
        rows = session.execute(text("SELECT attempts, next_attempt_at - now() FROM outbox_event"))
        attempts, wait = rows.one()
    assert attempts == 1
    assert timedelta(0) < wait <= timedelta(seconds=2)


def test_two_drains_share_the_work(clean_database: Database) -> None:
    _record(clean_database, count=4)
    taken: list[int] = []

    def nested(_session: Session, _event: OutboxEvent) -> None:
        if not taken:
            taken.append(drain_events(clean_database, {}, chunk=10))

    assert drain_events(clean_database, {"a.b": [nested]}, chunk=2) == 2
    assert taken == [2]


def test_what_somebody_waits_for_rings_another_bell_and_is_seen_to_alone(
    database_url: str, clean_database: Database
) -> None:
    rung: list[str] = []
    ringing = Database(database_url, ring=rung.append)
    with ringing.transaction() as session:
        record_event(session, "a.b", new_id(), {}, priority=URGENT)
    assert rung == [EXPRESS]
    _record(clean_database, count=2)
    seen: list[UUID] = []

    def handle(session: Session, event: OutboxEvent) -> None:
        seen.append(event.subject_id)
        ring_after_commit(session, EXPRESS)

    assert drain_events(ringing, {}, urgent=False, chunk=1) == 1
    express = Express(ringing, {"a.b": [handle]})
    assert express.waiting()
    assert [express.go_before(lambda _session: len(seen)) for _ in range(2)] == [1, 1]
    assert not express.waiting()
    # Who sees to urgent events does what they cause next, so nobody need be told to.
    assert rung == [EXPRESS]
    assert (len(seen), _open(clean_database)) == (1, 1)
    ringing.dispose()


@pytest.mark.parametrize("count", [1, 2])
def test_an_urgent_event_that_fails_holds_up_nobody(clean_database: Database, count: int) -> None:
    _record(clean_database, count=count, priority=URGENT)

    def fail(session: Session, event: OutboxEvent) -> None:
        session.add(OutboxEvent(id=new_id(), kind="effect", subject_id=event.id, payload={}))
        session.flush()
        raise LookupError

    express = Express(clean_database, {"a.b": [fail]})
    assert express.go_before(lambda session: session.scalars(select(OutboxEvent.kind)).all()) == ["a.b"] * count
    # They wait for their next try.
    assert not express.waiting()
    with clean_database.transaction() as session:
        assert session.scalars(select(OutboxEvent.attempts)).all() == [1] * count


def test_what_follows_urgent_events_fails_with_them(clean_database: Database) -> None:
    _record(clean_database, count=2, priority=URGENT)

    def fail(_session: Session) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        Express(clean_database, {}).go_before(fail)
    assert _open(clean_database) == 2
