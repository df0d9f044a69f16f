"""The pool beside the ledger: fail-over, return, and what waits for one gateway."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.ids import new_id
from notify.channels.port import Certainty
from notify.planning.plan import Channel, Priority
from notify.pool.gateways import gateways_in_use
from notify.ports import ReceiptNote
from notify.receipts.applying import apply_receipts
from notify.sending.due import claim_due
from notify.sending.states import ReceiptKind
from notify.settings import SendSettings
from outbound.jobs.breaker import BreakerLimits, CircuitState
from outbound.jobs.outcomes import Outcome, OutcomeKind
from outbound.jobs.pool import PoolMember
from outbound.jobs.shared_pool import SharedPool
from tests.db.notify.support import (
    PATIENCE,
    FakeGateway,
    later,
    queue,
    queued,
    rows_of,
    sender_of,
    store_receipt,
)

DOWN = Outcome(OutcomeKind.TRANSIENT, code="down")
LIMITS = BreakerLimits(calls=10, error_rate=0.6, in_a_row=4, probe_every_s=0.05)
SETTINGS = SendSettings(8, 16, PATIENCE)
MEMBERS = (PoolMember("a", Channel.SMS, 1), PoolMember("b", Channel.SMS, 1))


def _gateways_of(database: Database, deliveries: Sequence[UUID]) -> list[list[str]]:
    """The gateways of the attempts of each, by number."""
    with database.transaction() as session:
        rows = session.execute(text("SELECT delivery_id, gateway FROM attempt ORDER BY delivery_id, number")).all()
    found: dict[UUID, list[str]] = {}
    for row in rows:
        found.setdefault(row.delivery_id, []).append(row.gateway)
    return [found.get(delivery, []) for delivery in deliveries]


def _states(database: Database, deliveries: Sequence[UUID]) -> Counter[str]:
    return Counter(row.state for row in rows_of(database, deliveries))


def _waits(database: Database) -> list[timedelta]:
    with database.transaction() as session:
        rows = session.execute(text("SELECT due_at - now() AS wait FROM delivery WHERE due_at IS NOT NULL"))
        return sorted(row.wait for row in rows)


def test_the_gateway_is_on_the_attempt_before_the_call_is_made(clean_database: Database) -> None:
    (delivery,) = queued(clean_database, 1, gateway="planned")
    with clean_database.transaction() as session:
        (claimed,) = claim_due(session, 10, PATIENCE.lease, SharedPool([PoolMember("a", "sms", 1)]))
    assert claimed.gateway == "a"
    assert _gateways_of(clean_database, [delivery]) == [["a"]]


def test_messages_are_shared_and_a_failed_one_goes_to_the_other_gateway(clean_database: Database) -> None:
    bad, good = FakeGateway(lambda *_: DOWN, name="a"), FakeGateway(name="b")
    deliveries = queued(clean_database, 6)
    made = sender_of(clean_database, {"a": bad, "b": good}, SETTINGS)
    made.run(time_slice_s=20)
    later(clean_database, timedelta(seconds=10))
    made.run(time_slice_s=20)
    made.close()
    assert _states(clean_database, deliveries) == {"accepted": 6}
    assert all(tried in (["b"], ["a", "b"]) for tried in _gateways_of(clean_database, deliveries))
    assert sorted(good.bodies()) == [f"Tin so {turn}" for turn in range(6)]


def test_a_gateway_that_fails_gets_no_more_and_the_other_takes_over(clean_database: Database) -> None:
    bad, good = FakeGateway(lambda *_: DOWN, name="a"), FakeGateway(name="b")
    deliveries = queued(clean_database, 120)
    made = sender_of(
        clean_database, {"a": bad, "b": good}, SETTINGS, limits=BreakerLimits(in_a_row=4, probe_every_s=600)
    )
    made.run(time_slice_s=20)
    # Those called at once with the ones that showed it are lost time, no more.
    assert 4 <= len(bad.calls) <= 4 + SETTINGS.in_flight
    later(clean_database, timedelta(seconds=10))
    made.run(time_slice_s=20)
    made.close()
    assert _states(clean_database, deliveries) == {"accepted": 120}
    assert len(good.box) == 120


def test_while_no_gateway_works_nothing_is_worn_out(clean_database: Database) -> None:
    gateway = FakeGateway(lambda *_: DOWN, name="a")
    deliveries = queued(clean_database, 60)
    made = sender_of(clean_database, {"a": gateway}, SETTINGS, limits=BreakerLimits(in_a_row=4, probe_every_s=600))
    for _ in range(4):
        made.run(time_slice_s=20)
        later(clean_database, timedelta(hours=1))
    made.close()
    assert len(gateway.calls) <= 4 + SETTINGS.in_flight
    rows = rows_of(clean_database, deliveries)
    assert {row.failures for row in rows} <= {0, 1}
    assert {row.state for row in rows} <= {"queued", "waiting"}


def test_once_it_is_back_what_waited_for_it_flows(clean_database: Database) -> None:
    gateway = FakeGateway(lambda *_: DOWN, name="a")
    deliveries = queued(clean_database, 30)
    made = sender_of(clean_database, {"a": gateway}, SETTINGS, limits=LIMITS)
    made.run(time_slice_s=20)
    with clean_database.transaction() as session:
        session.execute(
            text("UPDATE delivery SET failures = 4, due_at = now() + interval '1 hour' WHERE due_at > now()")
        )
    gateway.answer = lambda message, gateway: gateway.take(message)
    queued(clean_database, 1, body="Tin moi")
    while any(wait > timedelta(seconds=6) for wait in _waits(clean_database)):
        made.run(time_slice_s=20)
    later(clean_database, timedelta(seconds=6))
    made.run(time_slice_s=20)
    made.close()
    assert _states(clean_database, deliveries) == {"accepted": 30}
    assert Counter(gateway.bodies()) == Counter(["Tin moi", *(f"Tin so {turn}" for turn in range(30))])


def test_a_message_bound_to_its_gateway_does_not_go_to_another(clean_database: Database) -> None:
    fates = [Outcome(OutcomeKind.UNKNOWN)]
    first = FakeGateway(lambda message, gw: fates.pop() if fates else gw.take(message), name="a")
    first.certainty = Certainty.DEDUPES
    other = FakeGateway(name="b")
    (delivery,) = queued(clean_database, 1)
    alone = sender_of(clean_database, {"a": first}, SETTINGS)
    alone.run(time_slice_s=20)
    alone.close()
    pool = SharedPool(MEMBERS, BreakerLimits(in_a_row=1, probe_every_s=600))
    later(clean_database, PATIENCE.lease)
    both = sender_of(clean_database, {"a": first, "b": other}, SETTINGS)
    both.run(time_slice_s=20)
    both.close()
    assert _gateways_of(clean_database, [delivery]) == [["a", "a"]]
    assert (_states(clean_database, [delivery]), other.calls) == ({"accepted": 1}, [])
    pool.record("a", OutcomeKind.TRANSIENT, 0.1)
    with clean_database.transaction() as session:
        session.execute(text("UPDATE delivery SET state = 'queued', due_at = now(), pinned = true"))
        assert claim_due(session, 10, PATIENCE.lease, pool) == []


def test_what_is_given_back_stays_bound(clean_database: Database) -> None:
    gateway = FakeGateway(name="a", latency_s=0.15)
    deliveries = queued(clean_database, 3)
    with clean_database.transaction() as session:
        session.execute(text("UPDATE delivery SET pinned = true, gateway = 'a'"))
    patience = type(PATIENCE)(timedelta(seconds=0.1), PATIENCE.timeout, PATIENCE.margin)
    made = sender_of(clean_database, {"a": gateway, "b": FakeGateway(name="b")}, SendSettings(1, 8, patience))
    made.run(time_slice_s=30)
    made.close()
    tried = _gateways_of(clean_database, deliveries)
    assert any(len(gateways) > 1 for gateways in tried)
    assert {gateway for gateways in tried for gateway in gateways} == {"a"}


def test_with_room_for_a_probe_alone_one_is_claimed(clean_database: Database) -> None:
    queued(clean_database, 5)
    with clean_database.transaction() as session:
        queue(session, body="Ma 123456", priority=Priority.URGENT)
    later(clean_database, timedelta(seconds=1))
    pool = SharedPool([PoolMember("a", "sms", 1)], BreakerLimits(in_a_row=1, probe_every_s=0))
    pool.record("a", OutcomeKind.TRANSIENT, 0.1)
    with clean_database.transaction() as session:
        (claimed,) = claim_due(session, 10, PATIENCE.lease, pool)
        assert claimed.priority == Priority.URGENT
        assert claim_due(session, 10, PATIENCE.lease, pool) == []


def test_a_probe_whose_claim_failed_is_no_probe(clean_database: Database) -> None:
    queued(clean_database, 1)
    pool = SharedPool([PoolMember("a", "sms", 1)], BreakerLimits(in_a_row=1, probe_every_s=0))
    pool.record("a", OutcomeKind.TRANSIENT, 0.1)
    with pytest.raises(DataError), clean_database.transaction() as session:
        claim_due(session, 10, "no interval", pool)  # type: ignore[arg-type]
    with clean_database.transaction() as session:
        assert len(claim_due(session, 10, PATIENCE.lease, pool)) == 1


def test_what_has_lapsed_is_ended_and_tries_nothing(clean_database: Database) -> None:
    (delivery,) = queued(clean_database, 1, valid_for=timedelta(seconds=-1))
    pool = SharedPool([PoolMember("a", "sms", 1)], BreakerLimits(in_a_row=1, probe_every_s=0))
    pool.record("a", OutcomeKind.TRANSIENT, 0.1)
    with clean_database.transaction() as session:
        assert claim_due(session, 10, PATIENCE.lease, pool) == []
    assert _states(clean_database, [delivery]) == {"cancelled": 1}
    assert pool.health()["a"].state is CircuitState.OPEN


def test_states_are_written_and_a_gateway_that_was_ill_is_tried_first(clean_database: Database) -> None:
    gateway = FakeGateway(lambda *_: DOWN, name="a")
    queued(clean_database, 20)
    made = sender_of(clean_database, {"a": gateway}, SETTINGS, limits=BreakerLimits(in_a_row=4, probe_every_s=600))
    made.run(time_slice_s=20)
    made.close()
    with clean_database.transaction() as session:
        assert gateways_in_use(session) == {"a": False}
    calls = len(gateway.calls)
    fresh = sender_of(clean_database, {"a": gateway}, SETTINGS, limits=BreakerLimits(in_a_row=4, probe_every_s=600))
    fresh.run(time_slice_s=20)
    fresh.close()
    assert len(gateway.calls) == calls + 1


def test_receipts_come_for_the_first_of_attempts_under_one_reference(
    clean_database: Database, clock: SettableClock
) -> None:
    fates = [Outcome(OutcomeKind.UNKNOWN)]
    gateway = FakeGateway(lambda *_: fates.pop() if fates else Outcome(OutcomeKind.ACCEPTED, code="124"), name="a")
    gateway.certainty = Certainty.DEDUPES
    (delivery,) = queued(clean_database, 1, dossier_id=new_id())
    made = sender_of(clean_database, {"a": gateway}, SETTINGS)
    made.run(time_slice_s=20)
    later(clean_database, PATIENCE.lease)
    made.run(time_slice_s=20)
    made.close()
    first, second = (call.attempt_id for call in gateway.calls)
    assert first != second
    note = ReceiptNote("esms", "S1:5:0:1", "S1", ReceiptKind.UNDELIVERED, "5", "status_5", "did not arrive")
    with clean_database.transaction() as session:
        store_receipt(session, first, note, b"raw")
        assert apply_receipts(session) == 1
    assert _states(clean_database, [delivery]) == {"undelivered": 1}
