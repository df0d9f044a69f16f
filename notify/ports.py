"""What this package asks of others. Contacts and secrets are read when a text is written, never from an event."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.notices import Audience
from notify.sending.states import ReceiptKind


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to be told. `person_id` is whose inbox it goes to; `phone` is E.164, or None where there is none that is
    theirs."""

    person_id: UUID | None
    phone: str | None = field(repr=False)
    language: str = "vi"


class Contacts(Protocol):
    """Knows people, their phones, and who holds which office."""

    def find(self, session: Session, audiences: Sequence[Sequence[Audience]]) -> Sequence[Sequence[Contact]]:
        """Whom each notice goes to, for a chunk of notices at once."""
        ...


@dataclass(frozen=True, slots=True)
class ReceiptNote:
    """What a gateway's delivery receipt says. `event_id` is unique per provider; a repeat carries the same one.

    `status` and `code` are the provider's own words, `reason` the code's meaning. `cost_vnd` is what it charged, where
    it says so.
    """

    provider: str
    event_id: str
    ref: str
    kind: ReceiptKind
    status: str
    code: str | None
    reason: str | None
    cost_vnd: int | None = None
