"""The states of log-in attempts, sessions and phone proofs as pure tables. What is not in a table is refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from kernel.states import StateTable


class AttemptState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    EXPIRED = "expired"


def attempt_state(taken_at: datetime | None, expires_at: datetime, now: datetime) -> AttemptState:
    """A log-in attempt is taken once; what was never taken expires."""
    if taken_at is not None:
        return AttemptState.TAKEN
    return AttemptState.OPEN if now < expires_at else AttemptState.EXPIRED


class SessionState(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Presented(StrEnum):
    """Which refresh token of a session was shown."""

    CURRENT = "current"
    RETRIED = "retried"
    REPLAYED = "replayed"
    UNKNOWN = "unknown"


class RefreshStep(StrEnum):
    ROTATE = "rotate"
    REPEAT = "repeat"
    REVOKE = "revoke"
    REFUSE = "refuse"


# A retry gets the successor it missed while nobody has used that one; anything older was copied, and ends the family.
SESSION_MOVES: Final = StateTable(
    {
        (SessionState.ACTIVE, Presented.CURRENT): SessionState.ACTIVE,
        (SessionState.ACTIVE, Presented.RETRIED): SessionState.ACTIVE,
        (SessionState.ACTIVE, Presented.REPLAYED): SessionState.REVOKED,
    }
)
_STEPS: Final = {
    Presented.CURRENT: RefreshStep.ROTATE,
    Presented.RETRIED: RefreshStep.REPEAT,
    Presented.REPLAYED: RefreshStep.REVOKE,
}


def session_state(
    revoked_at: datetime | None, expires_at: datetime, used_at: datetime, idle: timedelta, now: datetime
) -> SessionState:
    """The state of a session last refreshed at `used_at`."""
    if revoked_at is not None:
        return SessionState.REVOKED
    return SessionState.ACTIVE if now < min(expires_at, used_at + idle) else SessionState.EXPIRED


@dataclass(frozen=True, slots=True)
class Rotation:
    """How far the refresh tokens of a session have come. `used`: somebody has shown an access token of the newest."""

    generation: int
    rotated_at: datetime
    used: bool


def presented(shown: int, session: Rotation, window: timedelta, now: datetime) -> Presented:
    """What a token of generation `shown` is to a session.

    The one before the newest is a retry while its answer may have been lost: within the window, and after it for as
    long as nobody has used what came with the successor.
    """
    if shown == session.generation:
        return Presented.CURRENT
    if shown > session.generation:
        return Presented.UNKNOWN
    lost = not session.used or now <= session.rotated_at + window
    return Presented.RETRIED if shown == session.generation - 1 and lost else Presented.REPLAYED


def refresh_step(state: SessionState, shown: Presented) -> RefreshStep:
    """How a refresh is answered: what the session does not allow is refused."""
    return _STEPS[shown] if (state, shown) in SESSION_MOVES else RefreshStep.REFUSE


class ProofState(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    EXHAUSTED = "exhausted"
    SUPERSEDED = "superseded"


class ProofEvent(StrEnum):
    RIGHT_CODE = "right_code"
    WRONG_CODE = "wrong_code"
    LAST_WRONG_CODE = "last_wrong_code"
    NEW_REQUEST = "new_request"


PROOF_MOVES: Final = StateTable(
    {
        (ProofState.PENDING, ProofEvent.RIGHT_CODE): ProofState.CONFIRMED,
        (ProofState.PENDING, ProofEvent.WRONG_CODE): ProofState.PENDING,
        (ProofState.PENDING, ProofEvent.LAST_WRONG_CODE): ProofState.EXHAUSTED,
        (ProofState.PENDING, ProofEvent.NEW_REQUEST): ProofState.SUPERSEDED,
        # The answer was lost and the phone asks again.
        (ProofState.CONFIRMED, ProofEvent.RIGHT_CODE): ProofState.CONFIRMED,
    }
)


def next_proof_state(state: ProofState, event: ProofEvent) -> ProofState | None:
    """The state after `event`, or None where the proof no longer takes it."""
    return PROOF_MOVES.get((state, event))
