"""What a gateway must be able to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from notify.sending.states import ReceiptKind
from outbound.jobs.outcomes import Outcome


class Certainty(StrEnum):
    """How an outcome that nobody saw is cleared up. ASKED: the gateway lists what it has. DEDUPES: it refuses a second
    message under the same reference, so the call is simply made again. NEITHER: only a receipt can tell."""

    ASKED = "asked"
    DEDUPES = "dedupes"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one phone (E.164). `valid_for_s`: seconds after which the gateway must not deliver it.

    `reference` (up to 40 characters) stays the same when an attempt of unknown outcome is made again, and changes after
    one that is known to have failed.
    """

    attempt_id: UUID
    to: str
    body: str
    reference: str
    valid_for_s: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Which messages with exactly this body went to this phone since then?"""

    to: str
    body: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """One message that the gateway has, and what has become of it."""

    ref: str
    kind: ReceiptKind
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """Messages the account may send in a day (0: not known), and how many of them were left `at` that instant."""

    daily: int
    remaining: int
    at: datetime


class Limited(Protocol):
    """A gateway that counts what it takes."""

    @property
    def quota(self) -> Quota | None:
        """As its latest answer said it; None before the first."""
        ...


class Gateway(Protocol):
    """Lives in one event loop. `timeout_s`: the longest that `send` may take. Only one that is ASKED answers `find`."""

    name: str
    certainty: Certainty
    timeout_s: float

    async def send(self, message: Outgoing) -> Outcome:
        """Hands over one message. Never raises for what a network or the gateway can do."""
        ...

    async def find(self, question: Question) -> Sequence[Sighting]:
        """Every matching message the gateway has, oldest first. Raises AskFailed."""
        ...

    async def close(self) -> None:
        """Closes its connections; a later call may open them again."""
        ...
