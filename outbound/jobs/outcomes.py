"""The closed set of ways in which a call to somebody else's server can end."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class OutcomeKind(StrEnum):
    """ACCEPTED: the party has what was handed over. TRANSIENT: it has not, try later. PERMANENT: it has not and never
    will. UNKNOWN: it may have it; ask before anything is sent again.

    LATER is a transient outcome of a party that works: a rule of its own keeps it from taking anything until a time
    that it names.
    """

    ACCEPTED = "accepted"
    TRANSIENT = "transient"
    LATER = "later"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"


RETRIABLE: Final = frozenset({OutcomeKind.TRANSIENT, OutcomeKind.LATER})
"""The party has nothing of the call, and the same call may succeed later."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`ref` is the party's id of what it took; `code` its own code or ours, `reason` that code's meaning, neither with
    personal values. `operator`: the fault is in our account or connection, and a person must look. `elsewhere`: a
    refusal that speaks of this party alone, so that another of its pool may take the same."""

    kind: OutcomeKind
    ref: str | None = None
    code: str | None = None
    reason: str | None = None
    retry_after_s: float | None = None
    operator: bool = False
    elsewhere: bool = False


class AskFailed(Exception):  # noqa: N818 - reads as what it says
    """The party could not answer a question now; ask again later. The text holds no personal value."""
