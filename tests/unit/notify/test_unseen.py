"""What is done about calls whose end nobody saw, where nobody can be asked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kernel.ids import new_id
from notify.sending.outcomes import Claim, News
from notify.sending.retry import SCHEDULE, SendingPatience
from notify.sending.states import AttemptEvent, DeliveryEvent
from notify.sending.unseen import RESEND_WITHIN, UnresolvedAttempt, left_to_receipts, made_again

CLAIM = Claim(new_id(), new_id(), 1)
PATIENCE = SendingPatience(
    timedelta(seconds=5), timedelta(seconds=8), timedelta(seconds=3), receipt_within=timedelta(minutes=10)
)
MINUTE = timedelta(minutes=1)


def _unseen(
    tries: int = 1, age: timedelta = MINUTE, latest_age: timedelta | None = None, *, has_standby: bool = False
) -> UnresolvedAttempt:
    return UnresolvedAttempt(CLAIM, tries, age, age if latest_age is None else latest_age, has_standby)


@pytest.mark.parametrize(("tries", "wait"), [(1, timedelta(0)), (2, SCHEDULE[0]), (len(SCHEDULE), SCHEDULE[-2])])
def test_where_repeats_are_refused_the_call_is_made_again_by_the_schedule(tries: int, wait: timedelta) -> None:
    news = made_again(_unseen(tries), PATIENCE)
    assert (news.event, news.attempt_event, news.wait) == (DeliveryEvent.RESEND, AttemptEvent.LOSE_SIGHT, wait)


@pytest.mark.parametrize("unseen", [_unseen(len(SCHEDULE) + 1), _unseen(1, RESEND_WITHIN)])
def test_it_is_not_made_again_for_ever(unseen: UnresolvedAttempt) -> None:
    assert made_again(unseen, PATIENCE).event is DeliveryEvent.GIVE_UP


def test_it_is_made_again_as_often_as_a_failure_is() -> None:
    fewer = replace(PATIENCE, tries=2)
    events = [made_again(_unseen(tries), fewer).event for tries in (2, 3)]
    assert events == [DeliveryEvent.RESEND, DeliveryEvent.GIVE_UP]


def test_all_tries_lie_within_the_time_a_reference_is_remembered() -> None:
    assert sum(SCHEDULE[:-1], timedelta(0)) < RESEND_WITHIN


@pytest.mark.parametrize("tries", [1, 2])
def test_a_receipt_is_waited_for_first(tries: int) -> None:
    assert left_to_receipts(_unseen(tries), PATIENCE) == timedelta(minutes=9)


def test_the_receipt_of_what_went_out_once_more_is_waited_for_as_long() -> None:
    assert left_to_receipts(_unseen(2, 11 * MINUTE, MINUTE), PATIENCE) == timedelta(minutes=9)


@pytest.mark.parametrize(
    ("unseen", "event"),
    [
        (_unseen(1, 10 * MINUTE), DeliveryEvent.RESEND),
        (_unseen(2, 10 * MINUTE), DeliveryEvent.GIVE_UP),
        (_unseen(1, 10 * MINUTE, has_standby=True), DeliveryEvent.GIVE_UP),
    ],
)
def test_without_one_it_goes_out_once_more_unless_another_channel_stands_by(
    unseen: UnresolvedAttempt, event: DeliveryEvent
) -> None:
    news = left_to_receipts(unseen, PATIENCE)
    assert isinstance(news, News)
    assert news.event is event
