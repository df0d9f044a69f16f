"""Queries of lodgings, their people and their stays."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    LargeBinary,
    Select,
    and_,
    any_,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.orm import Session

from agencies import tree
from kernel.clock import VIETNAM
from kernel.errors import DomainError
from kernel.texts.folding import fold
from residence.clock import filing_ends
from residence.models import Declaration, Lodging, LodgingChange, LodgingStaff, NilReport, Room, Stay
from residence.states import LodgingState, StayState

_POLICE = text(
    "SELECT code FROM agency WHERE kind = 'police' AND commune_code = :commune ORDER BY length(path) DESC LIMIT 1"
)
_ACTIVE = str(LodgingState.ACTIVE)


class StayKey(NamedTuple):
    """What makes two declarations of one lodging the same stay."""

    document_index: bytes
    night: date


class DeclaredGuest(NamedTuple):
    """Blind indexes of a guest's document and of the words of their name; the file they were declared by, if any."""

    document_index: bytes
    name_words: Sequence[int]
    batch_id: UUID | None


def police_of(session: Session, commune_code: str) -> str | None:
    """The police to whom lodgings of a commune declare."""
    code: str | None = session.scalar(_POLICE, {"commune": commune_code})
    return code


def in_subtree(root: str | None) -> ColumnElement[bool]:
    """Lodgings of an agency and of those below it."""
    return tree.in_subtree(Lodging.agency_code, root)


def find_lodging(session: Session, lodging_id: UUID, *, lock: bool = False) -> Lodging:
    """Raises `not_found`. `lock` holds it against another declaration or decision until the transaction ends."""
    query = select(Lodging).where(Lodging.id == lodging_id)
    # Rows that refer to a lodging are inserted all the time; they must not wait for it.
    row = session.scalar(
        query.with_for_update(key_share=True).execution_options(populate_existing=True) if lock else query
    )
    if row is None:
        raise DomainError("not_found")
    return row


def lodgings_of(session: Session, organisations: Collection[UUID]) -> Sequence[Lodging]:
    """Oldest first."""
    return session.scalars(select(Lodging).where(Lodging.organisation_id.in_(organisations)).order_by(Lodging.id)).all()


def same_lodging(session: Session, organisation_id: UUID, name: str) -> bool:
    """Whether the organisation has a lodging of this name that is not closed."""
    query = select(Lodging.name).where(
        Lodging.organisation_id == organisation_id, Lodging.state != str(LodgingState.CLOSED)
    )
    return fold(name) in map(fold, session.scalars(query))


def assignments(session: Session, person_id: UUID) -> Mapping[UUID, frozenset[UUID]]:
    """Organisation -> the lodgings of it to which a person is narrowed; organisations without any are not in it."""
    rows = session.execute(
        select(Lodging.organisation_id, Lodging.id)
        .join(LodgingStaff, LodgingStaff.lodging_id == Lodging.id)
        .where(LodgingStaff.person_id == person_id)
    ).all()
    return {found: frozenset(row[1] for row in rows if row[0] == found) for found in {row[0] for row in rows}}


def staff_of(session: Session, lodging_id: UUID) -> Sequence[UUID]:
    return session.scalars(select(LodgingStaff.person_id).where(LodgingStaff.lodging_id == lodging_id)).all()


def set_staff(session: Session, lodging_id: UUID, people: Iterable[UUID], now: datetime) -> None:
    session.execute(delete(LodgingStaff).where(LodgingStaff.lodging_id == lodging_id))
    rows = [{"lodging_id": lodging_id, "person_id": person, "added_at": now} for person in people]
    if rows:
        session.execute(insert(LodgingStaff), rows)


def rooms_of(session: Session, lodging_id: UUID) -> Sequence[Room]:
    return session.scalars(select(Room).where(Room.lodging_id == lodging_id).order_by(Room.name)).all()


def set_rooms(session: Session, lodging_id: UUID, rooms: Sequence[Mapping[str, Any]]) -> None:
    """Stays keep the name of their room, so nothing refers to these rows."""
    session.execute(delete(Room).where(Room.lodging_id == lodging_id))
    if rooms:
        session.execute(insert(Room), [{**room, "lodging_id": lodging_id} for room in rooms])


def changes_of(session: Session, lodging_id: UUID) -> Sequence[LodgingChange]:
    return session.scalars(
        select(LodgingChange).where(LodgingChange.lodging_id == lodging_id).order_by(LodgingChange.id)
    ).all()


def standing_stays(session: Session, lodging_id: UUID, keys: Collection[StayKey]) -> dict[StayKey, UUID]:
    """Those of these stays that a lodging has declared and not annulled."""
    rows = session.execute(
        select(Stay.document_index, Stay.night, Stay.id).where(
            Stay.lodging_id == lodging_id,
            Stay.document_index == any_(literal([key.document_index for key in keys], ARRAY(LargeBinary))),
            Stay.night.in_({key.night for key in keys}),
            Stay.state != str(StayState.ANNULLED),
            Stay.erased_at.is_(None),
        )
    )
    return {StayKey(row[0], row[1]): row[2] for row in rows if row[0] is not None}


def find_stay(session: Session, lodging_id: UUID, stay_id: UUID, *, lock: bool = False) -> Stay:
    """A stay of this lodging. Raises `not_found`."""
    query = select(Stay).where(Stay.id == stay_id, Stay.lodging_id == lodging_id)
    row = session.scalar(
        query.with_for_update(key_share=True).execution_options(populate_existing=True) if lock else query
    )
    if row is None:
        raise DomainError("not_found")
    return row


