"""What the one-door office works with beside the transaction, and the ports through which it asks others."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol
from uuid import UUID

from kernel.setting_kinds import Seconds
from kernel.settings import Environment
from kernel.work import Work
from tracking.catalogue.service import Catalogue

UNDO_WINDOW: Final = Seconds("MOTCUA_UNDO_WINDOW_SECONDS", 600, 0, 86400)


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What the register knows of a person; `identity_number` is the 12-digit personal number, where it is known."""

    full_name: str
    identity_number: str | None
    birth_date: date | None


class People(Protocol):
    """The register of people and officers, kept by another domain."""

    def person_card(self, work: Work, person_id: UUID) -> PersonCard: ...

    def officer_name(self, work: Work, officer_id: UUID) -> str: ...

    def person_with_identity(self, work: Work, number: str) -> UUID | None:
        """Whose personal identity number (12 digits) this is; None where nobody's here."""
        ...

    def has_proved_phone(self, work: Work, person_id: UUID, phone: str) -> bool:
        """Whether the person has proved, by a one-time code, that `phone` (E.164) is theirs."""
        ...


@dataclass(frozen=True, slots=True)
class TrackingSettings:
    """`undo_window`: how long the officer who acted may take the last action back."""

    undo_window: timedelta

    @classmethod
    def read(cls, env: Environment) -> "TrackingSettings":
        return cls(undo_window=timedelta(seconds=UNDO_WINDOW.read(env)))


@dataclass(frozen=True, slots=True)
class Office:
    catalogue: Catalogue
    people: People
    settings: TrackingSettings
