"""Queries that write what was planned. The drains' are in `claims` and `receipts`."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, bindparam, func
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
from notify.states import FINAL, DeliveryState
from notify.texts import Rendered, TemplateError

_FINGERPRINT_OCTETS: Final = 16
TEXT_IMPOSSIBLE: Final = "text_impossible"
# When a standby goes out even if nobody ever heard of the delivery before it again.
STANDBY_AT_LATEST: Final = timedelta(hours=1)


def _from_now(name: str) -> ColumnElement[Any]:
    """The database's clock and the interval `name`; null without one."""
    return func.now() + bindparam(name, type_=Interval)


# Built once: a statement costs more to build than to execute.
_TELL: Final = (
    insert(Notification).on_conflict_do_nothing(index_elements=["event_id", "recipient"]).returning(Notification.id)
)
_DELIVER: Final = insert(Delivery).values(
    due_at=_from_now("due_in"), settled_at=_from_now("settled_in"), valid_until=_from_now("valid_for")
)


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
    values = {
        "id": row,
        "event_id": notice.event_id,
        "recipient": vault.index(RECIPIENT_INDEX, notice.recipient),
        "kind": notice.template,
        "purpose": notice.purpose,
        "legal": notice.legal,
        "language": notice.language,
        "facts": vault.seal(VALUES_FIELD, row, dump_facts(notice.facts)),
        "person_id": notice.person_id,
        "agency_code": notice.agency_code,
        "dossier_id": notice.dossier_id,
    }
    found: UUID | None = session.connection().execute(_TELL, values).scalar_one_or_none()
    return found


def add_delivery(
    session: Session,
    vault: Vault,
    notification_id: UUID,
    notice: Notice,
    planned: PlannedDelivery,
    rendered: Rendered | TemplateError,
    *,
    position: int = 0,
    valid_for: timedelta | None = None,
    wait: timedelta = timedelta(0),
) -> UUID:
    """A delivery that is due now, or when it may go out; one into the inbox has arrived, one without a text is dead.
    `valid_for` and `wait` count from now by the database's clock."""
    row = new_id()
    body, parts = ("", 0) if isinstance(rendered, TemplateError) else (rendered.body, rendered.parts)
    values = {
        "id": row,
        "notification_id": notification_id,
        "dossier_id": notice.dossier_id,
        "agency_code": notice.agency_code,
        "channel": str(planned.channel),
        "gateway": planned.gateway,
        "template": planned.template.name,
        "template_version": planned.template.version,
        "priority": int(planned.priority),
        "position": position,
        "can_wait": planned.template.can_wait,
        **_standing(planned, rendered, wait),
        **sealed(vault, row, planned.address, body),
        "parts": parts,
        "why": planned.reason,
        "valid_for": valid_for,
    }
    session.connection().execute(_DELIVER, values)
    return row


def sealed(vault: Vault, row: UUID, address: str, body: str) -> dict[str, bytes]:
    """The sealed columns of a delivery, and the index by which equal messages are counted."""
    return {
        "address": vault.seal(ADDRESS_FIELD, row, address),
        "body": vault.seal(BODY_FIELD, row, body),
        "fingerprint": vault.index(FINGERPRINT_INDEX, f"{address}\0{body}")[:_FINGERPRINT_OCTETS],
    }


def _standing(planned: PlannedDelivery, rendered: Rendered | TemplateError, wait: timedelta) -> dict[str, Any]:
    """Where it begins, and after how long it is due."""
    state, due_in = DeliveryState.QUEUED, wait
    if isinstance(rendered, TemplateError):
        state = DeliveryState.DEAD
    elif planned.channel is Channel.INBOX:
        state = DeliveryState.DELIVERED
    elif planned.standby:
        state, due_in = DeliveryState.STANDBY, wait + STANDBY_AT_LATEST
    return {
        "state": str(state),
        "due_in": None if state in FINAL else due_in,
        "settled_in": timedelta(0) if state in FINAL else None,
        "code": TEXT_IMPOSSIBLE if state is DeliveryState.DEAD else None,
        "reason": str(rendered) if state is DeliveryState.DEAD else None,
    }
