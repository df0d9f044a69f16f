"""What is recorded of a claim moves delivery and attempt as the tables say, whenever it comes."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.ids import new_id
from notify.channels.port import Sighting
from notify.sending.claims import DELIVERIES, claim_questions, record_news
from notify.sending.outcomes import Claim, News, answer_of, cannot_ask, expired, news_of, released
from notify.sending.retry import SCHEDULE
from notify.sending.states import DELIVERY_MOVES, AttemptEvent, DeliveryEvent, DeliveryState, ReceiptKind
from outbound.jobs.leases import LEASE_LOST, lose_expired_leases
from outbound.jobs.outcomes import Outcome, OutcomeKind
from tests.db.notify.support import PATIENCE, Row, claim_due, pass_time, queue, row_of

LEASE = PATIENCE.lease
NOTHING = timedelta(0)
SECOND = timedelta(seconds=1)


def _claim_one(session: Session) -> Claim:
    (claimed,) = claim_due(session, 10, LEASE)
    return claimed.claim


def _sent(session: Session, outcome: Outcome) -> tuple[UUID, Row]:
    delivery = queue(session)
    record_news(session, [news_of(_claim_one(session), outcome, PATIENCE)])
    return delivery, row_of(session, delivery)


def test_an_accepted_outcome_ends_the_work(session: Session) -> None:
    _, row = _sent(session, Outcome(OutcomeKind.ACCEPTED, ref="SM1"))
    assert row == Row("accepted", None, 1, 0, None, settled=False, attempts=[("accepted", "SM1", None)])


def test_a_transient_one_waits_for_its_turn(session: Session) -> None:
    delivery, row = _sent(session, Outcome(OutcomeKind.TRANSIENT, code="20429", retry_after_s=60))
    assert (row.state, row.code, row.failures) == ("waiting", "20429", 1)
    assert row.due_in is not None
    assert timedelta(seconds=60) <= row.due_in <= timedelta(seconds=75)
    assert row.attempts == [("transient", None, "20429")]
    pass_time(session, timedelta(seconds=76))
    (claimed,) = claim_due(session, 10, LEASE)
    assert (claimed.claim.delivery_id, claimed.claim.number, claimed.claim.failures) == (delivery, 2, 1)


def test_a_transient_one_is_given_up_in_the_end(session: Session) -> None:
    delivery = queue(session, dossier_id=new_id())
    tries = len(SCHEDULE) + 1
    for _ in range(tries):
        pass_time(session, timedelta(days=2))
        news = news_of(_claim_one(session), Outcome(OutcomeKind.TRANSIENT, code="20503"), PATIENCE)
        settled = record_news(session, [news])
    row = row_of(session, delivery)
    assert (row.state, row.code, row.due_in, row.settled, len(row.attempts)) == ("dead", "20503", None, True, tries)
    assert [(item.delivery_id, item.status) for item in settled] == [(delivery, "dead")]


def test_a_permanent_one_is_dead_with_its_reason(session: Session) -> None:
    _, row = _sent(session, Outcome(OutcomeKind.PERMANENT, code="21614", reason="not a mobile number"))
    assert (row.state, row.code, row.settled) == ("dead", "21614", True)
    assert row.attempts == [("permanent", None, "21614")]


def test_an_unknown_one_is_asked_about_only_later(session: Session) -> None:
    delivery, row = _sent(session, Outcome(OutcomeKind.UNKNOWN, code="no_answer"))
    assert (row.state, row.due_in) == ("unknown", PATIENCE.ask_after)
    assert claim_due(session, 10, LEASE) == []
    assert claim_questions(session, 10, LEASE) == []
    pass_time(session, PATIENCE.ask_after)
    (asking,) = claim_questions(session, 10, LEASE)
    assert (asking.claim.delivery_id, asking.claim.number, asking.asked) == (delivery, 1, 1)
    assert claim_questions(session, 10, LEASE) == []
    assert claim_due(session, 10, LEASE) == []


def test_what_never_began_is_given_back_at_once(session: Session) -> None:
    delivery = queue(session)
    record_news(session, [released(_claim_one(session))])
    row = row_of(session, delivery)
    assert (row.state, row.due_in, row.failures, row.attempts) == (
        "queued",
        NOTHING,
        0,
        [("transient", None, "not_started")],
    )
    record_news(session, [expired(_claim_one(session))])
    assert row_of(session, delivery).state == "cancelled"


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (OutcomeKind.ACCEPTED, "accepted"),
        (OutcomeKind.TRANSIENT, "waiting"),
        (OutcomeKind.PERMANENT, "dead"),
        (OutcomeKind.UNKNOWN, "unknown"),
    ],
)
def test_an_outcome_that_comes_after_its_lease_still_counts(session: Session, outcome: OutcomeKind, state: str) -> None:
    delivery = queue(session)
    claim = _claim_one(session)
    pass_time(session, LEASE)
    lose_expired_leases(session, DELIVERIES, LEASE)
    record_news(session, [news_of(claim, Outcome(outcome), PATIENCE)])
    assert row_of(session, delivery).state == state


def test_an_outcome_of_an_earlier_attempt_leaves_the_later_one_alone(session: Session) -> None:
    delivery = queue(session)
    first = _claim_one(session)
    pass_time(session, LEASE)
    lose_expired_leases(session, DELIVERIES, NOTHING)
    (asking,) = claim_questions(session, 10, LEASE)
    record_news(session, [answer_of(asking.claim, [], frozenset(), ended=LEASE_LOST, tries=9)])
    _claim_one(session)
    record_news(session, [news_of(first, Outcome(OutcomeKind.PERMANENT, code="21614"), PATIENCE)])
    assert row_of(session, delivery).state == "sending"
    record_news(session, [news_of(first, Outcome(OutcomeKind.ACCEPTED, ref="SM1"), PATIENCE)])
    row = row_of(session, delivery)
    assert (row.state, row.generation) == ("sending", 2)
    assert row.attempts == [("accepted", "SM1", None), ("sending", None, None)]


def test_a_late_acceptance_stops_the_repeat_that_waits(session: Session) -> None:
    delivery = queue(session)
    claim = _claim_one(session)
    pass_time(session, LEASE)
    lose_expired_leases(session, DELIVERIES, NOTHING)
    (asking,) = claim_questions(session, 10, LEASE)
    record_news(session, [answer_of(asking.claim, [], frozenset(), ended=LEASE_LOST, tries=9)])
    assert row_of(session, delivery).state == "queued"
    record_news(session, [news_of(claim, Outcome(OutcomeKind.ACCEPTED, ref="SM1"), PATIENCE)])
    assert row_of(session, delivery).state == "accepted"
    assert claim_due(session, 10, LEASE) == []


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (ReceiptKind.PROGRESS, "accepted"),
        (ReceiptKind.IRRELEVANT, "accepted"),
        (ReceiptKind.DELIVERED, "delivered"),
        (ReceiptKind.UNDELIVERED, "undelivered"),
    ],
)
def test_what_the_gateway_has_is_settled_by_what_it_says(session: Session, kind: ReceiptKind, state: str) -> None:
    delivery, _ = _sent(session, Outcome(OutcomeKind.UNKNOWN))
    pass_time(session, PATIENCE.ask_after)
    (asking,) = claim_questions(session, 10, LEASE)
    record_news(session, [answer_of(asking.claim, [Sighting("SM1", kind)], frozenset(), ended=LEASE_LOST, tries=9)])
    row = row_of(session, delivery)
    assert (row.state, row.attempts) == (state, [("accepted", "SM1", None)])


def test_what_cannot_be_asked_about_is_not_sent_blindly(session: Session) -> None:
    delivery, _ = _sent(session, Outcome(OutcomeKind.UNKNOWN))
    pass_time(session, PATIENCE.ask_after)
    (asking,) = claim_questions(session, 10, LEASE)
    record_news(session, [cannot_ask(asking.claim)])
    row = row_of(session, delivery)
    assert (row.state, row.code) == ("dead", "cannot_ask")


RECORDED = sorted(pair for pair in DELIVERY_MOVES if pair[1] is not DeliveryEvent.CLAIM)


@pytest.mark.parametrize(("state", "event"), RECORDED)
def test_the_database_moves_as_the_table_says(session: Session, state: DeliveryState, event: DeliveryEvent) -> None:
    delivery = queue(session)
    claim = _claim_one(session)
    session.execute(text("UPDATE delivery SET state = :state WHERE id = :id"), {"state": str(state), "id": delivery})
    record_news(session, [News(claim, event, AttemptEvent.FAIL)])
    assert row_of(session, delivery).state == str(DELIVERY_MOVES.move(state, event))


def test_only_dossiers_deliveries_are_announced_and_only_once(session: Session) -> None:
    dossier = new_id()
    told = queue(session, dossier_id=dossier)
    queue(session, body="Ma 123456")
    refused = Outcome(OutcomeKind.PERMANENT, code="21614")
    news = [news_of(claimed.claim, refused, PATIENCE) for claimed in claim_due(session, 10, LEASE)]
    (settled,) = record_news(session, news)
    assert (settled.delivery_id, settled.dossier_id, settled.channel, settled.status) == (told, dossier, "sms", "dead")
    assert record_news(session, news) == []


def test_nothing_to_record_is_no_statement(session: Session) -> None:
    assert record_news(session, []) == []
