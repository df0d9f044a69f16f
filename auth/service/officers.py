"""Officers, appointed and ended by an admin of an agency above them. Nobody touches an office of their own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from auth import party_store
from auth.models import Officer
from auth.service.register import check_days, enter_person
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError, FieldError
from kernel.ids import new_id
from kernel.work import Work


@dataclass(frozen=True, slots=True)
class Appointment:
    """`valid_to`: the last day, included; None for an office without an end yet."""

    identity_number: str = field(repr=False)
    display_name: str
    agency_code: str
    roles: tuple[str, ...]
    valid_from: date
    valid_to: date | None = None


def list_officers(work: Work, actor: Actor, *, after: UUID | None, limit: int) -> Sequence[Officer]:
    """Offices of the admin's subtree, past ones included, oldest first."""
    write_audit(work.session, actor, "officer.list", "agency", None, agency=actor.agency_code or "")
    return party_store.offices_below(work.session, actor.agency_code, after=after, limit=limit)


def appoint_officer(work: Work, actor: Actor, asked: Appointment) -> Officer:
    """Gives a person an office of the admin's subtree. Raises `invalid_fields`, `own_office`, `office_exists`.

    An agency outside the subtree is refused as one that does not exist.
    """
    check_days(asked.valid_from, asked.valid_to)
    if not party_store.in_subtree(work.session, asked.agency_code, actor.agency_code):
        raise DomainError("invalid_fields", fields=[FieldError("/agency_code", "choice")])
    return enter_office(work, actor, asked)


def enter_office(work: Work, actor: Actor, asked: Appointment) -> Officer:
    """The same for whoever answers for the whole system: its operator, or the seed."""
    person = enter_person(work, asked.identity_number, asked.display_name)
    if person.id == actor.person_id:
        raise DomainError("own_office")
    if party_store.office_meets(work.session, person.id, asked.agency_code, asked.valid_from, asked.valid_to):
        raise DomainError("office_exists")
    officer = Officer(
        id=new_id(),
        person_id=person.id,
        agency_code=asked.agency_code,
        roles=sorted(set(asked.roles)),
        display_name=asked.display_name,
        valid_from=asked.valid_from,
        valid_to=asked.valid_to,
    )
    work.session.add(officer)
    work.session.flush()
    write_audit(work.session, actor, "officer.appoint", "officer", officer.id, agency=asked.agency_code)
    return officer


def end_office(work: Work, actor: Actor, officer_id: UUID, last_day: date | None = None) -> Officer:
    """Ends an office after `last_day`, or at once: then its sessions stop within seconds.

    Raises `not_found` outside the subtree, `own_office`, and `invalid_fields` for a day before the first or past.
    An office that has ended already stays as it is.
    """
    officer = party_store.lock_office_below(work.session, actor.agency_code, officer_id)
    if officer is None:
        raise DomainError("not_found")
    if officer.person_id == actor.person_id:
        raise DomainError("own_office")
    today = local(work.now()).date()
    if officer.ended_at is not None or (officer.valid_to is not None and officer.valid_to < today):
        return officer
    if last_day is None:
        officer.ended_at = work.now()
        officer.valid_to = max(today, officer.valid_from)
    elif last_day < max(today, officer.valid_from):
        raise DomainError("invalid_fields", fields=[FieldError("/last_day", "date_order")])
    else:
        officer.valid_to = last_day
    write_audit(work.session, actor, "officer.end", "officer", officer.id, agency=officer.agency_code)
    return officer


def admins_of(work: Work, agency_code: str) -> Sequence[UUID]:
    """The people who are admins of an agency today, of the nearest agency above it where it has none."""
    return party_store.nearest_admins(work.session, agency_code, local(work.now()).date())
