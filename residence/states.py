"""The lives of a lodging, a stay and a batch as pure tables. What no row allows is refused."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from kernel.errors import DomainError
from kernel.states import StateTable


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
    """A file is `judging` until its verdict is known. A `checked` one waits for a person to accept its good rows, which
    are declared while it is `accepting`; a `refused` one cannot be read at all."""

    JUDGING = "judging"
    CHECKED = "checked"
    ACCEPTING = "accepting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class BatchEvent(StrEnum):
    """A person accepts; all others happen to a file. `give_up`: not one of its guests can be declared."""

    READ = "read"
    REFUSE = "refuse"
    ACCEPT = "accept"
    DECLARE = "declare"
    GIVE_UP = "give_up"


def _refused(code: str) -> Callable[[StrEnum, StrEnum], DomainError]:
    return lambda state, event: DomainError(code, state=state.value, event=event.value)


LODGING_MOVES: Final = StateTable(
    {
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
    },
    _refused("lodging_step_refused"),
)

# An arrival begins a stay, so it is no move. Who left and comes back begins another one.
STAY_MOVES: Final = StateTable(
    {
        (StayState.STAYING, DeclarationKind.EXTENSION): StayState.STAYING,
        (StayState.STAYING, DeclarationKind.EARLY_LEAVE): StayState.LEFT,
        (StayState.STAYING, DeclarationKind.CORRECTION): StayState.STAYING,
        (StayState.STAYING, DeclarationKind.ANNULMENT): StayState.ANNULLED,
        (StayState.LEFT, DeclarationKind.CORRECTION): StayState.LEFT,
        (StayState.LEFT, DeclarationKind.ANNULMENT): StayState.ANNULLED,
    },
    _refused("stay_step_refused"),
)

BATCH_MOVES: Final = StateTable(
    {
        (BatchState.JUDGING, BatchEvent.READ): BatchState.CHECKED,
        (BatchState.JUDGING, BatchEvent.REFUSE): BatchState.REFUSED,
        (BatchState.CHECKED, BatchEvent.ACCEPT): BatchState.ACCEPTING,
        (BatchState.ACCEPTING, BatchEvent.DECLARE): BatchState.ACCEPTED,
        (BatchState.ACCEPTING, BatchEvent.GIVE_UP): BatchState.CHECKED,
        # Asked for before the verdict is known: it is noted, and follows it.
        (BatchState.JUDGING, BatchEvent.ACCEPT): BatchState.JUDGING,
        # Repeats: the answer was lost, or two people pressed at once.
        (BatchState.ACCEPTING, BatchEvent.ACCEPT): BatchState.ACCEPTING,
        (BatchState.ACCEPTED, BatchEvent.ACCEPT): BatchState.ACCEPTED,
    },
    _refused("batch_step_refused"),
)
