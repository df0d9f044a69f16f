"""What the authority's portal must be able to do, and the closed set of ways in which declaring guests can end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from residence.transmission_states import TransmissionKind

Element = Mapping[str, Any]
"""One element of an array, as it goes over the wire."""


class OutcomeKind(StrEnum):
    """ACCEPTED: it said yes to the array. REFUSED: it took nothing of it and says why, item by item. TRANSIENT: it
    took nothing of it, try later. UNKNOWN: it may have it, in whole or in part."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    TRANSIENT = "transient"
    UNKNOWN = "unknown"


class Sign(StrEnum):
    """What an item's refusal tells. THERE: the authority has this guest already (or the change is made already).
    TWICE: an item before it in the array has the same document. WRONG: the item itself cannot be taken."""

    THERE = "there"
    TWICE = "twice"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Account:
    """A lodging's account at the portal."""

    username: str
    password: str = field(repr=False)


class Trial(StrEnum):
    """What trying an account gave. WORKS: the portal logged it in. REFUSED: it does not take the account. UNANSWERED:
    the portal did not answer, or does not take us; nothing is known of the account."""

    WORKS = "works"
    REFUSED = "refused"
    UNANSWERED = "unanswered"


class AccountTrial(Protocol):
    """Tries an account while somebody waits for the answer."""

    def try_account(self, account: Account) -> Trial:
        """Goes over the network: never in a transaction. Never raises for what a network or the portal can do."""
        ...


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """Why the item at `position` (from 1) was refused; `reason` is a Vietnamese sentence without personal values."""

    position: int
    sign: Sign
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`items` are those named by a REFUSED; what it does not name it did not find fault with. `code` is ours, `reason`
    without personal values. `operator`: the fault is in the account or the connection, and a person must look."""

    kind: OutcomeKind
    items: tuple[ItemAnswer, ...] = ()
    code: str | None = None
    reason: str | None = None
    retry_after_s: float | None = None
    operator: bool = False


class AskFailed(Exception):  # noqa: N818 - reads as what it says
    """The portal could not answer now; ask again later. The text holds no personal value."""


class LodgingPortal(Protocol):
    """Lives in one event loop. `timeout_s`: the longest that a call may take."""

    timeout_s: float

    async def declare(self, account: Account, kind: TransmissionKind, array: Sequence[Element]) -> Outcome:
        """Hands over one array. Never raises for what a network or the portal can do."""
        ...

    async def count(self, account: Account, kind: TransmissionKind, day: date) -> int | None:
        """How many guests of one kind it has who arrived on that day; None when it does not tell. Raises AskFailed."""
        ...

    async def try_account(self, account: Account) -> Trial:
        """Whether it logs this account in. Never raises for what a network or the portal can do."""
        ...

    async def close(self) -> None:
        """Closes its connections; a later call may open them again."""
        ...
