"""Queries that plan deliveries and take receipts. The drain's are in `claims`."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.ids import new_id
from kernel.vault import Vault
from notify.models import (
    ADDRESS_FIELD,
    BODY_FIELD,
    FINGERPRINT_INDEX,
    RAW_FIELD,
    RECIPIENT_INDEX,
    Delivery,
    Notification,
)
from notify.plan import PlannedDelivery
from notify.ports import ReceiptNote
from notify.settled import Settled
from notify.states import (
    ATTEMPT_MOVES,
    DELIVERY_MOVES,
    FINAL,
    RECEIPT_EVENTS,
    AttemptEvent,
    DeliveryEvent,
    DeliveryState,
    ReceiptKind,
    as_case,
)
from notify.texts import Rendered

_FINGERPRINT_OCTETS: Final = 16
_TAKE: Final = """
WITH target AS MATERIALIZED (SELECT id, delivery_id, number FROM attempt WHERE id = :attempt),
stored AS (
    INSERT INTO receipt (id, attempt_id, provider, event_id, ref, kind, status, code, raw)
    SELECT :id, id, :provider, :event_id, :ref, :kind, :status, :code, :raw FROM target
    ON CONFLICT (provider, event_id) DO NOTHING RETURNING id),
held AS MATERIALIZED (
    SELECT d.id, d.state, d.dossier_id, d.channel,
        CASE WHEN d.generation = target.number THEN CAST(:event AS text) ELSE CAST(:stale_event AS text) END AS event
    FROM delivery d JOIN target ON target.delivery_id = d.id
    WHERE EXISTS (SELECT 1 FROM stored) FOR UPDATE OF d),
noted AS (
    UPDATE attempt a SET state = {attempt_state}, provider_ref = coalesce(a.provider_ref, :ref)
    FROM held WHERE a.id = :attempt AND CAST(:event AS text) IS NOT NULL),
turned AS (SELECT held.*, {delivery_state} AS after FROM held WHERE CAST(:event AS text) IS NOT NULL),
moved AS (
    UPDATE delivery d SET state = t.after, code = :code, reason = :reason, due_at = NULL,
        settled_at = CASE WHEN t.after = ANY(CAST(:final AS text[])) THEN now() END
    FROM turned t WHERE d.id = t.id AND t.after <> t.state
    RETURNING d.id, d.dossier_id, d.channel, d.state AS after)
SELECT (SELECT count(*) FROM target) AS known, (SELECT count(*) FROM stored) AS fresh,
    moved.id, moved.dossier_id, moved.channel, moved.after, now() AS at
FROM (VALUES (1)) AS one LEFT JOIN moved ON true
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """`known`: the attempt exists. `fresh`: the receipt was not there before. `moved`: it changed the delivery, and
    `settled` says how when that ended a dossier's delivery."""

    known: bool
    fresh: bool
    moved: bool
    settled: Settled | None


def add_notification(
    session: Session, vault: Vault, event_id: UUID, kind: str, address: str, dossier_id: UUID | None
) -> UUID | None:
    """The id of a new notification; None when this address has been told of this event already."""
    statement = (
        insert(Notification)
        .values(
            id=new_id(),
            event_id=event_id,
            recipient=vault.index(RECIPIENT_INDEX, address),
            kind=kind,
            dossier_id=dossier_id,
        )
        .on_conflict_do_nothing(index_elements=["event_id", "recipient"])
        .returning(Notification.id)
    )
    return session.execute(statement).scalar_one_or_none()


def add_delivery(
    session: Session,
    vault: Vault,
    notification_id: UUID,
    dossier_id: UUID | None,
    planned: PlannedDelivery,
    rendered: Rendered,
    *,
    valid_for: timedelta | None,
) -> UUID:
    """A delivery that is due now. `valid_for` counts from now by the database's clock."""
    row = new_id()
    equal = vault.index(FINGERPRINT_INDEX, f"{planned.gateway}\0{planned.address}\0{rendered.body}")
    session.execute(
        insert(Delivery).values(
            id=row,
            notification_id=notification_id,
            dossier_id=dossier_id,
            channel=planned.channel,
            gateway=planned.gateway,
            template=planned.template.name,
            template_version=planned.template.version,
            priority=int(planned.priority),
            state=str(DeliveryState.QUEUED),
            address=vault.seal(ADDRESS_FIELD, row, planned.address),
            body=vault.seal(BODY_FIELD, row, rendered.body),
            fingerprint=equal[:_FINGERPRINT_OCTETS],
            parts=rendered.parts,
            why=planned.reason,
            valid_until=None if valid_for is None else func.now() + valid_for,
        )
    )
    return row


_TAKE_STATEMENT: Final = text(
    _TAKE.format(
        attempt_state=as_case(ATTEMPT_MOVES, "'receipt'", "a.state", [AttemptEvent.RECEIPT]),
        delivery_state=as_case(DELIVERY_MOVES, "held.event", "held.state", sorted(set(RECEIPT_EVENTS.values()))),
    )
)


def add_receipt(session: Session, vault: Vault, attempt_id: UUID, note: ReceiptNote, raw: bytes) -> Taken:
    """Stores a receipt once, and moves attempt and delivery by the tables of states, in one statement."""
    row = new_id()
    events: dict[bool, DeliveryEvent | None] = {True: None, False: None}
    if note.kind is not ReceiptKind.IRRELEVANT:
        events = {latest: RECEIPT_EVENTS[note.kind, latest] for latest in (True, False)}
    found = session.execute(
        _TAKE_STATEMENT,
        {
            "id": row,
            "attempt": attempt_id,
            "provider": note.provider,
            "event_id": note.event_id,
            "ref": note.ref,
            "kind": str(note.kind),
            "status": note.status,
            "code": note.code,
            "reason": note.reason,
            "raw": bytes(vault.seal_bytes(RAW_FIELD, row, raw)),
            "event": _text(events[True]),
            "stale_event": _text(events[False]),
            "final": [str(state) for state in FINAL],
        },
    ).one()
    settled = None
    if found.id is not None and found.dossier_id is not None and DeliveryState(found.after) in FINAL:
        settled = Settled(found.id, found.dossier_id, found.channel, found.after, found.at)
    return Taken(bool(found.known), bool(found.fresh), found.id is not None, settled)


def _text(event: DeliveryEvent | None) -> str | None:
    return None if event is None else str(event)
