"""What the one-door office works with beside the transaction, and the ports through which it asks others."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol
from uuid import UUID

from kernel.configuration.kinds import Seconds, Whole, Words
from kernel.configuration.settings import Environment
from kernel.work import Work
from procedures.catalogue import Catalogue
from procedures.supplement import AtEnd, SupplementRule
from tracking.numbers import DossierNumbers

UNDO_WINDOW: Final = Seconds("MOTCUA_UNDO_WINDOW_SECONDS", 600, 0, 86400)
# UNCONFIRMED: no text was found that gives every procedure a term for supplements. NĐ 301/2026 gives linked births and
# deaths seven working days, and stops the dossier after them.
SUPPLEMENT_DAYS: Final = Whole("MOTCUA_SUPPLEMENT_DAYS", 15, 1, 365)
SUPPLEMENT_MOST_DAYS: Final = Whole("MOTCUA_SUPPLEMENT_MOST_DAYS", 60, 1, 365)
SUPPLEMENT_REMINDER_DAYS: Final = Whole("MOTCUA_SUPPLEMENT_REMINDER_DAYS", 2, 1, 60)
SUPPLEMENT_END: Final = Words("MOTCUA_SUPPLEMENT_END", "stop", ("stop", "tell"))

USUAL_SUPPLEMENT: Final = SupplementRule(15, 60, AtEnd.STOP)


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
    """`undo_window`: how long the officer who acted may take the last action back. `supplement`: what holds for a
    procedure that says nothing; the reminder goes out so many working days before its last day."""

    undo_window: timedelta
    supplement: SupplementRule = USUAL_SUPPLEMENT
    supplement_reminder_days: int = 2

    @classmethod
    def read(cls, env: Environment) -> "TrackingSettings":
        days, most = SUPPLEMENT_DAYS.read(env), SUPPLEMENT_MOST_DAYS.read(env)
        return cls(
            undo_window=timedelta(seconds=UNDO_WINDOW.read(env)),
            supplement=SupplementRule(days, max(days, most), AtEnd(SUPPLEMENT_END.read(env))),
            supplement_reminder_days=SUPPLEMENT_REMINDER_DAYS.read(env),
        )


@dataclass(frozen=True, slots=True)
class Office:
    catalogue: Catalogue
    people: People
    numbers: DossierNumbers
    settings: TrackingSettings
