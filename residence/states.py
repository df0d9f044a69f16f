"""The lives of a lodging, a stay and a batch as pure tables. What no row allows is refused."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from kernel.errors import DomainError


class LodgingState(StrEnum):
    """`pending` waits for the commune police; only an `active` lodging declares guests."""

    PENDING = "pending"
    ACTIVE = "active"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class LodgingEvent(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"
    RESUBMIT = "resubmit"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"


class StayState(StrEnum):
    """`staying` until the guest leaves early or the stay is annulled; the expected departure ends it by itself."""

    STAYING = "staying"
    LEFT = "left"
    ANNULLED = "annulled"


class DeclarationKind(StrEnum):
    ARRIVAL = "arrival"
    EXTENSION = "extension"
    EARLY_LEAVE = "early_leave"
    CORRECTION = "correction"
    ANNULMENT = "annulment"


class BatchState(StrEnum):
    """A `checked` file waits for a person to accept its good rows; a `refused` one cannot be read at all."""

    CHECKED = "checked"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class BatchEvent(StrEnum):
    ACCEPT = "accept"


LODGING_MOVES: Final[Mapping[tuple[LodgingState, LodgingEvent], LodgingState]] = {
    (LodgingState.PENDING, LodgingEvent.APPROVE): LodgingState.ACTIVE,
    (LodgingState.PENDING, LodgingEvent.REFUSE): LodgingState.REFUSED,
    (LodgingState.PENDING, LodgingEvent.CLOSE): LodgingState.CLOSED,
    (LodgingState.REFUSED, LodgingEvent.RESUBMIT): LodgingState.PENDING,
    (LodgingState.REFUSED, LodgingEvent.CLOSE): LodgingState.CLOSED,
    (LodgingState.ACTIVE, LodgingEvent.SUSPEND): LodgingState.SUSPENDED,
    (LodgingState.ACTIVE, LodgingEvent.CLOSE): LodgingState.CLOSED,
    (LodgingState.SUSPENDED, LodgingEvent.RESUME): LodgingState.ACTIVE,
    (LodgingState.SUSPENDED, LodgingEvent.CLOSE): LodgingState.CLOSED,
    # Repeats: the answer was lost, or two people pressed at once.
    (LodgingState.ACTIVE, LodgingEvent.APPROVE): LodgingState.ACTIVE,
    (LodgingState.ACTIVE, LodgingEvent.RESUME): LodgingState.ACTIVE,
    (LodgingState.REFUSED, LodgingEvent.REFUSE): LodgingState.REFUSED,
    (LodgingState.PENDING, LodgingEvent.RESUBMIT): LodgingState.PENDING,
    (LodgingState.SUSPENDED, LodgingEvent.SUSPEND): LodgingState.SUSPENDED,
    (LodgingState.CLOSED, LodgingEvent.CLOSE): LodgingState.CLOSED,
}

# An arrival begins a stay, so it is no move. Who left and comes back begins another one.
STAY_MOVES: Final[Mapping[tuple[StayState, DeclarationKind], StayState]] = {
    (StayState.STAYING, DeclarationKind.EXTENSION): StayState.STAYING,
    (StayState.STAYING, DeclarationKind.EARLY_LEAVE): StayState.LEFT,
    (StayState.STAYING, DeclarationKind.CORRECTION): StayState.STAYING,
    (StayState.STAYING, DeclarationKind.ANNULMENT): StayState.ANNULLED,
    (StayState.LEFT, DeclarationKind.CORRECTION): StayState.LEFT,
    (StayState.LEFT, DeclarationKind.ANNULMENT): StayState.ANNULLED,
}

BATCH_MOVES: Final[Mapping[tuple[BatchState, BatchEvent], BatchState]] = {
    (BatchState.CHECKED, BatchEvent.ACCEPT): BatchState.ACCEPTED,
    (BatchState.ACCEPTED, BatchEvent.ACCEPT): BatchState.ACCEPTED,
}

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def move(moves: Mapping[tuple[S, E], S], state: S, event: E, refusal: str) -> S:
    """The state after `event`. Raises DomainError(`refusal`, state=, event=) for what no row of `moves` allows."""
    target = moves.get((state, event))
    if target is None:
        raise DomainError(refusal, state=state.value, event=event.value)
    return target
