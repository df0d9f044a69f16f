"""Deliveries made the way the plan makes them, a gateway behind the port, and time that passes by moving rows back."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.part import register
from kernel.vault import Vault
from motcua.wiring.parts import PARTS
from notify.channels.port import Certainty, Outgoing, Question, Sighting
from notify.planning.plan import PUSHING, Channel, PlannedDelivery, Priority
from notify.planning.store import NewDelivery, Notice, add_deliveries, add_notifications
from notify.pool.watch import Watch
from notify.ports import ReceiptNote
from notify.receipts.applying import new_receipt, store_receipts
from notify.sending import due
from notify.sending.drain import SendDrain, send_drain
from notify.sending.due import ClaimedRow
from notify.sending.ledger import Ledger
from notify.sending.retry import SendingPatience
from notify.sending.states import ReceiptKind
from notify.settings import SendSettings
from notify.templates.book import Rendered, shipped_templates
from outbound.jobs.breaker import BreakerLimits
from outbound.jobs.outcomes import Outcome, OutcomeKind
from outbound.jobs.pool import PoolMember
from outbound.jobs.shared_pool import SharedPool

VAULT = Vault({1: bytes(range(32))}, bytes(32))
PHONE = "+84912345678"
PATIENCE = SendingPatience(timedelta(seconds=5), timedelta(seconds=8), timedelta(seconds=3))
# For programs that a test starts: pytest itself has done so.
register(PARTS)
TEMPLATE = shipped_templates().get("dossier.accepted", "sms", "vi")
ACCEPTED = OutcomeKind.ACCEPTED
TRUSTING = BreakerLimits(in_a_row=10**9, error_rate=2.0)
"""For tests of one message's way: whatever a gateway does, it stays in use."""


def pool_of(*gateways: str, limits: BreakerLimits = TRUSTING) -> SharedPool:
    """These gateways, all for text messages and with equal shares."""
    return SharedPool([PoolMember(gateway, Channel.SMS, 1) for gateway in gateways], limits)


def claim_due(session: Session, room: int, lease: timedelta, channels: Sequence[Channel] = PUSHING) -> list[ClaimedRow]:
    """As the drain claims, with one gateway for each channel: "fake" for texts, "zalo" for Zalo."""
    gateways = {Channel.SMS: "fake", Channel.ZALO: "zalo"}
    members = [PoolMember(gateways[channel], channel, 1) for channel in channels]
    return due.claim_due(session, room, lease, SharedPool(members, TRUSTING))


def store_receipt(session: Session, attempt_id: UUID, note: ReceiptNote, raw: bytes) -> bool:
    (fresh,) = store_receipts(session.connection(), [new_receipt(VAULT, attempt_id, note, raw)])
    return fresh


def ledger_of(database: Database, patience: SendingPatience = PATIENCE, **how: Any) -> Ledger:
    return Ledger(database, VAULT, patience, pool_of("fake"), **how)


def sender_of(
    database: Database,
    gateways: Mapping[str, Any],
    settings: SendSettings,
    *,
    limits: BreakerLimits = TRUSTING,
) -> SendDrain:
    """The drain as it is wired, but for what it sends to."""
    pool = pool_of(*gateways, limits=limits)
    ledger = Ledger(database, VAULT, settings.patience, pool)
    watch = Watch(database, pool, settings.patience.receipt_within)
    return send_drain(ledger, gateways, pool, watch, settings)


def urgent_sender_of(database: Database, gateways: Mapping[str, Any], *, limits: BreakerLimits = TRUSTING) -> SendDrain:
    """The drain of what somebody waits for."""
    pool = pool_of(*gateways, limits=limits)
    ledger = Ledger(database, VAULT, PATIENCE, pool, priorities=[Priority.URGENT])
    watch = Watch(database, pool, PATIENCE.receipt_within, follows=True)
    return send_drain(ledger, gateways, pool, watch, SendSettings(8, 8, PATIENCE), asks=False)


def add_agency(session: Session, code: str) -> None:
    """The agency that pays."""
    session.execute(
        text(
            "INSERT INTO agency (code, name, short_name, path) "
            "VALUES (:code, 'UBND phường Thử', 'UBND phuong Thu', :code || '/') ON CONFLICT DO NOTHING"
        ),
        {"code": code},
    )


def deliver(
    session: Session,
    notice: Notice,
    ways: Sequence[PlannedDelivery],
    rendered: Rendered,
    *,
    valid_for: timedelta | None = None,
) -> list[UUID]:
    """The deliveries of a new notification, one by each way, with the same text."""
    (told,) = add_notifications(session, VAULT, [notice])
    assert told is not None
    new = [NewDelivery(told, notice, way, rendered, place, valid_for) for place, way in enumerate(ways)]
    return add_deliveries(session, VAULT, new)


