"""Organisations: hotels, household businesses, companies; who acts for them, and with what mandate (ủy quyền).

A representative may do everything for the organisation; staff may do what their mandates say. Nobody gives a mandate
they do not hold, and nobody changes their own membership.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from auth import party_store
from auth.models import REGISTRATION_FIELD, Membership, Organisation
from auth.service.access import person_of
from auth.service.register import check_days, enter_person
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.work import Work

MemberRole = Literal["representative", "staff"]
MANDATES: Final = ("manage_members", "manage_clients", "manage_lodgings", "report_guests")
KINDS: Final = ("hotel", "household_business", "company")


@dataclass(frozen=True, slots=True)
class Held:
    """An organisation as one of its members stands to it; `mandates` are all of them for a representative."""

    organisation: Organisation
    role: str
    mandates: frozenset[str]


@dataclass(frozen=True, slots=True)
class NewMember:
    identity_number: str = field(repr=False)
    display_name: str
    role: MemberRole
    mandates: tuple[str, ...]
    valid_from: date
    valid_to: date | None = None


def register_organisation(work: Work, actor: Actor, *, kind: str, name: str, number: str, display_name: str) -> Held:
    """Registers an organisation; the caller becomes its representative. Raises `organisation_known`."""
    index, now = work.vault.index(REGISTRATION_FIELD, number), work.now()
    if party_store.active_organisation(work.session, index) is not None:
        raise DomainError("organisation_known")
    row = new_id()
    organisation = Organisation(
        id=row,
        kind=kind,
        name=name,
        registration_number=work.vault.seal(REGISTRATION_FIELD, row, number),
        registration_index=index,
        status="active",
        created_at=now,
    )
    work.session.add(organisation)
    try:
        work.session.flush()
    except IntegrityError:
        # Two registered the same number at once; the index let one of them through.
        raise DomainError("organisation_known") from None
    member = Membership(
        id=new_id(),
        organisation_id=row,
        person_id=person_of(actor),
        role="representative",
        mandates=[],
        display_name=display_name,
        valid_from=local(now).date(),
        created_at=now,
    )
    work.session.add(member)
    work.session.flush()
    write_audit(work.session, actor, "organisation.register", "organisation", row)
    return _held(organisation, member)


def registration_number(work: Work, organisation: Organisation) -> str:
    return work.vault.open(REGISTRATION_FIELD, organisation.id, organisation.registration_number)


def list_organisations(work: Work, actor: Actor) -> list[Held]:
    """Those the caller is a member of today."""
    return standings_of(work, person_of(actor))


def standings_of(work: Work, person_id: UUID) -> list[Held]:
    """Active organisations of which a person is a member today, for those who serve organisations elsewhere."""
    found = party_store.organisations_of(work.session, person_id, local(work.now()).date())
    return [_held(organisation, member) for organisation, member in found if organisation.status == "active"]


def read_organisation(work: Work, actor: Actor, organisation_id: UUID) -> Held:
    """Raises `not_found` for who is no member today, as for one that does not exist."""
    member = party_store.membership_of(work.session, organisation_id, person_of(actor), local(work.now()).date())
    organisation = None if member is None else work.session.get(Organisation, organisation_id)
    if member is None or organisation is None:
        raise DomainError("not_found")
    return _held(organisation, member)


def require_mandate(work: Work, actor: Actor, organisation_id: UUID, mandate: str) -> Held:
    """The organisation, if the caller may do this for it. Raises `not_found` (no member), `mandate_missing`."""
    held = read_organisation(work, actor, organisation_id)
    if mandate not in held.mandates:
        raise DomainError("mandate_missing", needed=mandate)
    return held


def list_members(work: Work, actor: Actor, organisation_id: UUID) -> Sequence[Membership]:
    require_mandate(work, actor, organisation_id, "manage_members")
    write_audit(work.session, actor, "member.list", "organisation", organisation_id)
    return party_store.members_of(work.session, organisation_id)


def add_member(work: Work, actor: Actor, organisation_id: UUID, asked: NewMember) -> Membership:
    """Makes a person a member. The answer is the same whether the person was known here before or not.

    Raises `not_found`, `mandate_missing` (also for a mandate the caller does not hold), `already_member`.
    """
    held = require_mandate(work, actor, organisation_id, "manage_members")
    check_days(asked.valid_from, asked.valid_to)
    _check_reach(held, asked.role, asked.mandates)
    person = enter_person(work, asked.identity_number, asked.display_name)
    if any(member.person_id == person.id for member in party_store.lock_members(work.session, organisation_id)):
        raise DomainError("already_member")
    member = Membership(
        id=new_id(),
        organisation_id=organisation_id,
        person_id=person.id,
        role=asked.role,
        mandates=sorted(set(asked.mandates)),
        display_name=asked.display_name,
        valid_from=asked.valid_from,
        valid_to=asked.valid_to,
        created_at=work.now(),
    )
    work.session.add(member)
    work.session.flush()
    write_audit(work.session, actor, "member.add", "membership", member.id, organisation=str(organisation_id))
    return member


def end_member(work: Work, actor: Actor, organisation_id: UUID, member_id: UUID) -> None:
    """Revokes a membership at once. Raises `not_found`, `mandate_missing`, `last_representative`."""
    held = require_mandate(work, actor, organisation_id, "manage_members")
    members = party_store.lock_members(work.session, organisation_id)
    member = next((each for each in members if each.id == member_id), None)
    if member is None:
        raise DomainError("not_found")
    _check_reach(held, member.role, ())
    today = local(work.now()).date()
    others = [each for each in members if each.id != member_id and _represents(each, today)]
    if _represents(member, today) and not others:
        raise DomainError("last_representative")
    member.revoked_at = work.now()
    write_audit(work.session, actor, "member.end", "membership", member.id, organisation=str(organisation_id))


def _represents(member: Membership, day: date) -> bool:
    standing = member.valid_from <= day and (member.valid_to is None or member.valid_to >= day)
    return member.role == "representative" and standing


def _check_reach(held: Held, role: str, mandates: Collection[str]) -> None:
    if role == "representative" and held.role != "representative":
        raise DomainError("mandate_missing", needed="representative")
    beyond = sorted(set(mandates) - held.mandates)
    if beyond:
        raise DomainError("mandate_missing", needed=beyond[0])


def _held(organisation: Organisation, member: Membership) -> Held:
    every = member.role == "representative"
    return Held(organisation, member.role, frozenset(MANDATES if every else member.mandates))
