"""What a notice about a claim to a tax code says, and whom it goes to; read when it is about to be written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from auth.models import Organisation
from auth.organisations.proof_models import OrganisationPaper
from auth.organisations.service.organisations import representatives_of
from kernel.work import Work


@dataclass(frozen=True, slots=True)
class ClaimNews:
    """`people` represent the organisation. `reason` is why a paper was refused."""

    people: tuple[UUID, ...]
    organisation: str
    reason: str | None


def read_claim_news(work: Work, payload: Mapping[str, Any]) -> ClaimNews:
    """For the events of `auth.events.StandingChanged`."""
    organisation = work.session.get_one(Organisation, UUID(payload["organisation_id"]))
    paper = None if payload["paper_id"] is None else work.session.get_one(OrganisationPaper, UUID(payload["paper_id"]))
    people = tuple(representatives_of(work, organisation.id))
    return ClaimNews(people, organisation.name, None if paper is None else paper.reason)
