"""Queries of files of guests."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.errors import DomainError
from residence.models import Batch

# By the database's clock, which all that waits goes by.
NOW: Final[Any] = func.now()


def find_batch(session: Session, lodging_id: UUID, batch_id: UUID, *, lock: bool = False) -> Batch:
    """A batch of this lodging. Raises `not_found`."""
    query = select(Batch).where(Batch.id == batch_id, Batch.lodging_id == lodging_id)
    row = session.scalar(
        query.with_for_update(key_share=True).execution_options(populate_existing=True) if lock else query
    )
    if row is None:
        raise DomainError("not_found")
    return row


def same_batch(session: Session, lodging_id: UUID, sha256: bytes) -> Batch | None:
    return session.scalar(select(Batch).where(Batch.lodging_id == lodging_id, Batch.sha256 == sha256))


def held_files(session: Session, lodging_id: UUID) -> tuple[int, int]:
    """(files on record, octets of those kept in the store) of a lodging, until they are erased."""
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(Batch.size).filter(Batch.state != "refused"), 0)).where(
            Batch.lodging_id == lodging_id, Batch.erased_at.is_(None)
        )
    ).one()
    return int(row[0]), int(row[1])


def batches_of(session: Session, lodging_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Batch]:
    """Newest first."""
    query = select(Batch).where(Batch.lodging_id == lodging_id).order_by(Batch.id.desc()).limit(limit)
    return session.scalars(query if after is None else query.where(Batch.id < after)).all()


def take_due(session: Session, lease: timedelta) -> Batch | None:
    """The long file that has waited longest, taken until its lease runs out or somebody says more of it."""
    batch = session.scalar(
        select(Batch)
        .where(Batch.due_at <= func.now())
        .order_by(Batch.due_at)
        .limit(1)
        .with_for_update(key_share=True, skip_locked=True)
    )
    if batch is not None:
        batch.generation += 1
        batch.tries += 1
        batch.due_at = NOW + lease
        session.flush()
    return batch


def claimed(session: Session, batch_id: UUID, generation: int) -> Batch | None:
    """A long file, locked, if nobody has claimed it since."""
    return session.scalar(
        select(Batch)
        .where(Batch.id == batch_id, Batch.generation == generation, Batch.due_at.is_not(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def lodging_of(session: Session, batch_id: UUID) -> UUID:
    return session.execute(select(Batch.lodging_id).where(Batch.id == batch_id)).scalar_one()
