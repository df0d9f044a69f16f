"""What an outcome, or a count, means for a transmission and its items. Pure: the same id gives the same times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from outbound.jobs.outcomes import Outcome, OutcomeKind
from outbound.jobs.retry import Patience, RetrySchedule
from residence.accounts.account import FAULTS, NO_ACCOUNT, AccountState
from residence.authority.answers import REFUSED_WHOLE
from residence.authority.port import ArrayOutcome, ItemAnswer, Sign
from residence.transmission.states import (
    ITEM_MOVES,
    ItemEvent,
    ItemState,
    TransmissionEvent,
    event_of,
)

NOT_STARTED: Final = "not_started"
EARLIER_FIRST: Final = "earlier_first"
COUNTED: Final = "counted"
SAYS_YES_HAS_NONE: Final = "says_yes_has_none"
NOT_COUNTED: Final = "not_counted"
# Refused for its day alone: the official file still takes it.
_TOO_OLD: Final = "arrival_too_old"
_RETRIES: Final = RetrySchedule(
    tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120)), longest_retry_after=timedelta(hours=1)
)
_NO_ACCOUNT_AGAIN: Final = timedelta(minutes=10)
_EARLIER_AGAIN: Final = timedelta(seconds=20)
_AT_ONCE: Final = timedelta(0)
# An array that is refused for reasons we cannot read is not the network's fault and will not mend by itself.
MOST_WHOLE_REFUSALS: Final = 5
MOST_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmissionPatience(Patience):
    """`timeout` is that of the one call that carries an array, `preparing` is for logging in before it. `count_after`:
    how long the authority may take until what it said yes to can be counted."""

    count_after: timedelta


@dataclass(frozen=True, slots=True)
class Held:
    """An item of a claimed transmission. `before` is its state before the call, `calls` the calls before this one;
    `place` its place in the array that was sent (from 1), None when it was not in it."""

    position: int
    before: ItemState
    calls: int
    place: int | None


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """What was known of a lodging's account when an array of it was taken, and when the account was given."""

    state: AccountState = AccountState.MISSING
    given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A transmission held by a drain; `generation` fences off every other. `items` are all of its items."""

    transmission_id: UUID
    lodging_id: UUID
    generation: int
    failures: int
    rounds: int
    items: tuple[Held, ...]
    account: AccountSeen = AccountSeen()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to one item."""

    position: int
    event: ItemEvent
    code: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What is to be recorded of a claim. `wait`: until somebody must look again; None for never. `account_works`: what
    the call showed of the lodging's account; None where it showed nothing."""

    claim: Claim
    event: TransmissionEvent
    verdicts: tuple[Verdict, ...] = ()
    code: str | None = None
    reason: str | None = None
    wait: timedelta | None = None
    failures: int = 0
    states: Mapping[int, ItemState] = field(default_factory=dict)
    account_works: bool | None = None

    @property
    def delivery_id(self) -> UUID:
        return self.claim.transmission_id

    @property
    def tells_of_account(self) -> bool:
        """Whether the call showed something of the account that was not known when the array was taken."""
        known = {AccountState.WORKING: True, AccountState.REFUSED: False}.get(self.claim.account.state)
        return self.account_works is not None and self.account_works is not known


def news_of(claim: Claim, outcome: Outcome, patience: TransmissionPatience) -> News:
    """What follows from the outcome of a call."""
    failures = claim.failures + 1 if outcome.kind is OutcomeKind.TRANSIENT else 0
    verdicts = _verdicts(claim, outcome, failures)
    states = _after(claim, verdicts)
    event = event_of(states.values())
    wait: timedelta | None = None
    if outcome.kind is OutcomeKind.TRANSIENT and event in (TransmissionEvent.AGAIN, TransmissionEvent.LOSE_SIGHT):
        wait = next_try(failures, claim.transmission_id, retry_after_s=outcome.retry_after_s)
    elif event is TransmissionEvent.AGAIN:
        wait = _AT_ONCE
    elif event is TransmissionEvent.LOSE_SIGHT:
        wait = patience.ask_after
    elif event is TransmissionEvent.ACCEPT:
        wait = count_wait(claim.rounds, patience)
    return News(claim, event, verdicts, outcome.code, outcome.reason, wait, failures, states, _account_works(outcome))


