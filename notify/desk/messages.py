"""What officers see of messages: who was told, when, by what, at what cost, and why not.

Only of their own agencies; the system itself, which stands in none, sees all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, select, text

from agencies.tree import SUBTREE
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError
from kernel.vault import VaultError
from kernel.work import Work
from notify.desk.explaining import (
    GIVEN_UP,
    REFUSED,
    UNDELIVERED,
    Said,
    advice_for,
    explain_circuit,
    explain_code,
    say_why,
    show_text,
)
from notify.models import ADDRESS_FIELD, BODY_FIELD
from notify.pool.gateways import sights
from notify.registers import GatewayForm, GatewayQuota
from notify.sending.states import FAILED, AttemptState, DeliveryState
from outbound.jobs.breaker import CircuitState

_SHOWN_DIGITS: Final = 3
_ILLNESS: Final = {CircuitState.CLOSED: 0, CircuitState.HALF_OPEN: 1, CircuitState.OPEN: 2}
_COLUMNS: Final = """
    d.id, d.notification_id, d.dossier_id, d.agency_code, d.channel, d.gateway, d.template, d.template_version, d.state,
    d.position, d.turn, d.replaces, d.parts, d.why, d.code, d.reason, d.due_at, d.created_at, d.settled_at,
    d.address, d.body, n.kind AS event, n.legal
    FROM delivery d JOIN notification n ON n.id = d.notification_id"""
_OURS: Final = f"(CAST(:agency AS text) IS NULL OR d.agency_code IN ({SUBTREE}))"
_OF_DOSSIER: Final = "SELECT {columns} WHERE n.dossier_id = :dossier AND {ours} ORDER BY n.id, d.position, d.turn"
_ONE: Final = "SELECT {columns} WHERE d.id = :id AND {ours}"
_DEAD: Final = """SELECT {columns} WHERE d.state IN ('dead', 'undelivered') AND {ours}
    AND NOT EXISTS (SELECT 1 FROM delivery r WHERE r.replaces = d.id)
    AND NOT EXISTS (
        SELECT 1 FROM delivery o WHERE o.notification_id = d.notification_id AND o.id <> d.id
            AND o.channel <> 'inbox' AND o.state NOT IN ('dead', 'undelivered', 'cancelled'))
    AND (CAST(:before AS timestamptz) IS NULL OR (d.settled_at, d.id) < (:before, CAST(:before_id AS uuid)))
    ORDER BY d.settled_at DESC, d.id DESC LIMIT :limit"""
_ATTEMPTS: Final = text("""SELECT id, delivery_id, number, gateway, state, provider_ref, cost_vnd, code, reason,
    started_at, finished_at FROM attempt WHERE delivery_id = ANY(:ids) ORDER BY delivery_id, number""")
_RECEIPTS: Final = text("""SELECT attempt_id, provider, status, kind, code, reason, received_at
    FROM receipt WHERE attempt_id = ANY(:ids) ORDER BY received_at, id""")


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What a gateway reported later, in its own words."""

    status: str
    kind: str
    code: str | None
    reason: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One call to a gateway. `cost_vnd` in whole đồng."""

    number: int
    gateway: str
    state: str
    provider_ref: str | None
    cost_vnd: int
    code: str | None
    reason: str | None
    explanation: Said | None
    started_at: datetime
    finished_at: datetime | None
    receipts: tuple[ReceiptView, ...]


@dataclass(frozen=True, slots=True)
class MessageView:
    """One delivery. `address` shows the last digits only; `text` is what was or will be read; `why` it goes this way.

    `explanation` says what a code of ours means, `advice` what can be done about one that failed.
    """

    id: UUID
    notification_id: UUID
    dossier_id: UUID | None
    event: str
    channel: str
    gateway: str | None
    template: str
    template_version: int
    state: str
    standby: bool
    turn: int
    replaces: UUID | None
    address: str
    text: str
    parts: int
    cost_vnd: int
    why: Said
    code: str | None
    reason: str | None
    explanation: Said | None
    due_at: datetime | None
    created_at: datetime
    settled_at: datetime | None
    advice: Said | None
    attempts: tuple[AttemptView, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class GatewayView:
    """A gateway's health, `said` in words. Of the templates `forms_not_in_use` it takes no messages."""

    gateway: str
    channel: str
    state: str
    said: Said
    error_rate: float
    answer_s: float
    overdue_rate: float
    quota_left: int | None
    quota_at: datetime | None
    forms_not_in_use: tuple[str, ...]
    since: datetime
    seen_at: datetime


def dossier_messages(work: Work, actor: Actor, dossier_id: UUID) -> Sequence[MessageView]:
    """Every message about a dossier of the officer's agencies, in the order in which they were planned."""
    rows = work.session.execute(_statement(_OF_DOSSIER), {"dossier": dossier_id, "agency": actor.agency_code}).all()
    write_audit(work.session, actor, "messages.read", "dossier", dossier_id)
    return _views(work, rows)


def read_message(work: Work, actor: Actor, message_id: UUID) -> MessageView:
    """One message with its attempts and receipts. Raises DomainError("not_found") outside the officer's agencies."""
    rows = work.session.execute(_statement(_ONE), {"id": message_id, "agency": actor.agency_code}).all()
    if not rows:
        raise DomainError("not_found")
    write_audit(work.session, actor, "message.read", "delivery", message_id)
    return _views(work, rows)[0]


