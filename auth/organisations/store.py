"""Every query of officers' appointments, organisations and their members."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from agencies.tree import codes_from, in_subtree
from auth.models import ApiClient, Membership, Officer, Organisation


def _offices(root: str | None) -> Select[Officer]:
    return select(Officer).where(in_subtree(Officer.agency_code, root))


def offices_below(session: Session, root: str | None, *, after: UUID | None, limit: int) -> Sequence[Officer]:
    """Offices of a subtree, past ones included, oldest first; ids are ordered by time."""
    query = _offices(root).order_by(Officer.id).limit(limit)
    return session.scalars(query if after is None else query.where(Officer.id > after)).all()


def lock_office_below(session: Session, root: str | None, officer_id: UUID) -> Officer | None:
    return session.scalar(_offices(root).where(Officer.id == officer_id).with_for_update())


def office_meets(session: Session, person_id: UUID, agency_code: str, first: date, last: date | None) -> bool:
    """Whether the person holds, or will hold, an office of this agency in these days."""
    query = select(Officer.id).where(
        Officer.person_id == person_id,
        Officer.agency_code == agency_code,
        Officer.ended_at.is_(None),
        or_(Officer.valid_to.is_(None), Officer.valid_to >= first),
    )
    if last is not None:
        query = query.where(Officer.valid_from <= last)
    return session.execute(query.limit(1)).first() is not None


def organisations_of(session: Session, person_id: UUID, day: date) -> Sequence[tuple[Organisation, Membership]]:
    query = (
        select(Organisation, Membership)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person_id, *_standing(day))
        .order_by(Organisation.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def membership_of(session: Session, organisation_id: UUID, person_id: UUID, day: date) -> Membership | None:
    """The membership a person holds on `day` in an organisation that is active."""
    return session.scalar(
        select(Membership)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.person_id == person_id,
            Organisation.status == "active",
            *_standing(day),
        )
    )


def members_of(session: Session, organisation_id: UUID) -> Sequence[Membership]:
    """Those not revoked, the past and the coming included, oldest first."""
    return session.scalars(
        select(Membership)
        .where(Membership.organisation_id == organisation_id, Membership.revoked_at.is_(None))
        .order_by(Membership.id)
    ).all()


def lock_members(session: Session, organisation_id: UUID) -> Sequence[Membership]:
    """The same, for one caller at a time."""
    session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())
    return members_of(session, organisation_id)


def _standing(day: date) -> tuple[Any, ...]:
    return (
        Membership.revoked_at.is_(None),
        Membership.valid_from <= day,
        or_(Membership.valid_to.is_(None), Membership.valid_to >= day),
    )


def names_within(session: Session, organisation_id: UUID) -> dict[UUID, str]:
    """What an organisation calls its people and systems, past ones included: person or client id -> name."""
    people = session.execute(
        select(Membership.person_id, Membership.display_name)
        .where(Membership.organisation_id == organisation_id)
        .order_by(Membership.id)
    )
    systems = session.execute(select(ApiClient.id, ApiClient.name).where(ApiClient.organisation_id == organisation_id))
    return {row[0]: row[1] for row in (*people, *systems)}


def nearest_admins(session: Session, agency_code: str, day: date) -> Sequence[UUID]:
    """The people with the role admin on `day` at the agency, else at the nearest one above that has any."""
    return nearest_officers(session, agency_code, "admin", day)


def nearest_officers(session: Session, agency_code: str, role: str, day: date) -> Sequence[UUID]:
    """The same for any role."""
    for code in codes_from(session, agency_code):
        people = session.scalars(
            select(Officer.person_id)
            .where(
                Officer.agency_code == code,
                Officer.roles.contains([role]),
                Officer.valid_from <= day,
                or_(Officer.valid_to.is_(None), Officer.valid_to >= day),
                Officer.ended_at.is_(None),
            )
            .distinct()
        ).all()
        if people:
            return people
    return []
