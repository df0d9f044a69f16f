"""What passengers are told."""

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.notices import Notice, ToPerson, each
from kernel.outbox import OutboxEvent
from kernel.part import Container


def _sailed(container: Container, _session: Session, event: OutboxEvent) -> Notice:
    return Notice(
        "ferry.sailed",
        [ToPerson(UUID(event.payload["passenger_id"]))],
        {"code": "PHA-THU-01", "at": container.clock.now()},
        by=(),
    )


SAILED: Final = each(_sailed)
