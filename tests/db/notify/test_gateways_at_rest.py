"""A gateway that is out of use in others' eyes, that is back, or that wants to be left alone for a while."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from kernel.database.sessions import Database
from notify.channels.port import Certainty, Outgoing
from notify.planning.plan import Priority
from notify.pool.gateways import gateways_in_use
from notify.pool.watch import Watch
from notify.settings import SendSettings
from outbound.jobs.breaker import BreakerLimits, CircuitState
from outbound.jobs.outcomes import Outcome, OutcomeKind
from tests.db.notify.support import (
    PATIENCE,
    FakeGateway,
    drain,
    later,
    pool_of,
    queued,
    rows_of,
    sender_of,
    urgent_sender_of,
)

DOWN = Outcome(OutcomeKind.TRANSIENT, code="down")
SETTINGS = SendSettings(8, 16, PATIENCE)


def test_a_drain_that_sends_little_follows_what_another_has_seen(clean_database: Database) -> None:
    ill = FakeGateway(lambda *_: DOWN, name="a")
    queued(clean_database, 20)
    made = sender_of(clean_database, {"a": ill}, SETTINGS, limits=BreakerLimits(in_a_row=4, probe_every_s=600))
    made.run(time_slice_s=20)
    made.close()
    pool = pool_of("a", "b", limits=BreakerLimits(probe_every_s=600))
    Watch(clean_database, pool, PATIENCE.receipt_within, follows=True).look()
    assert {gateway: each.state for gateway, each in pool.health().items()} == {
        "a": CircuitState.OPEN,
        "b": CircuitState.CLOSED,
    }


def test_codes_are_woken_by_their_own_drain_when_their_gateway_is_back(clean_database: Database) -> None:
    codes = queued(clean_database, 8, body="Ma 1", priority=Priority.URGENT)
    gateway = FakeGateway(lambda *_: DOWN)
    made = urgent_sender_of(clean_database, {"fake": gateway}, limits=BreakerLimits(probe_every_s=0))
    made.run(time_slice_s=20)
    with clean_database.transaction() as session:
        session.execute(text("UPDATE delivery SET failures = 6, due_at = now() + interval '5 minutes'"))
        assert gateways_in_use(session) == {"fake": False}
    gateway.answer = lambda message, taken: taken.take(message)
    queued(clean_database, 1, body="Ma 2", priority=Priority.URGENT)
    made.run(time_slice_s=20)
    made.close()
    waits = [row.due_in for row in rows_of(clean_database, codes) if row.state != "accepted"]
    assert all(wait is not None and wait < timedelta(seconds=6) for wait in waits)


def test_a_gateway_that_wants_to_be_left_alone_does_not_hold_up_what_can_go_by_another(
    clean_database: Database,
) -> None:
    deliveries = queued(clean_database, 30)
    busy = FakeGateway(
        lambda *_: Outcome(OutcomeKind.TRANSIENT, code="http_429", retry_after_s=1200.0), name="a", latency_s=0.01
    )
    other = FakeGateway(name="b")
    made = sender_of(clean_database, {"a": busy, "b": other}, SendSettings(2, 2, PATIENCE))
    made.run(time_slice_s=20)
    later(clean_database, timedelta(seconds=10))
    made.run(time_slice_s=20)
    made.close()
    assert {row.state for row in rows_of(clean_database, deliveries)} == {"accepted"}
    # Asked once to be left alone, it is.
    assert 1 <= len(busy.calls) <= 2


def test_what_may_have_been_taken_is_not_made_again_before_the_gateway_allows_it(clean_database: Database) -> None:
    queued(clean_database, 1)

    def answer(_message: Outgoing, gateway: FakeGateway) -> Outcome:
        if len(gateway.calls) == 1:
            return Outcome(OutcomeKind.UNKNOWN, code="no_answer")
        return Outcome(OutcomeKind.TRANSIENT, code="http_429", retry_after_s=3600.0)

    gateway = FakeGateway(answer, certainty=Certainty.DEDUPES)
    for _ in range(20):
        drain(clean_database, gateway)
        later(clean_database, timedelta(seconds=60))
    assert len(gateway.calls) == 2
    later(clean_database, timedelta(seconds=3600))
    for _ in range(2):
        drain(clean_database, gateway)
        later(clean_database, timedelta(seconds=5))
    assert len(gateway.calls) == 3


@pytest.mark.parametrize(("elsewhere", "state"), [(True, "accepted"), (False, "dead")])
def test_what_one_gateway_refuses_for_a_reason_of_its_own_goes_by_another(
    clean_database: Database, *, elsewhere: bool, state: str
) -> None:
    deliveries = queued(clean_database, 12)
    refused = Outcome(OutcomeKind.PERMANENT, code="21612", elsewhere=elsewhere)
    picky, other = FakeGateway(lambda *_: refused, name="a"), FakeGateway(name="b")
    made = sender_of(clean_database, {"a": picky, "b": other}, SETTINGS)
    made.run(time_slice_s=20)
    later(clean_database, timedelta(seconds=5))
    made.run(time_slice_s=20)
    made.close()
    met = {call.attempt_id for call in picky.calls}
    assert met
    assert {row.state for row in rows_of(clean_database, deliveries)} == {"accepted", state}


def test_what_both_refuse_is_refused(clean_database: Database) -> None:
    deliveries = queued(clean_database, 4)
    refused = Outcome(OutcomeKind.PERMANENT, code="21612", elsewhere=True)
    both = {name: FakeGateway(lambda *_: refused, name=name) for name in ("a", "b")}
    made = sender_of(clean_database, both, SETTINGS)
    made.run(time_slice_s=20)
    later(clean_database, timedelta(seconds=5))
    made.run(time_slice_s=20)
    made.close()
    assert {row.state for row in rows_of(clean_database, deliveries)} == {"dead"}
    assert [len(gateway.calls) for gateway in both.values()] == [4, 4]