def queue(
    session: Session,
    *,
    body: str = "Ho so A da duoc tiep nhan.",
    phone: str = PHONE,
    priority: Priority = Priority.NOTICE,
    gateway: str = "fake",
    dossier_id: UUID | None = None,
    valid_for: timedelta | None = None,
) -> UUID:
    """One delivery that is due now."""
    notice = Notice(
        event_id=new_id(),
        recipient=phone,
        template=TEMPLATE.name,
        purpose="dossier_status",
        legal=True,
        language="vi",
        facts={},
        dossier_id=dossier_id,
    )
    planned = PlannedDelivery(Channel.SMS, gateway, phone, TEMPLATE, priority, ())
    (made,) = deliver(session, notice, [planned], Rendered(body, "GSM-7", 9, 1), valid_for=valid_for)
    return made


def queued(database: Database, number: int = 1, **how: Any) -> list[UUID]:
    """Some deliveries, committed."""
    with database.transaction() as session:
        usual: list[dict[str, Any]] = [{"body": f"Tin so {turn}", "dossier_id": new_id()} for turn in range(number)]
        return [queue(session, **fields | how) for fields in usual]


@dataclass(frozen=True, slots=True)
class Row:
    """What the ledger says of a delivery. `attempts` are (state, ref, code) by number."""

    state: str
    code: str | None
    generation: int
    failures: int
    due_in: timedelta | None
    settled: bool
    attempts: list[tuple[str, str | None, str | None]]


def row_of(session: Session, delivery_id: UUID) -> Row:
    found = session.execute(
        text(
            "SELECT state, code, generation, failures, due_at - now() AS due_in, settled_at IS NOT NULL AS settled "
            "FROM delivery WHERE id = :id"
        ),
        {"id": delivery_id},
    ).one()
    attempts = session.execute(
        text("SELECT state, provider_ref, code FROM attempt WHERE delivery_id = :id ORDER BY number"),
        {"id": delivery_id},
    )
    return Row(**found._mapping, attempts=[(item.state, item.provider_ref, item.code) for item in attempts])


def rows_of(database: Database, deliveries: Sequence[UUID]) -> list[Row]:
    with database.transaction() as session:
        return [row_of(session, delivery) for delivery in deliveries]


def pass_time(session: Session, by: timedelta) -> None:
    """What was due in `by` is due now."""
    session.execute(
        text(
            "UPDATE delivery SET due_at = due_at - :by, valid_until = valid_until - :by, "
            "held_until = held_until - :by, created_at = created_at - :by"
        ),
        {"by": by},
    )
    session.execute(text("UPDATE attempt SET started_at = started_at - :by"), {"by": by})


def later(database: Database, by: timedelta) -> None:
    with database.transaction() as session:
        pass_time(session, by)


def settled_events(session: Session) -> list[dict[str, Any]]:
    rows = session.execute(text("SELECT payload FROM outbox_event WHERE kind = 'delivery.settled' ORDER BY seq"))
    return [row.payload for row in rows]


@dataclass
class FakeGateway:
    """A gateway that remembers what it took. `answer` decides each call; by default all is taken."""

    answer: Callable[[Outgoing, "FakeGateway"], Outcome] = lambda message, gateway: gateway.take(message)
    latency_s: float = 0.0
    certainty: Certainty = Certainty.ASKED
    name: str = "fake"
    timeout_s: float = 8.0
    calls: list[Outgoing] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    box: list[tuple[Outgoing, Sighting]] = field(default_factory=list)
    open_now: int = 0
    most_open: int = 0
    closed: bool = False
    on_question: Callable[[Question], None] = lambda _: None

    def take(self, message: Outgoing, kind: ReceiptKind = ReceiptKind.PROGRESS, ref: str | None = None) -> Outcome:
        """Takes the message and says so."""
        seen = Sighting(ref or f"SM{len(self.box) + 1}", kind)
        self.box.append((message, seen))
        return Outcome(ACCEPTED, ref=seen.ref)

    async def send(self, message: Outgoing) -> Outcome:
        self.calls.append(message)
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            await asyncio.sleep(self.latency_s)
            return self.answer(message, self)
        finally:
            self.open_now -= 1

    async def find(self, question: Question) -> Sequence[Sighting]:
        self.questions.append(question)
        self.on_question(question)
        return [seen for message, seen in self.box if (message.to, message.body) == (question.to, question.body)]

    async def close(self) -> None:
        self.closed = True

    def bodies(self) -> list[str]:
        return [message.body for message, _ in self.box]


@contextmanager
def sender(
    database: Database, gateways: Mapping[str, Any], *, in_flight: int = 64, chunk: int = 128
) -> Iterator[SendDrain]:
    made = sender_of(database, gateways, SendSettings(in_flight, chunk, PATIENCE))
    try:
        yield made
    finally:
        made.close()


def drain(database: Database, gateway: FakeGateway, **how: Any) -> bool:
    """One run of the drain until dry."""
    with sender(database, {gateway.name: gateway}, **how) as made:
        return made.run(time_slice_s=30)
