"""Organisations: hotels, household businesses, companies; who acts for them, and with what mandate (ủy quyền).

A representative may do everything for the organisation; staff may do what their mandates say.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from auth.models import REGISTRATION_FIELD, Membership, Organisation
from auth.organisations import claim_store
from auth.organisations import store as party_store
from auth.organisations.rights import mandates_of
from auth.organisations.service.claims import prove_household
from auth.organisations.standing import Standing
from auth.organisations.views import OrganisationView, SentPaperView
from auth.service.access import person_of
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError
from kernel.frozen import frozen
from kernel.ids import new_id
from kernel.quota import require_room
from kernel.work import Work

MOST_ORGANISATIONS: Final = 100
HOUSEHOLD: Final = "household_business"
KINDS: Final = ("hotel", "household_business", "company")


@dataclass(frozen=True, slots=True)
class Held:
    """An organisation as one of its members stands to it; `mandates` are all of them for a representative. `until` is
    the last day of the membership, None for no end yet.
    """

    organisation: Organisation
    role: str
    mandates: frozenset[str]
    until: date | None = None


def register_organisation(
    work: Work, actor: Actor, *, kind: str, name: str, number: str, display_name: str
) -> OrganisationView:
    """Registers an organisation that claims a tax code; the caller becomes its representative.

    Others may claim the same code. Raises `organisation_known` where the caller is a member of one that does, and
    `too_many_organisations`.
    """
    index, now, person = work.vault.index(REGISTRATION_FIELD, number), work.now(), person_of(actor)
    claims = claim_store.lock_claims(work.session, index)
    if claim_store.belongs_to(work.session, [each.id for each in claims], person):
        raise DomainError("organisation_known")
    _require_room(work, person)
    row, proved = new_id(), any(each.standing == Standing.PROVED for each in claims)
    organisation = Organisation(
        id=row,
        kind=kind,
        name=name,
        registration_number=work.vault.seal(REGISTRATION_FIELD, row, number),
        registration_index=index,
        status="active",
        standing=(Standing.DISPUTED if proved else Standing.CLAIMED).value,
        created_at=now,
    )
    work.session.add(organisation)
    work.session.flush()
    member = _representative(work, organisation, person, display_name)
    write_audit(work.session, actor, "organisation.register", "organisation", row)
    if kind == HOUSEHOLD:
        prove_household(work, actor, organisation, number)
    return show(work, _held(organisation, member))


def _representative(work: Work, organisation: Organisation, person_id: UUID, display_name: str) -> Membership:
    now = work.now()
    member = Membership(
        id=new_id(),
        organisation_id=organisation.id,
        person_id=person_id,
        role="representative",
        mandates=[],
        display_name=display_name,
        valid_from=local(now).date(),
        created_at=now,
    )
    work.session.add(member)
    work.session.flush()
    return member


def registration_number(work: Work, organisation: Organisation) -> str:
    return work.vault.open(REGISTRATION_FIELD, organisation.id, organisation.registration_number)


def list_organisations(work: Work, actor: Actor) -> list[OrganisationView]:
    """Those the caller is a member of today."""
    return [show(work, held) for held in standings_of(work, person_of(actor))]


def standings_of(work: Work, person_id: UUID) -> list[Held]:
    """Active organisations of which a person is a member today, for those who serve organisations elsewhere."""
    found = party_store.organisations_of(work.session, person_id, local(work.now()).date())
    return [_held(organisation, member) for organisation, member in found if organisation.status == "active"]


def read_organisation(work: Work, actor: Actor, organisation_id: UUID) -> OrganisationView:
    """Raises `not_found` as `find_held` does."""
    return show(work, find_held(work, actor, organisation_id))


def show(work: Work, held: Held) -> OrganisationView:
    """With the paper that was sent last, and what became of it."""
    organisation = held.organisation
    paper = claim_store.latest_papers(work.session, [organisation.id]).get(organisation.id)
    return frozen(
        OrganisationView,
        organisation,
        registration_number=registration_number(work, organisation),
        paper=None if paper is None else frozen(SentPaperView, paper),
        role=held.role,
        mandates=sorted(held.mandates),
    )


def find_held(work: Work, actor: Actor, organisation_id: UUID) -> Held:
    """Raises `not_found` for anyone who is no member today, as for one that does not exist."""
    member = party_store.membership_of(work.session, organisation_id, person_of(actor), local(work.now()).date())
    organisation = None if member is None else work.session.get(Organisation, organisation_id)
    if member is None or organisation is None:
        raise DomainError("not_found")
    return _held(organisation, member)


def require_undisputed(held: Held) -> None:
    """A claim against which another stands proved does not grow. Raises `organisation_disputed`."""
    if held.organisation.standing == Standing.DISPUTED:
        raise DomainError("organisation_disputed")


def require_mandate(work: Work, actor: Actor, organisation_id: UUID, mandate: str) -> Held:
    """The organisation, if the caller may do this for it. Raises `not_found` (no member), `mandate_missing`."""
    held = find_held(work, actor, organisation_id)
    if mandate not in held.mandates:
        raise DomainError("mandate_missing", needed=mandate)
    return held


def representatives_of(work: Work, organisation_id: UUID) -> list[UUID]:
    """The people who represent an organisation today."""
    today = local(work.now()).date()
    members = party_store.members_of(work.session, organisation_id)
    return [each.person_id for each in members if each.role == "representative" and stands(each, today)]


def stands(member: Membership, day: date) -> bool:
    """Whether a membership that is not revoked holds on a day."""
    return member.valid_from <= day and (member.valid_to is None or member.valid_to >= day)


def _held(organisation: Organisation, member: Membership) -> Held:
    return Held(organisation, member.role, mandates_of(member.role, member.mandates), member.valid_to)


def _require_room(work: Work, person_id: UUID) -> None:
    require_room(
        work.session,
        "organisations",
        person_id,
        held=lambda: len(standings_of(work, person_id)),
        limit=MOST_ORGANISATIONS,
        refusal="too_many_organisations",
    )