def stays_of(
    session: Session, lodging_id: UUID, *, night: date | None, after: UUID | None, limit: int
) -> Sequence[Stay]:
    """Newest declared first; with `night` those who stay that night."""
    # No id is null, but only the index of a lodging's stays has this order. The primary key has another, so the planner
    # never walks along it in search of a lodging that has few.
    query = select(Stay).where(Stay.lodging_id == lodging_id).order_by(Stay.id.desc().nulls_last()).limit(limit)
    if night is not None:
        query = query.where(stays_over(night))
    if after is not None:
        query = query.where(Stay.id < after)
    return session.scalars(query).all()


def latest_stay(session: Session, lodging_id: UUID, document_index: bytes, since: datetime) -> Stay | None:
    """The latest stay of a document in a lodging that ended after `since`."""
    return session.scalar(
        select(Stay)
        .where(
            Stay.lodging_id == lodging_id,
            Stay.document_index == document_index,
            Stay.erased_at.is_(None),
            Stay.departure > since,
        )
        .order_by(Stay.night.desc(), Stay.id.desc())
        .limit(1)
    )


def chain_of(session: Session, stay_id: UUID) -> Sequence[Declaration]:
    """What was declared of a stay, in order."""
    return session.scalars(select(Declaration).where(Declaration.stay_id == stay_id).order_by(Declaration.number)).all()


def heads_of(session: Session, stays: Collection[UUID]) -> dict[UUID, Declaration]:
    """Stay -> its latest declaration."""
    rows = session.scalars(
        select(Declaration)
        .join(Stay, and_(Stay.id == Declaration.stay_id, Stay.declarations == Declaration.number))
        .where(Stay.id.in_(stays))
    )
    return {row.stay_id: row for row in rows}


def declared_since(session: Session, lodging_id: UUID, instant: datetime, first: date) -> Sequence[DeclaredGuest]:
    """Guests whom a lodging declared at an instant or later and has not annulled, of arrivals from a night on."""
    rows = session.execute(
        select(Stay.document_index, Stay.name_words, Declaration.batch_id)
        .join(Declaration, and_(Declaration.stay_id == Stay.id, Declaration.number == 1))
        .where(
            Stay.lodging_id == lodging_id,
            Stay.night >= first,
            Stay.declared_at >= instant,
            Stay.state != str(StayState.ANNULLED),
            Stay.document_index.is_not(None),
        )
    )
    return [DeclaredGuest(row[0], row[1], row[2]) for row in rows if row[0] is not None]


def stays_over(night: date) -> ColumnElement[bool]:
    """Stays that are not annulled and cover a night: arrived on it or before, and not left before its end."""
    # Whoever covers a night leaves after it has begun. This adds nothing but the way by one lodging's departures.
    begins = datetime.combine(night, time(), VIETNAM)
    return and_(Stay.state != str(StayState.ANNULLED), Stay.nights.contains(night), Stay.departure >= begins)


def lodgings_with_guests(night: date) -> Select[UUID]:
    """Ids of the lodgings where somebody stays a night; one may come several times."""
    return select(Stay.lodging_id).where(stays_over(night))


def standing_nil(session: Session, lodging_id: UUID, night: date, *, lock: bool = False) -> NilReport | None:
    query = select(NilReport).where(
        NilReport.lodging_id == lodging_id, NilReport.night == night, NilReport.withdrawn_at.is_(None)
    )
    return session.scalar(query.with_for_update() if lock else query)


def withdraw_nils(session: Session, lodging_id: UUID, first: date, now: datetime) -> None:
    """Guests were declared after all for nights said to be without any; looks at those from `first` on."""
    rows = session.scalars(
        select(NilReport).where(
            NilReport.lodging_id == lodging_id, NilReport.night >= first, NilReport.withdrawn_at.is_(None)
        )
    ).all()
    for row in rows:
        if has_guests(session, lodging_id, row.night):
            row.withdrawn_at = now


def has_guests(session: Session, lodging_id: UUID, night: date) -> bool:
    return (
        session.execute(select(Stay.id).where(Stay.lodging_id == lodging_id, stays_over(night)).limit(1)).first()
        is not None
    )


def owing(night: date) -> ColumnElement[bool]:
    """Lodgings that have to file a night: approved before its filing ends, and not suspended or closed then. While that
    is still to come, those that are active now."""
    ends = filing_ends(night)
    stood = (
        select(LodgingChange.to_state)
        .where(LodgingChange.lodging_id == Lodging.id, LodgingChange.at < ends)
        .order_by(LodgingChange.id.desc())
        .limit(1)
        .correlate(Lodging)
        .scalar_subquery()
    )
    # The cheap comparison first: it is looked at for every lodging of a subtree.
    return and_(Lodging.approved_at < ends, func.coalesce(stood, _ACTIVE) == _ACTIVE)


def unfiled_lodgings(session: Session, night: date, root: str | None = None) -> Sequence[Lodging]:
    """Lodgings that have to file a night and have neither a guest nor a nil report in it; of one agency's subtree, or
    all of them."""
    return session.scalars(_unfiled(night, root).order_by(Lodging.name, Lodging.id)).all()


def _unfiled(night: date, root: str | None) -> Select[Lodging]:
    # Once for the night, not once for each lodging.
    guests = lodgings_with_guests(night).cte().prefix_with("MATERIALIZED")
    nil = exists().where(NilReport.lodging_id == Lodging.id, NilReport.night == night, NilReport.withdrawn_at.is_(None))
    query = select(Lodging).where(owing(night), Lodging.id.not_in(select(guests.c.lodging_id)), ~nil)
    return query if root is None else query.where(in_subtree(root))


def count_photos(session: Session, lodging_id: UUID) -> int:
    return session.scalars(
        select(func.count()).select_from(Stay).where(Stay.lodging_id == lodging_id, Stay.photo_key.is_not(None))
    ).one()
