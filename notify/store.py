"""Queries that write what was planned. The drains' are in `claims` and `receipts`."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.ids import new_id
from kernel.vault import Vault
from notify.facts import Facts, dump_facts
from notify.models import (
    ADDRESS_FIELD,
    BODY_FIELD,
    FINGERPRINT_INDEX,
    RECIPIENT_INDEX,
    VALUES_FIELD,
    Delivery,
    Notification,
)
from notify.plan import Channel, PlannedDelivery
from notify.states import DeliveryState
from notify.texts import Rendered

FINGERPRINT_OCTETS: Final = 16
# When a standby goes out even if nobody ever heard of the delivery before it again.
STANDBY_AT_LATEST: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Notice:
    """One event that one person is told of. `recipient`: the address or person that is told once, whatever the way.
    `template`: its name on every channel. `agency_code`: the agency that pays."""

    event_id: UUID
    recipient: str
    template: str
    purpose: str
    legal: bool
    language: str
    facts: Facts
    person_id: UUID | None = None
    agency_code: str | None = None
    dossier_id: UUID | None = None


def add_notification(session: Session, vault: Vault, notice: Notice) -> UUID | None:
    """The id of a new notification; None when this recipient has been told of this event already."""
    row = new_id()
    statement = (
        insert(Notification)
        .values(
            id=row,
            event_id=notice.event_id,
            recipient=vault.index(RECIPIENT_INDEX, notice.recipient),
            kind=notice.template,
            purpose=notice.purpose,
            legal=notice.legal,
            language=notice.language,
            facts=vault.seal(VALUES_FIELD, row, dump_facts(notice.facts)),
            person_id=notice.person_id,
            agency_code=notice.agency_code,
            dossier_id=notice.dossier_id,
        )
        .on_conflict_do_nothing(index_elements=["event_id", "recipient"])
        .returning(Notification.id)
    )
    return session.execute(statement).scalar_one_or_none()


def add_delivery(
    session: Session,
    vault: Vault,
    notification_id: UUID,
    notice: Notice,
    planned: PlannedDelivery,
    rendered: Rendered,
    *,
    position: int = 0,
    valid_for: timedelta | None = None,
    wait: timedelta = timedelta(0),
) -> UUID:
    """A delivery that is due now, or when it may go out; one into the inbox has arrived. `valid_for` and `wait` count
    from now by the database's clock."""
    row = new_id()
    equal = vault.index(FINGERPRINT_INDEX, f"{planned.address}\0{rendered.body}")
    session.execute(
        insert(Delivery).values(
            id=row,
            notification_id=notification_id,
            dossier_id=notice.dossier_id,
            agency_code=notice.agency_code,
            channel=planned.channel,
            gateway=planned.gateway,
            template=planned.template.name,
            template_version=planned.template.version,
            priority=int(planned.priority),
            position=position,
            **_standing(planned, wait),
            address=vault.seal(ADDRESS_FIELD, row, planned.address),
            body=vault.seal(BODY_FIELD, row, rendered.body),
            fingerprint=equal[:FINGERPRINT_OCTETS],
            parts=rendered.parts,
            why=planned.reason,
            valid_until=None if valid_for is None else func.now() + valid_for,
        )
    )
    return row


def _standing(planned: PlannedDelivery, wait: timedelta) -> dict[str, Any]:
    if planned.channel is Channel.INBOX:
        return {"state": str(DeliveryState.DELIVERED), "due_at": None, "settled_at": func.now()}
    if planned.standby:
        return {"state": str(DeliveryState.STANDBY), "due_at": func.now() + wait + STANDBY_AT_LATEST}
    return {"state": str(DeliveryState.QUEUED), "due_at": func.now() + wait}