def dead_messages(
    work: Work, actor: Actor, *, limit: int, before: tuple[datetime, UUID] | None = None
) -> Sequence[MessageView]:
    """Messages of the officer's agencies that were given up or reported as not delivered, the latest first: those that
    were not sent again, and whose notice has not reached the phone, and cannot yet, in another way."""
    place = {"before": before[0] if before else None, "before_id": before[1] if before else None}
    rows = work.session.execute(_statement(_DEAD), {"agency": actor.agency_code, "limit": limit, **place}).all()
    write_audit(work.session, actor, "dead_letters.list", "agency", None, agency=actor.agency_code or "")
    return _views(work, rows)


def list_gateways(work: Work) -> Sequence[GatewayView]:
    """How the gateways are doing, as the processes that send last said; where they differ, the worst of it."""
    session = work.session
    quotas = {row.gateway: row for row in session.scalars(select(GatewayQuota))}
    barred = session.scalars(select(GatewayForm).where(GatewayForm.in_use.is_(False)).order_by(GatewayForm.form)).all()
    views = []
    for gateway, rows in groupby(sights(session), key=attrgetter("gateway")):
        seen = list(rows)
        worst = max(seen, key=lambda row: _ILLNESS[row.state])
        quota = quotas.get(gateway)
        views.append(
            GatewayView(
                gateway=gateway,
                channel=worst.channel,
                state=worst.state,
                said=explain_circuit(worst.state),
                error_rate=max(row.error_rate for row in seen),
                answer_s=max(row.answer_s for row in seen),
                overdue_rate=max(row.overdue_rate for row in seen),
                quota_left=None if quota is None else quota.remaining,
                quota_at=None if quota is None else quota.at,
                forms_not_in_use=tuple(form.form for form in barred if form.gateway == gateway),
                since=worst.since,
                seen_at=max(row.seen_at for row in seen),
            )
        )
    return views


def _statement(query: str) -> TextClause:
    return text(query.format(columns=_COLUMNS, ours=_OURS))


def _ended(state: str, attempts: Sequence[AttemptView]) -> str:
    if state == DeliveryState.UNDELIVERED:
        return UNDELIVERED
    return REFUSED if attempts and attempts[-1].state == AttemptState.PERMANENT else GIVEN_UP


def _views(work: Work, rows: Sequence[Any]) -> list[MessageView]:
    attempts = _attempts(work, [row.id for row in rows])
    return [_view(work, row, attempts.get(row.id, ())) for row in rows]


def _view(work: Work, row: Any, attempts: tuple[AttemptView, ...]) -> MessageView:
    address = _opened(work, ADDRESS_FIELD, row.id, row.address)
    return MessageView(
        id=row.id,
        notification_id=row.notification_id,
        dossier_id=row.dossier_id,
        event=row.event,
        channel=row.channel,
        gateway=row.gateway,
        template=row.template,
        template_version=row.template_version,
        state=row.state,
        standby=row.state == DeliveryState.STANDBY,
        turn=row.turn,
        replaces=row.replaces,
        address="" if row.channel == "inbox" else f"…{address[-_SHOWN_DIGITS:]}",
        text=show_text(row.channel, _opened(work, BODY_FIELD, row.id, row.body)),
        parts=row.parts,
        cost_vnd=sum(attempt.cost_vnd for attempt in attempts),
        why=say_why(row.why),
        code=row.code,
        reason=row.reason,
        explanation=explain_code(row.code, row.reason),
        due_at=row.due_at,
        created_at=row.created_at,
        settled_at=row.settled_at,
        advice=advice_for(row.code, _ended(row.state, attempts)) if row.state in FAILED else None,
        attempts=attempts,
    )


def _opened(work: Work, field_name: str, row: UUID, value: bytes) -> str:
    """Nothing, for what cannot be opened: an officer must see the row all the same, which says why it is dead."""
    try:
        return work.vault.open(field_name, row, value)
    except VaultError:
        return ""


def _attempts(work: Work, deliveries: Sequence[UUID]) -> Mapping[UUID, tuple[AttemptView, ...]]:
    rows = work.session.execute(_ATTEMPTS, {"ids": list(deliveries)}).all()
    receipts: dict[UUID, list[ReceiptView]] = {}
    for row in work.session.execute(_RECEIPTS, {"ids": [row.id for row in rows]}):
        seen = ReceiptView(row.status, row.kind, row.code, row.reason, row.received_at)
        receipts.setdefault(row.attempt_id, []).append(seen)
    made: dict[UUID, tuple[AttemptView, ...]] = {}
    for row in rows:
        view = AttemptView(
            number=row.number,
            gateway=row.gateway,
            state=row.state,
            provider_ref=row.provider_ref,
            cost_vnd=row.cost_vnd,
            code=row.code,
            reason=row.reason,
            explanation=explain_code(row.code),
            started_at=row.started_at,
            finished_at=row.finished_at,
            receipts=tuple(receipts.get(row.id, ())),
        )
        made[row.delivery_id] = (*made.get(row.delivery_id, ()), view)
    return made