def _account_works(outcome: Outcome) -> bool | None:
    if outcome.code in FAULTS:
        return False
    return True if outcome.kind in (OutcomeKind.ACCEPTED, OutcomeKind.PERMANENT) else None


def released(claim: Claim) -> News:
    """The call was never begun: somebody else may make it at once."""
    return _unsent(claim, NOT_STARTED, _AT_ONCE)


def nothing_sent(claim: Claim, code: str | None) -> News:
    """The claim ended without a call: nothing could be sent now, or nothing is left to send."""
    wait = _NO_ACCOUNT_AGAIN if code == NO_ACCOUNT else _EARLIER_AGAIN
    return _unsent(claim, code, wait)


def next_try(failures: int, key: UUID, *, retry_after_s: float | None = None) -> timedelta:
    """The wait after `failures` in a row (from 1). It has no end: what a lodging declared in time is never given up."""
    retry_after = None if retry_after_s is None else timedelta(seconds=retry_after_s)
    return _RETRIES.wait(failures, key, retry_after=retry_after)


def count_wait(rounds: int, patience: TransmissionPatience) -> timedelta:
    """When to count after a yes; longer each time the authority did not have what it had said yes to."""
    return patience.count_after * int(3**rounds)


def _verdicts(claim: Claim, outcome: Outcome, failures: int) -> tuple[Verdict, ...]:
    sent = [item for item in claim.items if item.place is not None]
    if outcome.kind is OutcomeKind.UNKNOWN:
        return ()
    if outcome.kind is OutcomeKind.ACCEPTED:
        return tuple(Verdict(item.position, ItemEvent.ACCEPT) for item in sent)
    if outcome.kind is OutcomeKind.PERMANENT:
        items = outcome.items if isinstance(outcome, ArrayOutcome) else ()
        named = {answer.position: answer for answer in items}
        looked_up = all(answer.sign is not Sign.WRONG for answer in items)
        verdicts = (_refused(item, named.get(item.place or 0), looked_up=looked_up) for item in sent)
        return tuple(verdict for verdict in verdicts if verdict is not None)
    if outcome.code == REFUSED_WHOLE and failures >= MOST_WHOLE_REFUSALS:
        return tuple(Verdict(item.position, ItemEvent.DOUBT, outcome.code, outcome.reason) for item in sent)
    return _back(claim)


def _refused(item: Held, answer: ItemAnswer | None, *, looked_up: bool) -> Verdict | None:
    """An array of which an item is refused is refused as a whole. None: as unseen as before."""
    unseen = item.before is ItemState.SENT
    if answer is None or answer.sign is Sign.TWICE:
        # Whether guests are there is looked up after their fields: with a wrong field, silence about them says nothing.
        return Verdict(item.position, ItemEvent.MISS) if looked_up or not unseen else None
    if answer.sign is Sign.THERE and item.calls:
        return Verdict(item.position, ItemEvent.CONFIRM, answer.code, answer.reason)
    # There before we ever sent it: by another's hand, or from a stay that has not ended there. A person compares.
    if answer.sign is Sign.THERE or unseen or answer.code == _TOO_OLD:
        return Verdict(item.position, ItemEvent.DOUBT, answer.code, answer.reason)
    return Verdict(item.position, ItemEvent.REFUSE, answer.code, answer.reason)


def _back(claim: Claim) -> tuple[Verdict, ...]:
    """Items of a call that is known to have had no effect are what they were before it."""
    return tuple(
        Verdict(item.position, ItemEvent.MISS)
        for item in claim.items
        if item.place is not None and item.before is not ItemState.SENT
    )


def _after(claim: Claim, verdicts: Sequence[Verdict]) -> dict[int, ItemState]:
    states = {item.position: item.before if item.place is None else ItemState.SENT for item in claim.items}
    for verdict in verdicts:
        states[verdict.position] = ITEM_MOVES.move(states[verdict.position], verdict.event)
    return states


def _unsent(claim: Claim, code: str | None, wait: timedelta) -> News:
    verdicts = _back(claim)
    states = _after(claim, verdicts)
    event = event_of(states.values())
    open_still = event in (TransmissionEvent.AGAIN, TransmissionEvent.LOSE_SIGHT, TransmissionEvent.ACCEPT)
    return News(claim, event, verdicts, code, None, wait if open_still else None, claim.failures, states)
