"""What the authority's portal must be able to do, and how declaring guests can end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final, Protocol

from outbound.jobs.outcomes import Outcome
from residence.transmission.states import TransmissionKind

AUTHORITY: Final = "kbtt"
"""The portal's name, as others know it."""
Element = Mapping[str, Any]
"""One element of an array, as it goes over the wire."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayOutcome(Outcome):
    """How handing over an array ended. ACCEPTED: the authority said yes to it. PERMANENT: it took nothing of it and
    names `items`; with what it does not name it found no fault. TRANSIENT: it took nothing of it. UNKNOWN: it may have
    it, in whole or in part. `code` is ours."""

    items: tuple[ItemAnswer, ...] = ()


class LodgingPortal(Protocol):
    """Lives in one event loop. `timeout_s`: the longest that a call may take."""

    timeout_s: float

    async def declare(self, account: Account, kind: TransmissionKind, array: Sequence[Element]) -> ArrayOutcome:
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
