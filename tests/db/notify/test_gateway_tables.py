"""What the tables know of the gateways: their states, who waits for one of them, whose receipts are overdue."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.database.sessions import Database
from kernel.ids import new_id
from notify.planning.plan import Channel
from notify.pool.gateways import gateways_in_use, note_states, overdue_shares, wake_stranded
from notify.pool.watch import Watch
from notify.sending.retry import SCHEDULE
from notify.settings import SendSettings
from outbound.jobs.breaker import BreakerLimits, CircuitState, Health
from outbound.jobs.outcomes import OutcomeKind
from outbound.jobs.pool import PoolMember
from outbound.jobs.shared_pool import SharedPool
from tests.db.notify.support import (
    PATIENCE,
    FakeGateway,
    queued,
    rows_of,
    sender_of,
)

SETTINGS = SendSettings(8, 16, PATIENCE)
PROCESS = new_id()
WELL = Health(CircuitState.CLOSED, 0.0, 0, 0.0, 0.0, 0.0)
ILL = Health(CircuitState.OPEN, 0.0, 10, 0.5, 1.5, 0.1)
MEMBERS = (PoolMember("a", Channel.SMS, 1), PoolMember("b", Channel.SMS, 1))


def test_since_when_a_state_holds_is_kept(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        note_states(session, PROCESS, {"a": ILL}, {"a": "sms"})
        session.execute(text("UPDATE gateway_sight SET since = since - interval '1 hour'"))
        note_states(session, PROCESS, {"a": ILL}, {"a": "sms"})
        row = session.execute(text("SELECT *, now() - since AS age FROM gateway_sight")).one()
    assert (row.state, row.channel, row.error_rate, row.answer_s, row.overdue_rate) == ("open", "sms", 0.5, 1.5, 0.1)
    assert row.age >= timedelta(hours=1)
    with clean_database.transaction() as session:
        note_states(session, PROCESS, {"a": WELL}, {"a": "sms"})
        age = session.scalar(text("SELECT now() - since FROM gateway_sight"))
    assert age is not None
    assert age < timedelta(minutes=1)


def _seen_before(session: Session, process: UUID, by: timedelta) -> None:
    session.execute(
        text("UPDATE gateway_sight SET seen_at = seen_at - :by WHERE process = :process"),
        {"by": by, "process": process},
    )


def test_a_gateway_is_in_use_when_all_see_it_so_that_lately_said_anything(clean_database: Database) -> None:
    other = new_id()
    with clean_database.transaction() as session:
        assert gateways_in_use(session) == {}
        note_states(session, PROCESS, {"a": WELL, "b": WELL}, {"a": "sms", "b": "sms"})
        note_states(session, other, {"a": ILL, "b": WELL}, {"a": "sms", "b": "sms"})
        assert gateways_in_use(session) == {"a": False, "b": True}
        _seen_before(session, other, timedelta(seconds=16))
        assert gateways_in_use(session) == {"a": True, "b": True}


def test_the_last_word_of_a_process_that_has_ended_is_there_for_the_next(clean_database: Database) -> None:
    other = new_id()
    with clean_database.transaction() as session:
        note_states(session, PROCESS, {"a": ILL}, {"a": "sms"})
        _seen_before(session, PROCESS, timedelta(hours=3))
    with clean_database.transaction() as session:
        assert gateways_in_use(session) == {"a": False}
        note_states(session, other, {"a": WELL}, {"a": "sms"})
        assert session.scalars(text("SELECT process FROM gateway_sight")).all() == [other]


def test_only_what_waits_for_that_gateway_is_woken(clean_database: Database) -> None:
    kinds = [
        ("waiting", "a", 3, False, True),
        ("waiting", "b", 3, False, False),
        ("waiting", "a", len(SCHEDULE) - 3, False, False),
        ("queued", "a", 0, True, True),
        ("queued", "a", 0, False, False),
    ]
    deliveries = queued(clean_database, len(kinds))
    with clean_database.transaction() as session:
        for delivery, (state, gateway, failures, pinned, _) in zip(deliveries, kinds, strict=True):
            session.execute(
                text(
                    "UPDATE delivery SET state = :state, gateway = :gateway, failures = :failures, pinned = :pinned, "
                    "due_at = now() + interval '1 hour' WHERE id = :id"
                ),
                {"state": state, "gateway": gateway, "failures": failures, "pinned": pinned, "id": delivery},
            )
    with clean_database.transaction() as session:
        assert wake_stranded(session, "a", "sms", timedelta(seconds=5)) == 2
    due = [row.due_in for row in rows_of(clean_database, deliveries)]
    assert [wait is not None and wait < timedelta(seconds=6) for wait in due] == [kind[-1] for kind in kinds]


def test_what_a_gateway_holds_until_later_is_not_woken_before(clean_database: Database) -> None:
    held, failed = queued(clean_database, 2)
    with clean_database.transaction() as session:
        session.execute(
            text(
                "UPDATE delivery SET state = 'waiting', gateway = 'a', failures = 1, "
                "held_until = CASE WHEN id = :held THEN now() + interval '1 minute' END, "
                "due_at = now() + interval '1 hour'"
            ),
            {"held": held},
        )
        assert wake_stranded(session, "a", "sms", timedelta(seconds=5)) == 1
    waits = [row.due_in for row in rows_of(clean_database, [held, failed])]
    assert [wait is not None and wait < timedelta(seconds=6) for wait in waits] == [False, True]


def test_questions_put_off_are_asked_when_the_gateway_is_back(clean_database: Database) -> None:
    asked, fresh = queued(clean_database, 2)
    with clean_database.transaction() as session:
        session.execute(
            text("UPDATE delivery SET state = 'unknown', gateway = 'a', due_at = now() + interval '1 hour'")
        )
        session.execute(text("UPDATE delivery SET asked = 1 WHERE id = :id"), {"id": asked})
        assert wake_stranded(session, "a", "sms", timedelta(seconds=5)) == 1
    waits = [row.due_in for row in rows_of(clean_database, [asked, fresh])]
    assert [wait is not None and wait < timedelta(seconds=6) for wait in waits] == [True, False]


def test_overdue_receipts_are_counted_once_there_are_enough(clean_database: Database) -> None:
    queued(clean_database, 25)
    made = sender_of(clean_database, {"a": FakeGateway(name="a")}, SETTINGS)
    made.run(time_slice_s=20)
    made.close()
    with clean_database.transaction() as session:
        session.execute(
            text("UPDATE delivery SET state = 'delivered' WHERE id IN (SELECT id FROM delivery ORDER BY id LIMIT 20)")
        )
        assert overdue_shares(session, timedelta(minutes=10)) == {}
        session.execute(text("UPDATE attempt SET id = motcua_new_id(interval '-3 minutes')"))
        assert overdue_shares(session, timedelta(minutes=2)) == {"a": 0.2}
        session.execute(text("DELETE FROM attempt WHERE delivery_id IN (SELECT id FROM delivery ORDER BY id LIMIT 6)"))
        assert overdue_shares(session, timedelta(minutes=2)) == {}


def test_what_could_not_be_written_is_written_later() -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing", pool_size=4)
    pool = SharedPool(MEMBERS, BreakerLimits(in_a_row=1))
    watch = Watch(away, pool, PATIENCE.receipt_within)
    pool.record("a", OutcomeKind.TRANSIENT, 0.1)
    for _ in range(2):
        assert watch.wanted()
        with pytest.raises(Exception, match="connection"):
            watch.look()


def test_after_passing_trouble_what_waits_long_is_woken_once(clean_database: Database) -> None:
    now = [0.0]
    pool = SharedPool(MEMBERS, clock=lambda: now[0])
    watch = Watch(clean_database, pool, PATIENCE.receipt_within)
    (delivery,) = queued(clean_database, 1)

    def wakes(at: float, outcome: OutcomeKind) -> bool:
        with clean_database.transaction() as session:
            session.execute(
                text("UPDATE delivery SET state = 'waiting', gateway = 'a', due_at = now() + interval '1 hour'")
            )
        now[0] = at
        pool.record("a", outcome, 0.1)
        woken = watch.look()
        (row,) = rows_of(clean_database, [delivery])
        assert row.due_in is not None
        assert (row.due_in < timedelta(seconds=6)) == woken
        return woken

    failed, worked = OutcomeKind.TRANSIENT, OutcomeKind.ACCEPTED
    calls = [
        (1, failed),
        (2, worked),
        (5.9, worked),
        (6.1, worked),
        (7, worked),
        (8, failed),
        (12, worked),
        (14, worked),
    ]
    assert [wakes(at, outcome) for at, outcome in calls] == [False, False, False, True, False, False, False, True]
