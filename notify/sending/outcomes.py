"""What an outcome, or the answer to a question, means for delivery and attempt. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from notify.channels.port import Sighting
from notify.sending.retry import LONGEST_HOLD, LONGEST_RETRY_AFTER, SendingPatience, ask_again, held_for, next_try
from notify.sending.states import AttemptEvent, DeliveryEvent, ReceiptKind
from outbound.jobs.leases import LEASE_LOST
from outbound.jobs.outcomes import RETRIABLE, Outcome, OutcomeKind

EXPIRED: Final = "expired"
NOT_STARTED: Final = "not_started"
NOT_FOUND: Final = "not_found"
NOT_TAKEN: Final = "not_taken"
CANNOT_ASK: Final = "cannot_ask"
_AT_ONCE: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Claim:
    """One delivery held by a drain, with the attempt that was written for it.

    `number` is the fencing generation; `failures` how many attempts before it failed for a time. `pinned`: an attempt
    before it, under the same reference, ended unseen.
    """

    attempt_id: UUID
    delivery_id: UUID
    number: int
    failures: int = 0
    pinned: bool = False


def reference_of(claim: Claim) -> str:
    """What a gateway may know a message by: the same for every attempt until one is known to have failed."""
    return f"{claim.delivery_id.hex}-{claim.failures}"


@dataclass(frozen=True, slots=True)
class News:
    """What is to be recorded of a claim. `wait`: until somebody must look at the delivery again. `hold`: how long the
    gateway said that it takes nothing; nobody may be quicker. `yields`: a standby need not wait any longer. `later`:
    the attempt had ended before, and keeps the code with which it did."""

    claim: Claim
    event: DeliveryEvent
    attempt_event: AttemptEvent
    ref: str | None = None
    code: str | None = None
    reason: str | None = None
    wait: timedelta = _AT_ONCE
    hold: timedelta | None = None
    yields: bool = False
    later: bool = False

    @property
    def delivery_id(self) -> UUID:
        return self.claim.delivery_id


def news_of(claim: Claim, outcome: Outcome, patience: SendingPatience) -> News:
    """What follows from the outcome of a call."""
    event, attempt_event, wait, hold = DeliveryEvent.ACCEPT, AttemptEvent.ACCEPT, _AT_ONCE, None
    if outcome.kind in RETRIABLE and claim.pinned:
        # This call was not taken, but the one before it may have been: the reference must not change.
        hold = _asked_for(outcome)
        event, attempt_event = DeliveryEvent.LOSE_SIGHT, AttemptEvent.LOSE_SIGHT
        wait = max(patience.ask_after, hold or _AT_ONCE)
    elif outcome.kind is OutcomeKind.PERMANENT:
        event, attempt_event = DeliveryEvent.REFUSE, AttemptEvent.REFUSE
    elif outcome.kind is OutcomeKind.UNKNOWN:
        event, attempt_event, wait = DeliveryEvent.LOSE_SIGHT, AttemptEvent.LOSE_SIGHT, patience.ask_after
    elif outcome.kind in RETRIABLE:
        attempt_event = AttemptEvent.FAIL
        hold = _asked_for(outcome)
        event, wait = _again(claim, outcome.kind, hold, patience.tries)
    yields = event is DeliveryEvent.HOLD or outcome.operator
    return News(claim, event, attempt_event, outcome.ref, outcome.code, outcome.reason, wait, hold, yields)


def _asked_for(outcome: Outcome) -> timedelta | None:
    if outcome.retry_after_s is None:
        return None
    longest = LONGEST_HOLD if outcome.kind is OutcomeKind.LATER else LONGEST_RETRY_AFTER
    return min(timedelta(seconds=outcome.retry_after_s), longest)


def _again(claim: Claim, kind: OutcomeKind, hold: timedelta | None, tries: int) -> tuple[DeliveryEvent, timedelta]:
    attempt, key = claim.failures + 1, claim.delivery_id
    if kind is OutcomeKind.LATER and hold is not None:
        event, wait = DeliveryEvent.HOLD, held_for(attempt, key, hold, tries=tries)
    else:
        event, wait = DeliveryEvent.FAIL, next_try(attempt, key, retry_after=hold, tries=tries)
    return (DeliveryEvent.GIVE_UP, _AT_ONCE) if wait is None else (event, wait)


def released(claim: Claim) -> News:
    """The call was never begun: somebody else may send at once."""
    reason = "the call was not begun in time"
    return News(claim, DeliveryEvent.RELEASE, AttemptEvent.FAIL, code=NOT_STARTED, reason=reason)


def expired(claim: Claim) -> News:
    """The call was never begun, and now nobody shall."""
    return News(claim, DeliveryEvent.EXPIRE, AttemptEvent.FAIL, code=EXPIRED, reason="no longer valid")


def cannot_ask(claim: Claim, ended: str | None = None) -> News:
    """Nobody can tell whether the message left, and it is not sent blindly: a person must decide. `ended` is the code
    with which the call ended."""
    reason = _with_end("outcome unknown, and the gateway cannot be asked", ended)
    return News(claim, DeliveryEvent.GIVE_UP, AttemptEvent.LOSE_SIGHT, code=CANNOT_ASK, reason=reason, later=True)


def _with_end(reason: str, ended: str | None) -> str:
    return f"{reason}; the call ended with: {ended}" if ended else reason


def answer_of(
    claim: Claim, sightings: Sequence[Sighting], taken: frozenset[str], *, ended: str | None, tries: int
) -> News:
    """What follows from what the gateway has: `sightings` of equal messages, less those `taken` by other attempts.

    Equal messages cannot be told apart, so they are counted: one that no other attempt accounts for is this one's.
    `ended` is the code with which the call ended. `tries`: how many failures are followed by another try.
    """
    mine = next((sighting for sighting in sightings if sighting.ref not in taken), None)
    if mine is None:
        return _missed(claim, ended, tries)
    return News(claim, _SEEN[mine.kind], AttemptEvent.FIND, ref=mine.ref, code=mine.code, later=True)


def _missed(claim: Claim, ended: str | None, tries: int) -> News:
    """The gateway does not have it. A worker of ours that died is no failure of the message. A call that failed is one,
    else a message that breaks its own answer would be sent and asked about for ever; the first time it is made again at
    once, since the gateway that answered our question works."""
    reason = "the gateway does not have it"
    if ended == LEASE_LOST:
        return News(claim, DeliveryEvent.MISS, AttemptEvent.MISS, code=NOT_FOUND, reason=reason, later=True)
    event, reason, wait = DeliveryEvent.GIVE_UP, _with_end(reason, ended), _AT_ONCE
    if claim.failures < tries:
        event = DeliveryEvent.MISS
        wait = (next_try(claim.failures, claim.delivery_id) if claim.failures else None) or _AT_ONCE
    return News(claim, event, AttemptEvent.MISS, code=NOT_TAKEN, reason=reason, wait=wait, later=True)


def no_answer(claim: Claim, asked: int) -> timedelta:
    """How long to wait before asking again, after `asked` questions without an answer."""
    return ask_again(asked, claim.delivery_id)


_SEEN: Final = {
    ReceiptKind.PROGRESS: DeliveryEvent.FIND,
    ReceiptKind.IRRELEVANT: DeliveryEvent.FIND,
    ReceiptKind.DELIVERED: DeliveryEvent.RECEIPT_DELIVERED,
    ReceiptKind.UNDELIVERED: DeliveryEvent.RECEIPT_UNDELIVERED,
}
