"""A call whose end is unknown is asked about first, equal messages are counted, and a death costs nothing."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from kernel.database.sessions import Database
from kernel.ids import new_id
from notify.channels.port import Certainty, Outgoing, Question
from notify.sending.outcomes import news_of
from notify.sending.states import ReceiptKind
from outbound.jobs.outcomes import AskFailed, Outcome, OutcomeKind
from tests.db.notify.support import (
    PATIENCE,
    FakeGateway,
    drain,
    later,
    ledger_of,
    queued,
    rows_of,
    settled_events,
)

LOST = Outcome(OutcomeKind.UNKNOWN, code="no_answer")


def _states(database: Database, deliveries: list[Any]) -> Counter[str]:
    return Counter(row.state for row in rows_of(database, deliveries))


@pytest.mark.parametrize("arrived", [True, False])
def test_what_nobody_saw_is_asked_about_before_it_is_sent_again(clean_database: Database, arrived: bool) -> None:
    def answer(message: Outgoing, gateway: FakeGateway) -> Outcome:
        first = len(gateway.calls) == 1
        if arrived or not first:
            gateway.take(message)
        return LOST if first else Outcome(OutcomeKind.ACCEPTED, ref="SM9")

    gateway = FakeGateway(answer)
    deliveries = queued(clean_database, 1)
    drain(clean_database, gateway)
    later(clean_database, PATIENCE.ask_after - timedelta(seconds=5))
    drain(clean_database, gateway)
    assert gateway.questions == []
    later(clean_database, timedelta(seconds=5))
    drain(clean_database, gateway)
    assert gateway.bodies() == ["Tin so 0"]
    assert (len(gateway.questions), len(gateway.calls)) == (1, 1 if arrived else 2)
    assert _states(clean_database, deliveries) == {"accepted": 1}


def test_a_gateway_that_already_delivered_settles_the_question(clean_database: Database) -> None:
    def answer(message: Outgoing, gateway: FakeGateway) -> Outcome:
        gateway.take(message, ReceiptKind.DELIVERED)
        return LOST

    deliveries = queued(clean_database, 1)
    gateway = FakeGateway(answer)
    drain(clean_database, gateway)
    later(clean_database, PATIENCE.ask_after)
    drain(clean_database, gateway)
    assert _states(clean_database, deliveries) == {"delivered": 1}
    with clean_database.transaction() as session:
        assert [event["status"] for event in settled_events(session)] == ["delivered"]


@given(fates=st.lists(st.sampled_from(["accepted", "lost", "arrived"]), min_size=1, max_size=6))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_equal_messages_are_counted(clean_database: Database, fates: list[str]) -> None:
    """As many equal texts reach the phone as were meant to, however many answers were lost."""
    phone = f"+849{new_id().int % 10**8:08d}"

    def answer(message: Outgoing, gateway: FakeGateway) -> Outcome:
        fate = fates[len(gateway.calls) - 1] if len(gateway.calls) <= len(fates) else "accepted"
        if fate == "lost":
            return LOST
        taken = gateway.take(message, ref=f"SM{message.attempt_id}")
        return LOST if fate == "arrived" else taken

    gateway = FakeGateway(answer)
    deliveries = queued(clean_database, len(fates), body="Cung mot tin", phone=phone)
    drain(clean_database, gateway)
    later(clean_database, PATIENCE.ask_after)
    drain(clean_database, gateway)
    assert len(gateway.box) == len(fates)
    assert _states(clean_database, deliveries) == {"accepted": len(fates)}
    refs = [attempt[1] for row in rows_of(clean_database, deliveries) for attempt in row.attempts if attempt[1]]
    assert sorted(refs) == sorted(seen.ref for _, seen in gateway.box)


def test_an_equal_message_in_flight_puts_the_question_off(clean_database: Database) -> None:
    first, second = queued(clean_database, 2, body="Cung mot tin")
    ledger = ledger_of(clean_database)
    unseen, flying = ledger.claim(2).deliveries
    ledger.record([news_of(unseen.claim, LOST, PATIENCE)])
    gateway = FakeGateway()
    gateway.take(flying.message, ref="SM1")
    later(clean_database, PATIENCE.ask_after)
    drain(clean_database, gateway)
    row, other = (rows_of(clean_database, [item.claim.delivery_id])[0] for item in (unseen, flying))
    assert (row.state, other.state, len(gateway.questions)) == ("unknown", "sending", 1)
    ledger.record([news_of(flying.claim, Outcome(OutcomeKind.ACCEPTED, ref="SM1"), PATIENCE)])
    later(clean_database, timedelta(seconds=3))
    drain(clean_database, gateway)
    assert _states(clean_database, [first, second]) == {"accepted": 2}
    assert [seen.ref for _, seen in gateway.box] == ["SM1", "SM2"]


@pytest.mark.parametrize("error", [AskFailed("busy"), RuntimeError("a defect")])
def test_no_answer_is_never_taken_for_a_no(clean_database: Database, error: Exception) -> None:
    def refuse(_: Question) -> None:
        raise error

    gateway = FakeGateway(lambda *_: LOST, on_question=refuse)
    deliveries = queued(clean_database, 1)
    drain(clean_database, gateway)
    for turn in range(1, 4):
        later(clean_database, timedelta(minutes=2))
        drain(clean_database, gateway)
        assert (len(gateway.questions), len(gateway.calls)) == (turn, 1)
        assert _states(clean_database, deliveries) == {"unknown": 1}


def test_a_gateway_that_tells_nothing_gets_it_twice_at_most(clean_database: Database) -> None:
    """First a receipt is waited for; without one it goes out once more, and then a person must decide."""
    gateway = FakeGateway(lambda *_: LOST, certainty=Certainty.NEITHER)
    deliveries = queued(clean_database, 1)
    drain(clean_database, gateway)
    later(clean_database, PATIENCE.ask_after)
    drain(clean_database, gateway)
    (row,) = rows_of(clean_database, deliveries)
    assert (row.state, len(gateway.calls)) == ("unknown", 1)
    later(clean_database, PATIENCE.receipt_within)
    drain(clean_database, gateway)
    assert len({call.reference for call in gateway.calls}) == 1
    for _ in range(2):
        # The receipt of the second is waited for as long as that of the first.
        assert (_states(clean_database, deliveries), len(gateway.calls)) == ({"unknown": 1}, 2)
        later(clean_database, PATIENCE.receipt_within / 2)
        drain(clean_database, gateway)
    later(clean_database, PATIENCE.ask_after)
    drain(clean_database, gateway)
    (row,) = rows_of(clean_database, deliveries)
    assert (row.state, row.code, len(gateway.calls), gateway.questions) == ("dead", "cannot_ask", 2, [])


def test_a_gateway_that_dedupes_gets_it_again_under_the_same_reference(clean_database: Database) -> None:
    def answer(message: Outgoing, gateway: FakeGateway) -> Outcome:
        seen = [call.reference for call in gateway.calls].count(message.reference)
        if seen == 1:
            gateway.take(message)
        return LOST if seen < 3 else Outcome(OutcomeKind.ACCEPTED, code="124")

    gateway = FakeGateway(answer, certainty=Certainty.DEDUPES)
    deliveries = queued(clean_database, 1)
    for _ in range(5):
        drain(clean_database, gateway)
        later(clean_database, PATIENCE.lease)
    (row,) = rows_of(clean_database, deliveries)
    assert (row.state, row.failures, len(gateway.calls), len(gateway.box)) == ("accepted", 0, 3, 1)
    assert len({call.reference for call in gateway.calls}) == 1


def test_a_passing_failure_after_an_unknown_end_keeps_the_reference(clean_database: Database) -> None:
    """The second call was refused for a time, which tells nothing of the first."""
    fates = [LOST, Outcome(OutcomeKind.TRANSIENT, code="143"), Outcome(OutcomeKind.ACCEPTED, ref="S1")]
    gateway = FakeGateway(lambda _message, gateway: fates[len(gateway.calls) - 1], certainty=Certainty.DEDUPES)
    deliveries = queued(clean_database, 1)
    for _ in range(4):
        drain(clean_database, gateway)
        later(clean_database, PATIENCE.lease)
    (row,) = rows_of(clean_database, deliveries)
    assert (row.state, row.failures) == ("accepted", 0)
    assert len({call.reference for call in gateway.calls}) == 1


def test_after_a_day_nothing_is_made_again(clean_database: Database) -> None:
    gateway = FakeGateway(lambda *_: LOST, certainty=Certainty.DEDUPES)
    deliveries = queued(clean_database, 1)
    drain(clean_database, gateway)
    later(clean_database, timedelta(hours=23))
    drain(clean_database, gateway)
    (row,) = rows_of(clean_database, deliveries)
    assert (row.state, row.code, len(gateway.calls)) == ("dead", "cannot_ask", 1)


@given(arrived=st.sets(st.integers(min_value=0, max_value=19)), recorded=st.integers(min_value=0, max_value=10))
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_drain_that_dies_at_any_moment_loses_and_doubles_nothing(
    clean_database: Database, arrived: set[int], recorded: int
) -> None:
    """It had claimed twenty; some calls had reached the gateway, some of those had been recorded."""
    deliveries = queued(clean_database, 20, phone=f"+849{new_id().int % 10**8:08d}")
    ledger, gateway = ledger_of(clean_database), FakeGateway()
    left = recorded
    for turn, ready in enumerate(ledger.claim(20).deliveries):
        if turn not in arrived:
            continue
        outcome = gateway.take(ready.message, ref=f"SM{ready.claim.attempt_id}")
        if left:
            left -= 1
            ledger.record([news_of(ready.claim, outcome, PATIENCE)])
    for _ in range(2):
        drain(clean_database, gateway)
        later(clean_database, PATIENCE.lease)
    drain(clean_database, gateway)
    assert Counter(gateway.bodies()) == Counter(f"Tin so {turn}" for turn in range(20))
    assert _states(clean_database, deliveries) == {"accepted": 20}


def test_the_gateways_own_word_stays_with_its_attempt(clean_database: Database) -> None:
    odd = Outcome(OutcomeKind.UNKNOWN, code="-99999", reason="a code that is not in the table")
    gateway = FakeGateway(lambda *_: odd, certainty=Certainty.NEITHER)
    deliveries = queued(clean_database, 1)
    for _ in range(5):
        drain(clean_database, gateway)
        later(clean_database, PATIENCE.receipt_within)
    (row,) = rows_of(clean_database, deliveries)
    assert (row.state, row.code) == ("dead", "cannot_ask")
    assert [code for _, _, code in row.attempts] == ["-99999", "-99999"]
    with clean_database.transaction() as session:
        reason = session.scalar(text("SELECT reason FROM delivery"))
    assert reason == "outcome unknown, and the gateway cannot be asked; the call ended with: -99999"
