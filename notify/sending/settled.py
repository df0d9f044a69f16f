"""The event by which others learn how a delivery ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.outbox import record_events

DELIVERY_SETTLED: Final = "delivery.settled"


@dataclass(frozen=True, slots=True)
class Settled:
    """`status` is a final state of a delivery; `at` is when it was reached, `template` what was told."""

    delivery_id: UUID
    dossier_id: UUID
    channel: str
    status: str
    at: datetime
    template: str | None = None


def announce_settled(session: Session, settled: Iterable[Settled]) -> None:
    """Writes an event for each into the caller's transaction."""
    happened = [
        (
            delivery.delivery_id,
            {
                "dossier_id": str(delivery.dossier_id),
                "delivery_id": str(delivery.delivery_id),
                "status": delivery.status,
                "channel": delivery.channel,
                "template": delivery.template,
                "at": delivery.at.isoformat(),
            },
        )
        for delivery in settled
    ]
    record_events(session, DELIVERY_SETTLED, happened)
