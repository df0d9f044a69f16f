"""What is done about an attempt whose end nobody saw, at a gateway that cannot be asked. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from notify.sending.outcomes import Claim, News, cannot_ask
from notify.sending.retry import SCHEDULE, SendingPatience
from notify.sending.states import AttemptEvent, DeliveryEvent

RESENT: Final = "resent"
RESEND_WITHIN: Final = timedelta(hours=23)
"""Less than the day for which a gateway that dedupes remembers a reference."""
_AT_MOST_TWICE: Final = 2


@dataclass(frozen=True, slots=True)
class UnresolvedAttempt:
    """`tries`: attempts under the same reference so far, all of unknown outcome. `age`: since the first of them,
    `latest_age`: since the last, whose call `ended` with that code. `has_standby`: another delivery of the same notice
    waits behind this one."""

    claim: Claim
    tries: int
    age: timedelta
    latest_age: timedelta
    has_standby: bool
    ended: str | None = None


def made_again(unseen: UnresolvedAttempt, patience: SendingPatience) -> News:
    """At a gateway that dedupes: the same call again, under the same reference, while the gateway remembers it.

    The first time at once, since the gateway's timeout is over; then by the schedule of failures.
    """
    if unseen.tries > min(patience.tries, len(SCHEDULE)) or unseen.age >= RESEND_WITHIN:
        return cannot_ask(unseen.claim, unseen.ended)
    wait = timedelta(0) if unseen.tries <= 1 else SCHEDULE[unseen.tries - 2]
    return _again(unseen, wait)


def left_to_receipts(unseen: UnresolvedAttempt, patience: SendingPatience) -> News | timedelta:
    """At a gateway that neither dedupes nor answers questions: how long still to wait for a receipt, or what is done
    when none came. A standby goes out instead; without one the message is sent once more, at most twice in all."""
    if unseen.latest_age < patience.receipt_within:
        return patience.receipt_within - unseen.latest_age
    if unseen.has_standby or unseen.tries >= _AT_MOST_TWICE:
        return cannot_ask(unseen.claim, unseen.ended)
    return _again(unseen, timedelta(0))


def _again(unseen: UnresolvedAttempt, wait: timedelta) -> News:
    event, seen = DeliveryEvent.RESEND, AttemptEvent.LOSE_SIGHT
    reason = "outcome unknown, sent again under the same reference"
    return News(unseen.claim, event, seen, code=RESENT, reason=reason, wait=wait, later=True)
