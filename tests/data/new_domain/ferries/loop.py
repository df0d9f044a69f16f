"""The loop that lets ferries sail, and what is done about it."""

from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ferries.models import Ferry
from kernel.outbox import Handlers, OutboxEvent, one_by_one, record_event
from kernel.part import Container, Turn


def sail(container: Container, _turn: Turn) -> bool:
    """Every ferry that is due sails once. True when some are left."""
    with container.database.transaction() as session:
        due = session.scalars(select(Ferry).where(Ferry.due_at <= func.now()).with_for_update(skip_locked=True)).all()
        for ferry in due:
            ferry.due_at = None
            record_event(session, "ferry.sailed", ferry.id, {"passenger_id": str(ferry.passenger_id)})
    return False


def handlers(_container: Container) -> Handlers:
    def count(session: Session, event: OutboxEvent) -> None:
        session.get_one(Ferry, UUID(str(event.subject_id))).counted += 1

    return {"ferry.sailed": (one_by_one(count),)}


def forget(container: Container) -> None:
    """Ferries that were counted are forgotten."""
    with container.database.transaction() as session:
        session.execute(delete(Ferry).where(Ferry.counted > 0))
