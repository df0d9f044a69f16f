"""Queries of one night over many lodgings: so many statements, however many lodgings."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from residence.ledger_models import TransmissionItem
from residence.models import Batch, Declaration, Lodging, NilReport, Stay
from residence.states import BatchState, StayState
from residence.store import owing, stays_over

Counted = list[tuple[str | None, int, int]]
"""Rows of (state of the item, guests, late ones), as `night_store.counts_of` takes them."""


def arrivals_of(session: Session, lodgings: Collection[UUID], night: date) -> dict[UUID, Counted]:
    """Arrivals of a night by lodging, and by what became of their latest declaration."""
    rows = session.execute(
        select(Stay.lodging_id, TransmissionItem.state, func.count(), func.count().filter(Stay.late))
        .join(Declaration, and_(Declaration.stay_id == Stay.id, Declaration.number == Stay.declarations))
        .outerjoin(TransmissionItem, TransmissionItem.declaration_id == Declaration.id)
        .where(Stay.lodging_id.in_(lodgings), Stay.night == night, Stay.state != str(StayState.ANNULLED))
        .group_by(Stay.lodging_id, TransmissionItem.state)
    )
    found: dict[UUID, Counted] = {}
    for lodging, state, count, late in rows:
        found.setdefault(lodging, []).append((state, count, late))
    return found


def staying_in(session: Session, lodgings: Collection[UUID], night: date) -> dict[UUID, int]:
    """How many stay a night, by lodging."""
    rows = session.execute(
        select(Stay.lodging_id, func.count())
        .where(Stay.lodging_id.in_(lodgings), stays_over(night))
        .group_by(Stay.lodging_id)
    )
    return {row[0]: row[1] for row in rows}


def nils_of(session: Session, lodgings: Collection[UUID], night: date) -> frozenset[UUID]:
    """Lodgings that have said that nobody stays a night."""
    query = select(NilReport.lodging_id).where(
        NilReport.lodging_id.in_(lodgings), NilReport.night == night, NilReport.withdrawn_at.is_(None)
    )
    return frozenset(session.scalars(query))


def owing_of(session: Session, lodgings: Collection[UUID], night: date) -> frozenset[UUID]:
    """Lodgings that have to file a night."""
    return frozenset(session.scalars(select(Lodging.id).where(Lodging.id.in_(lodgings), owing(night))))


def newest_batches(session: Session, lodgings: Collection[UUID], night: date) -> Sequence[Batch]:
    """The newest file of each lodging for a night, of those that have been judged."""
    query = (
        select(Batch)
        .where(Batch.lodging_id.in_(lodgings), Batch.night == night, Batch.state != str(BatchState.JUDGING))
        .ext(distinct_on(Batch.lodging_id))
        .order_by(Batch.lodging_id, Batch.id.desc())
    )
    return session.scalars(query).all()
