"""The lives of a lodging, a stay, a batch and a transmission as pure tables. What no row allows is refused."""

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


class TransmissionState(StrEnum):
    """The way of a group of declarations to the authority. `unknown` may have arrived: it is never sent again blindly.

    `transmitted` the authority said yes; `confirmed` its count agrees; `in_doubt` a person must look.
    """

    QUEUED = "queued"
    SENDING = "sending"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    TRANSMITTED = "transmitted"
    CONFIRMED = "confirmed"
    IN_DOUBT = "in_doubt"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class TransmissionEvent(StrEnum):
    CLAIM = "claim"
    ACCEPTED = "accepted"
    FAILED = "failed"
    LOST = "lost"
    REJECTED = "rejected"
    COUNT_AGREES = "count_agrees"
    COUNT_DIFFERS = "count_differs"
    NOT_THERE = "not_there"
    TOO_OLD = "too_old"
    WITHDRAWN = "withdrawn"
    RESEND = "resend"


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

TRANSMISSION_MOVES: Final[Mapping[tuple[TransmissionState, TransmissionEvent], TransmissionState]] = {
    (TransmissionState.QUEUED, TransmissionEvent.CLAIM): TransmissionState.SENDING,
    (TransmissionState.QUEUED, TransmissionEvent.TOO_OLD): TransmissionState.IN_DOUBT,
    (TransmissionState.QUEUED, TransmissionEvent.WITHDRAWN): TransmissionState.CANCELLED,
    (TransmissionState.WAITING, TransmissionEvent.CLAIM): TransmissionState.SENDING,
    (TransmissionState.WAITING, TransmissionEvent.TOO_OLD): TransmissionState.IN_DOUBT,
    (TransmissionState.WAITING, TransmissionEvent.WITHDRAWN): TransmissionState.CANCELLED,
    (TransmissionState.SENDING, TransmissionEvent.ACCEPTED): TransmissionState.TRANSMITTED,
    (TransmissionState.SENDING, TransmissionEvent.FAILED): TransmissionState.WAITING,
    (TransmissionState.SENDING, TransmissionEvent.LOST): TransmissionState.UNKNOWN,
    (TransmissionState.SENDING, TransmissionEvent.REJECTED): TransmissionState.REFUSED,
    (TransmissionState.TRANSMITTED, TransmissionEvent.COUNT_AGREES): TransmissionState.CONFIRMED,
    (TransmissionState.TRANSMITTED, TransmissionEvent.COUNT_DIFFERS): TransmissionState.IN_DOUBT,
    (TransmissionState.TRANSMITTED, TransmissionEvent.NOT_THERE): TransmissionState.WAITING,
    (TransmissionState.UNKNOWN, TransmissionEvent.COUNT_AGREES): TransmissionState.CONFIRMED,
    (TransmissionState.UNKNOWN, TransmissionEvent.COUNT_DIFFERS): TransmissionState.IN_DOUBT,
    (TransmissionState.UNKNOWN, TransmissionEvent.NOT_THERE): TransmissionState.WAITING,
    (TransmissionState.IN_DOUBT, TransmissionEvent.COUNT_AGREES): TransmissionState.CONFIRMED,
    (TransmissionState.IN_DOUBT, TransmissionEvent.RESEND): TransmissionState.QUEUED,
    # A count that comes twice, or late, changes nothing.
    (TransmissionState.CONFIRMED, TransmissionEvent.COUNT_AGREES): TransmissionState.CONFIRMED,
    (TransmissionState.CONFIRMED, TransmissionEvent.COUNT_DIFFERS): TransmissionState.CONFIRMED,
}

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def move(moves: Mapping[tuple[S, E], S], state: S, event: E, refusal: str) -> S:
    """The state after `event`. Raises DomainError(`refusal`, state=, event=) for what no row of `moves` allows."""
    target = moves.get((state, event))
    if target is None:
        raise DomainError(refusal, state=state.value, event=event.value)
    return target
