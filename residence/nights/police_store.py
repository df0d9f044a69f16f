"""Queries of the police over the lodgings of an agency's subtree, and of what has outlived its use."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.errors import DomainError
from residence.models import Batch, Declaration, Lodging, Stay
from residence.states import BatchState
from residence.store import in_subtree


def lodgings_below(
    session: Session, root: str | None, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[Lodging]:
    """Oldest first; ids are ordered by time."""
    query = select(Lodging).where(in_subtree(root)).order_by(Lodging.id).limit(limit)
    if state is not None:
        query = query.where(Lodging.state == state)
    return session.scalars(query if after is None else query.where(Lodging.id > after)).all()


def lodging_below(session: Session, root: str | None, lodging_id: UUID, *, lock: bool = False) -> Lodging:
    """Raises `not_found`."""
    query = select(Lodging).where(Lodging.id == lodging_id, in_subtree(root))
    row = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if row is None:
        raise DomainError("not_found")
    return row


def lock_old_stays(session: Session, before: datetime, limit: int) -> Sequence[Stay]:
    """Stays that ended before then and still hold content."""
    return session.scalars(
        select(Stay)
        .where(Stay.departure < before, Stay.erased_at.is_(None))
        .order_by(Stay.departure)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def lock_outdated_keys(session: Session, version: int, limit: int) -> Sequence[Stay]:
    """Stays whose keys are older than `version`; those that somebody works on are left for later."""
    return session.scalars(
        select(Stay)
        .where(Stay.key_version < version, Stay.erased_at.is_(None))
        .order_by(Stay.key_version)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def erase_declarations(session: Session, stays: Sequence[UUID]) -> None:
    """Takes the content out of every link of these stays; that something was declared, when and by whom, stays."""
    session.execute(update(Declaration).where(Declaration.stay_id.in_(stays)).values(content=None, note=None))


def lock_old_photos(session: Session, before: datetime, limit: int) -> Sequence[Stay]:
    return session.scalars(
        select(Stay)
        .where(Stay.photo_key.is_not(None), Stay.photo_at < before)
        .order_by(Stay.photo_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def lock_old_batches(session: Session, before: datetime, limit: int) -> Sequence[Batch]:
    """Batches whose file and findings are still there, and of which nothing is being done."""
    return session.scalars(
        select(Batch)
        .where(Batch.created_at < before, Batch.erased_at.is_(None), Batch.state != str(BatchState.ACCEPTING))
        .order_by(Batch.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
