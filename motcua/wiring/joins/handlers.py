"""Which events of one domain another acts on, beside telling people."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from auth.service.former_phones import ended_phone
from kernel.outbox import Handlers, OutboxEvent, one_by_one
from kernel.part import Container
from kernel.work import Work
from notify.planning.calling_back import call_back
from tracking.service.notices import record_told


def handlers(container: Container) -> Handlers:
    def told(session: Session, settled: Sequence[OutboxEvent]) -> None:
        work = Work(session, container.vault, container.clock)
        record_told(work, [event.payload for event in settled])

    def phone_ended(session: Session, event: OutboxEvent) -> None:
        former = ended_phone(Work(session, container.vault, container.clock), UUID(event.payload["phone_id"]))
        if former is not None:
            call_back(session, container.vault, former.person_id, former.number)

    return {"delivery.settled": (told,), "phone.ended": (one_by_one(phone_ended),)}
