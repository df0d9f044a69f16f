"""Residence's view of organisations, kept by auth: a part of `wiring`, which alone imports it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from auth.models import Organisation
from auth.organisations import claim_store, client_store
from auth.organisations import store as party_store
from auth.organisations.rights import mandates_of
from auth.organisations.service.organisations import HOUSEHOLD, standings_of
from auth.organisations.standing import Standing as OrganisationStanding
from kernel.part import Container
from kernel.work import Work
from residence.ports import Claimant, Key, Member, Standing
from residence.service.access import MANAGE


@dataclass(frozen=True, slots=True)
class OrganisationBook:
    """Residence's source of who may act for an organisation."""

    def standings(self, work: Work, person_id: UUID) -> Mapping[UUID, Standing]:
        return {
            held.organisation.id: Standing(
                held.mandates,
                household=held.organisation.kind == HOUSEHOLD,
                disputed=held.organisation.standing == OrganisationStanding.DISPUTED,
            )
            for held in standings_of(work, person_id)
        }

    def is_household(self, work: Work, organisation_id: UUID) -> bool:
        found = work.session.get(Organisation, organisation_id)
        return found is not None and found.kind == HOUSEHOLD

    def members(self, work: Work, organisation_id: UUID) -> list[Member]:
        return [
            Member(member.id, member.person_id, member.display_name)
            for member in party_store.members_of(work.session, organisation_id)
        ]

    def keys_of(self, work: Work, organisation_id: UUID, people: Collection[UUID]) -> list[Key]:
        managing = {
            member.person_id
            for member in party_store.members_of(work.session, organisation_id)
            if MANAGE in mandates_of(member.role, member.mandates)
        }
        return [
            Key(client.id, client.name)
            for client in client_store.lock_open_clients(work.session, organisation_id, work.now())
            if client.grantor_id in people and client.grantor_id not in managing
        ]

    def claimants(self, work: Work, organisations: Collection[UUID]) -> dict[UUID, Claimant]:
        found = claim_store.claims_of(work.session, organisations)
        return {row: Claimant(claim.name, claim.standing) for row, claim in found.items()}

    def names(self, work: Work, organisation_id: UUID) -> Mapping[UUID, str]:
        return party_store.names_within(work.session, organisation_id)


def open_organisations(_container: Container) -> OrganisationBook:
    return OrganisationBook()
