"""Queries that write what was planned. The drains' are in `claims` and `receipts`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, bindparam, text
from sqlalchemy.orm import Session

from kernel.ids import new_id
from kernel.notices import Facts
from kernel.vault import SealedText, Vault
from notify.desk.explaining import dump_why
from notify.models import (
    ADDRESS_FIELD,
    BODY_FIELD,
    FINGERPRINT_INDEX,
    RECIPIENT_INDEX,
    VALUES_FIELD,
)
from notify.planning.facts import dump_facts
from notify.planning.plan import Channel, PlannedDelivery
from notify.sending.states import FINAL, DeliveryState
from notify.templates.book import Rendered, TemplateError

_FINGERPRINT_OCTETS: Final = 16
TEXT_IMPOSSIBLE: Final = "text_impossible"
# When a standby goes out even if nobody ever heard of the delivery before it again.
STANDBY_AT_LATEST: Final = timedelta(hours=1)


# Arrays, each with one element for a row: a statement is planned once whatever the number of rows, while one that
# lists its values is a new one for each number.
_TELL: Final = text("""
INSERT INTO notification
    (id, event_id, recipient, kind, purpose, legal, language, facts, person_id, agency_code, dossier_id)
SELECT * FROM unnest(CAST(:id AS uuid[]), CAST(:event_id AS uuid[]), CAST(:recipient AS bytea[]),
    CAST(:kind AS text[]), CAST(:purpose AS text[]), CAST(:legal AS bool[]), CAST(:language AS text[]),
    CAST(:facts AS bytea[]), CAST(:person_id AS uuid[]), CAST(:agency_code AS text[]), CAST(:dossier_id AS uuid[]))
ON CONFLICT (event_id, recipient) DO NOTHING RETURNING id
""").bindparams(bindparam("facts", type_=ARRAY(SealedText)))
_DELIVER: Final = text("""
INSERT INTO delivery (id, notification_id, dossier_id, agency_code, channel, gateway, template, template_version,
    priority, position, can_wait, state, code, reason, address, body, fingerprint, parts, why,
    due_at, settled_at, valid_until, turn, generation, failures, asked, pinned)
SELECT id, notification_id, dossier_id, agency_code, channel, gateway, template, template_version,
    priority, position, can_wait, state, code, reason, address, body, fingerprint, parts, why,
    now() + due_in, now() + settled_in, now() + valid_for, 0, 0, 0, 0, false
FROM unnest(CAST(:id AS uuid[]), CAST(:notification_id AS uuid[]), CAST(:dossier_id AS uuid[]),
    CAST(:agency_code AS text[]), CAST(:channel AS text[]), CAST(:gateway AS text[]), CAST(:template AS text[]),
    CAST(:template_version AS int[]), CAST(:priority AS int[]), CAST(:position AS int[]), CAST(:can_wait AS bool[]),
    CAST(:state AS text[]), CAST(:code AS text[]), CAST(:reason AS text[]), CAST(:address AS bytea[]),
    CAST(:body AS bytea[]), CAST(:fingerprint AS bytea[]), CAST(:parts AS int[]), CAST(:why AS text[]),
    CAST(:due_in AS interval[]), CAST(:settled_in AS interval[]), CAST(:valid_for AS interval[]))
    AS new (id, notification_id, dossier_id, agency_code, channel, gateway, template, template_version,
    priority, position, can_wait, state, code, reason, address, body, fingerprint, parts, why,
    due_in, settled_in, valid_for)
""").bindparams(bindparam("address", type_=ARRAY(SealedText)), bindparam("body", type_=ARRAY(SealedText)))


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


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A planned delivery of a notification, with its text, or why it has none. `valid_for` and `wait` count from now by
    the database's clock."""

    notification_id: UUID
    notice: Notice
    planned: PlannedDelivery
    rendered: Rendered | TemplateError
    position: int = 0
    valid_for: timedelta | None = None
    wait: timedelta = timedelta(0)


def add_notifications(session: Session, vault: Vault, notices: Sequence[Notice]) -> list[UUID | None]:
    """For each notice the id of a new notification; None where its recipient has been told of the event already."""
    rows = [_notification(vault, notice) for notice in notices]
    new = set(session.connection().execute(_TELL, _columns(rows)).scalars()) if rows else set()
    return [row["id"] if row["id"] in new else None for row in rows]


def add_deliveries(session: Session, vault: Vault, deliveries: Sequence[NewDelivery]) -> list[UUID]:
    """Their ids. Each is due now, or when it may go out; one into the inbox has arrived, one without a text is dead."""
    rows = [_delivery(vault, each) for each in deliveries]
    if rows:
        session.connection().execute(_DELIVER, _columns(rows))
    return [row["id"] for row in rows]


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Column -> its value in each row."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def _notification(vault: Vault, notice: Notice) -> dict[str, Any]:
    row = new_id()
    return {
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


def _delivery(vault: Vault, new: NewDelivery) -> dict[str, Any]:
    row, planned, rendered = new_id(), new.planned, new.rendered
    body, parts = ("", 0) if isinstance(rendered, TemplateError) else (rendered.body, rendered.parts)
    return {
        "id": row,
        "notification_id": new.notification_id,
        "dossier_id": new.notice.dossier_id,
        "agency_code": new.notice.agency_code,
        "channel": str(planned.channel),
        "gateway": planned.gateway,
        "template": planned.template.name,
        "template_version": planned.template.version,
        "priority": int(planned.priority),
        "position": new.position,
        "can_wait": planned.template.can_wait,
        **_standing(planned, rendered, new.wait),
        **sealed(vault, row, planned.address, body),
        "parts": parts,
        "why": dump_why(planned.why),
        "valid_for": new.valid_for,
    }


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
