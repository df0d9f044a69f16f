"""What this package records in the outbox: ids and values that tell nothing of a person."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Session

from auth.organisations.standing import Standing
from kernel.outbox import record_event

CLIENTS_ENDING: Final = "clients.ending"
CLIENTS_ENDED: Final = "clients.ended"
CLIENTS_TAKEN_OVER: Final = "clients.taken_over"


@dataclass(frozen=True, slots=True)
class ClientsChanged:
    """Keys of one owner, an organisation or an agency, whose ground goes, has gone, or was taken over.

    `until`: the last day on which they work, where that is to come. `person_id`: who took them over.
    """

    kind: str
    client_ids: tuple[UUID, ...]
    organisation_id: UUID | None = None
    agency_code: str | None = None
    until: date | None = None
    person_id: UUID | None = None

    KINDS: ClassVar[tuple[str, ...]] = (CLIENTS_ENDING, CLIENTS_ENDED, CLIENTS_TAKEN_OVER)

    def record(self, session: Session) -> None:
        payload: dict[str, Any] = {
            "client_ids": [str(each) for each in self.client_ids],
            "organisation_id": None if self.organisation_id is None else str(self.organisation_id),
            "agency_code": self.agency_code,
            "until": None if self.until is None else self.until.isoformat(),
            "person_id": None if self.person_id is None else str(self.person_id),
        }
        record_event(session, self.kind, self.organisation_id or self.client_ids[0], payload)


ORGANISATION_PROVED: Final = "organisation.proved"
ORGANISATION_DISPUTED: Final = "organisation.disputed"
ORGANISATION_REOPENED: Final = "organisation.reopened"
ORGANISATION_CONTESTED: Final = "organisation.contested"
ORGANISATION_PAPER_REFUSED: Final = "organisation.paper_refused"
_OF_STANDING: Final = {
    Standing.PROVED: ORGANISATION_PROVED,
    Standing.DISPUTED: ORGANISATION_DISPUTED,
    Standing.CLAIMED: ORGANISATION_REOPENED,
}


@dataclass(frozen=True, slots=True)
class StandingChanged:
    """What became of an organisation's claim to its tax code. `paper_id`: of the paper that was refused."""

    kind: str
    organisation_id: UUID
    paper_id: UUID | None = None

    @classmethod
    def to(cls, standing: Standing, organisation_id: UUID) -> "StandingChanged":
        return cls(_OF_STANDING[standing], organisation_id)

    @classmethod
    def contested(cls, organisation_id: UUID) -> "StandingChanged":
        """It is proved, and another gave a proof that is worth as much."""
        return cls(ORGANISATION_CONTESTED, organisation_id)

    @classmethod
    def paper_refused(cls, organisation_id: UUID, paper_id: UUID) -> "StandingChanged":
        return cls(ORGANISATION_PAPER_REFUSED, organisation_id, paper_id)

    def record(self, session: Session) -> None:
        payload: dict[str, Any] = {
            "organisation_id": str(self.organisation_id),
            "paper_id": None if self.paper_id is None else str(self.paper_id),
        }
        record_event(session, self.kind, self.organisation_id, payload)
