"""Organisations, their members and papers, as use cases show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from auth.models import Organisation
from auth.organisations.proof_models import OrganisationPaper
from kernel.frozen import frozen


@dataclass(frozen=True, slots=True)
class SentPaperView:
    """The paper that was sent last to prove a tax code; `reason` says why it was refused."""

    id: UUID
    state: str
    agency_code: str
    sent_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """An organisation as one of its members stands to it; `mandates` are all of them for a representative."""

    id: UUID
    kind: str
    name: str
    registration_number: str
    standing: str
    proved_by: str | None
    proved_at: datetime | None
    paper: SentPaperView | None
    role: str
    mandates: Sequence[str]


@dataclass(frozen=True, slots=True)
class PublicOrganisationView:
    """An organisation as a key that belongs to it sees it."""

    id: UUID
    kind: str
    name: str
    standing: str
    status: str


@dataclass(frozen=True, slots=True)
class ClaimView:
    """One claim to a tax code, as officers see it."""

    id: UUID
    name: str
    standing: str
    proved_by: str | None
    proved_at: datetime | None

    @classmethod
    def of(cls, organisation: Organisation) -> "ClaimView":
        return frozen(cls, organisation)


@dataclass(frozen=True, slots=True)
class PaperToCheck:
    """A paper with the claim that it is for; `rivals` are the other claims to the same code."""

    id: UUID
    state: str
    agency_code: str
    media_type: str
    sent_at: datetime
    reason: str | None
    organisation_id: UUID
    kind: str
    name: str
    registration_number: str
    standing: str
    rivals: Sequence[ClaimView]

    @classmethod
    def of(
        cls, paper: OrganisationPaper, organisation: Organisation, number: str, rivals: Sequence[Organisation]
    ) -> "PaperToCheck":
        return frozen(
            cls,
            paper,
            kind=organisation.kind,
            name=organisation.name,
            registration_number=number,
            standing=organisation.standing,
            rivals=[ClaimView.of(each) for each in rivals],
        )


@dataclass(frozen=True, slots=True)
class MemberView:
    """What a person may do for an organisation, under the name that it gives them; dates included."""

    id: UUID
    person_id: UUID
    display_name: str
    role: str
    mandates: Sequence[str]
    valid_from: date
    valid_to: date | None
