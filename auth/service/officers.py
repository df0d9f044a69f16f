"""Officers, appointed and ended by an admin of an agency above them. Nobody touches an office of their own.

An appointment is the agency's, and outlives the admin who made it. A key of a partner rests on the admin who answers
for it: whoever ends that office says whether the keys end, or which other admin takes them over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from agencies.tree import is_within
from auth.models import ApiClient, Officer
from auth.organisations import client_store
from auth.organisations import store as party_store
from auth.organisations.service.clients import take_over
from auth.organisations.service.succession import Fate, end_clients, remaining, unfit_heir, warn
from auth.service.register import check_days, enter_person
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError, FieldError
from kernel.frozen import frozen
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


@dataclass(frozen=True, slots=True)
class OfficerView:
    """An office (cán bộ) of an agency; dates included."""

    id: UUID
    display_name: str
    agency_code: str
    roles: Sequence[str]
    valid_from: date
    valid_to: date | None


def list_officers(work: Work, actor: Actor, *, after: UUID | None, limit: int) -> list[OfficerView]:
    """Offices of the admin's subtree, past ones included, oldest first."""
    write_audit(work.session, actor, "officer.list", "agency", None, agency=actor.agency_code or "")
    offices = party_store.offices_below(work.session, actor.agency_code, after=after, limit=limit)
    return [frozen(OfficerView, each) for each in offices]


def appoint_officer(work: Work, actor: Actor, asked: Appointment) -> OfficerView:
    """Gives a person an office of the admin's subtree. Raises `invalid_fields`, `own_office`, `office_exists`.

    An agency outside the subtree is refused as one that does not exist.
    """
    check_days(asked.valid_from, asked.valid_to)
    if not is_within(work.session, asked.agency_code, actor.agency_code):
        raise DomainError("invalid_fields", fields=[FieldError("/agency_code", "choice")])
    return enter_office(work, actor, asked)


def enter_office(work: Work, actor: Actor, asked: Appointment) -> OfficerView:
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
    return frozen(OfficerView, officer)


def end_office(
    work: Work, actor: Actor, officer_id: UUID, last_day: date | None = None, fate: Fate | None = None
) -> OfficerView:
    """Ends an office after `last_day`, or at once: then its sessions stop within seconds.

    Raises `not_found` outside the subtree, `own_office`, `invalid_fields` for a day before the first or past, and
    `grants_remain` where keys rest on the office and `fate` says nothing of them. An office that has ended stays as it
    is.
    """
    officer = party_store.lock_office_below(work.session, actor.agency_code, officer_id)
    if officer is None:
        raise DomainError("not_found")
    if officer.person_id == actor.person_id:
        raise DomainError("own_office")
    today = local(work.now()).date()
    if officer.ended_at is not None or (officer.valid_to is not None and officer.valid_to < today):
        return frozen(OfficerView, officer)
    if last_day is not None and last_day < max(today, officer.valid_from):
        raise DomainError("invalid_fields", fields=[FieldError("/last_day", "date_order")])
    _settle_clients(work, actor, officer, last_day, fate)
    if last_day is None:
        officer.ended_at = work.now()
        officer.valid_to = max(today, officer.valid_from)
    else:
        officer.valid_to = last_day
    write_audit(work.session, actor, "officer.end", "officer", officer.id, agency=officer.agency_code)
    return frozen(OfficerView, officer)


def _settle_clients(work: Work, actor: Actor, officer: Officer, last_day: date | None, fate: Fate | None) -> None:
    """Whatever rests on an office that ends after a day, or at once."""
    after = local(work.now()).date() if last_day is None else last_day
    clients = [
        client
        for client in client_store.lock_clients_of_office(work.session, officer, work.now())
        if last_day is None or local(client.expires_at).date() > last_day
    ]
    others = client_store.offices_answering(work.session, [each.id for each in clients], after, without=officer.id)
    resting = [client for client in clients if client.id not in others]
    if not resting:
        return
    if fate is None:
        raise remaining(resting)
    if fate.how == "take_over":
        _hand_over(work, actor, resting, fate, officer)
    elif last_day is None:
        end_clients(work, actor, resting)
    else:
        warn(work, resting, last_day)


def _hand_over(work: Work, actor: Actor, clients: Sequence[ApiClient], fate: Fate, leaving: Officer) -> None:
    heir = None if fate.heir_id is None else work.session.get(Officer, fate.heir_id)
    if heir is None or heir.person_id == leaving.person_id:
        raise unfit_heir(fate)
    reach = client_store.answers_for(work.session, heir, [each.id for each in clients], local(work.now()).date())
    if not all(client.id in reach for client in clients):
        raise unfit_heir(fate)
    take_over(work, actor, clients, heir.person_id)


def officers_with(work: Work, agency_code: str, role: str) -> Sequence[UUID]:
    """The people who have a role at an agency today, at the nearest agency above it where nobody has."""
    return party_store.nearest_officers(work.session, agency_code, role, local(work.now()).date())


def person_in_office(work: Work, officer_id: UUID) -> UUID | None:
    """Who holds an office today; None once it has ended."""
    officer, today = work.session.get(Officer, officer_id), local(work.now()).date()
    if officer is None or officer.ended_at is not None or today < officer.valid_from:
        return None
    return officer.person_id if officer.valid_to is None or today <= officer.valid_to else None


def admins_of(work: Work, agency_code: str) -> Sequence[UUID]:
    """The people who are admins of an agency today, of the nearest agency above it where it has none."""
    return party_store.nearest_admins(work.session, agency_code, local(work.now()).date())
