"""What an outcome or an answer means for delivery and attempt."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.channels.port import Sighting
from notify.sending.outcomes import Claim, answer_of, cannot_ask, expired, news_of, no_answer, released
from notify.sending.retry import HELD_SPREAD, SCHEDULE, SendingPatience
from notify.sending.states import DELIVERY_MOVES, AttemptEvent, DeliveryEvent, DeliveryState, ReceiptKind
from outbound.jobs.leases import LEASE_LOST
from outbound.jobs.outcomes import Outcome, OutcomeKind

PATIENCE = SendingPatience(timedelta(seconds=5), timedelta(seconds=8), timedelta(seconds=3))
CLAIM = Claim(UUID(int=1), UUID(int=2), 1)
NOW = timedelta(0)


@pytest.mark.parametrize(
    ("kind", "event", "attempt_event"),
    [
        (OutcomeKind.ACCEPTED, DeliveryEvent.ACCEPT, AttemptEvent.ACCEPT),
        (OutcomeKind.TRANSIENT, DeliveryEvent.FAIL, AttemptEvent.FAIL),
        (OutcomeKind.LATER, DeliveryEvent.HOLD, AttemptEvent.FAIL),
        (OutcomeKind.PERMANENT, DeliveryEvent.REFUSE, AttemptEvent.REFUSE),
        (OutcomeKind.UNKNOWN, DeliveryEvent.LOSE_SIGHT, AttemptEvent.LOSE_SIGHT),
    ],
)
def test_every_outcome_has_its_events(kind: OutcomeKind, event: DeliveryEvent, attempt_event: AttemptEvent) -> None:
    news = news_of(CLAIM, Outcome(kind, ref="SM1", code="c", reason="r", retry_after_s=60), PATIENCE)
    assert (news.claim, news.event, news.attempt_event) == (CLAIM, event, attempt_event)
    assert (news.ref, news.code, news.reason) == ("SM1", "c", "r")


def test_an_unknown_one_is_left_alone_until_the_gateway_can_know() -> None:
    assert news_of(CLAIM, Outcome(OutcomeKind.UNKNOWN), PATIENCE).wait == PATIENCE.ask_after


@given(st.integers(min_value=0, max_value=30), st.none() | st.floats(min_value=0, max_value=1e6))
def test_failures_count_towards_giving_up_and_claims_do_not(failures: int, retry_after_s: float | None) -> None:
    claim = Claim(UUID(int=1), UUID(int=2), number=999, failures=failures)
    news = news_of(claim, Outcome(OutcomeKind.TRANSIENT, retry_after_s=retry_after_s), PATIENCE)
    given_up = failures >= len(SCHEDULE)
    assert news.event is (DeliveryEvent.GIVE_UP if given_up else DeliveryEvent.FAIL)
    assert (news.wait == NOW) or not given_up


def test_what_is_held_until_a_time_waits_for_it_and_not_by_the_schedule() -> None:
    claim = Claim(UUID(int=1), UUID(int=2), number=9, failures=9)
    news = news_of(claim, Outcome(OutcomeKind.LATER, retry_after_s=60), PATIENCE)
    assert news.event is DeliveryEvent.HOLD
    assert timedelta(seconds=60) <= news.wait <= timedelta(seconds=60) + HELD_SPREAD < SCHEDULE[9]
    spent = Claim(UUID(int=1), UUID(int=2), number=13, failures=len(SCHEDULE))
    assert news_of(spent, Outcome(OutcomeKind.LATER, retry_after_s=60), PATIENCE).event is DeliveryEvent.GIVE_UP
    unnamed = news_of(CLAIM, Outcome(OutcomeKind.LATER), PATIENCE)
    assert unnamed.event is DeliveryEvent.FAIL


@pytest.mark.parametrize("kind", [OutcomeKind.TRANSIENT, OutcomeKind.LATER])
def test_a_refusal_of_what_may_have_been_taken_before_tells_nothing(kind: OutcomeKind) -> None:
    claim = Claim(UUID(int=1), UUID(int=2), 2, pinned=True)
    assert news_of(claim, Outcome(kind, retry_after_s=60), PATIENCE).event is DeliveryEvent.LOSE_SIGHT


def test_a_call_never_begun_is_given_back_or_called_off() -> None:
    assert (released(CLAIM).event, released(CLAIM).wait) == (DeliveryEvent.RELEASE, NOW)
    assert (expired(CLAIM).event, expired(CLAIM).code) == (DeliveryEvent.EXPIRE, "expired")


def test_what_cannot_be_asked_about_is_given_up() -> None:
    assert DELIVERY_MOVES.move(DeliveryState.UNKNOWN, cannot_ask(CLAIM).event) is DeliveryState.DEAD


SIGHTINGS = st.lists(st.integers(min_value=0, max_value=9), unique=True, max_size=6).map(
    lambda numbers: [Sighting(f"SM{number}", ReceiptKind.PROGRESS) for number in numbers]
)


@given(SIGHTINGS, st.sets(st.integers(min_value=0, max_value=9)))
def test_only_a_message_nobody_else_accounts_for_is_this_one(sightings: list[Sighting], others: set[int]) -> None:
    taken = frozenset(f"SM{number}" for number in others)
    news = answer_of(CLAIM, sightings, taken, ended=LEASE_LOST, tries=1)
    free = [seen.ref for seen in sightings if seen.ref not in taken]
    assert news.ref == (free[0] if free else None)
    assert news.event is (DeliveryEvent.FIND if free else DeliveryEvent.MISS)


@given(st.integers(min_value=0, max_value=20), st.integers(min_value=1, max_value=12))
def test_a_call_that_failed_unseen_counts_as_a_failure_and_a_dead_worker_does_not(failures: int, tries: int) -> None:
    claim = Claim(UUID(int=1), UUID(int=2), number=9, failures=failures)
    died = answer_of(claim, [], frozenset(), ended=LEASE_LOST, tries=tries)
    assert (died.event, died.wait) == (DeliveryEvent.MISS, NOW)
    crashed = answer_of(claim, [], frozenset(), ended="crashed", tries=tries)
    assert crashed.attempt_event is AttemptEvent.MISS
    if failures >= tries:
        assert crashed.event is DeliveryEvent.GIVE_UP
        assert "crashed" in (crashed.reason or "")
    else:
        assert crashed.event is DeliveryEvent.MISS
        assert crashed.wait >= (SCHEDULE[failures - 1] if failures else NOW)


def test_a_question_without_an_answer_is_asked_again_later() -> None:
    assert timedelta(seconds=5) <= no_answer(CLAIM, 1) < no_answer(CLAIM, 4) <= timedelta(seconds=75)
