"""Notices that wait: texts as the plan leaves them for the send drain, and events as use cases leave them for the plan.

In great numbers, each a copy of one that the system made itself.
"""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from bench.bare_twilio import TEXT, phone
from bench.ground import Ground
from journey.casework import file_dossier
from journey.desk import Desk
from journey.handset import Handset, wait
from journey.phone import Phone
from kernel.ids import new_id
from kernel.vault import Vault
from motcua.wiring.joins.edge import Container
from notify.models import ADDRESS_FIELD, BODY_FIELD, Delivery, Notification
from notify.planning.plan import Channel, Circumstances, Offer, Reach, plan
from notify.planning.store import NewDelivery, Notice, add_deliveries, add_notifications
from notify.templates.book import Rendered, shipped_templates
from notify.templates.events import events

_CITIZEN: Final = ("thu", "+84905000001")
_RECEIVER: Final = "tiep"
_PATIENCE_S: Final = 60.0
_REPEAT: Final = text("""
INSERT INTO outbox_event (kind, priority, subject_id, payload, id, attempts)
SELECT kind, priority, subject_id, payload, motcua_new_id(), 0
FROM generate_series(1, :count), outbox_event WHERE outbox_event.id = :told
""")
_ACCEPTED: Final = text("SELECT id FROM outbox_event WHERE kind = :kind AND payload ->> 'to' = '2'")
_OPEN: Final = text("""
SELECT (SELECT count(*) FROM outbox_event WHERE done_at IS NULL AND dead_at IS NULL),
    (SELECT count(*) FROM delivery WHERE state IN ('queued', 'waiting', 'sending'))
""")
# What a drain holds at this moment it may finish.
_SETTLE_EVENTS: Final = text("""
UPDATE outbox_event SET done_at = now() WHERE id IN (
    SELECT id FROM outbox_event WHERE done_at IS NULL AND dead_at IS NULL FOR UPDATE SKIP LOCKED)
""")
_SETTLE_TEXTS: Final = text("""
UPDATE delivery SET state = 'cancelled', due_at = NULL WHERE id IN (
    SELECT id FROM delivery WHERE state IN ('queued', 'waiting') FOR UPDATE SKIP LOCKED)
""")


def tell_once(place: Ground, held: Container) -> UUID:
    """A dossier is filed and accepted, and its citizen is told, all over HTTP. The event, for copies of it."""
    login, number = _CITIZEN
    citizen, handset, desk = Phone(place.api_url, number), Handset(place.sandbox_url, number), Desk(place.api_url)
    citizen.log_in(login)
    filed = file_dossier(citizen, handset, "Quán Thử Tải")
    desk.log_in(_RECEIVER)
    before = len(handset.texts())
    desk.accept(filed["id"])
    handset.wait_for(after=before)
    for wire in (citizen.wire, handset, desk.wire):
        wire.close()
    with held.database.reading() as connection:
        told: UUID = connection.execute(_ACCEPTED, {"kind": "dossier.state_changed"}).scalar_one()
        return told


def repeat_event(held: Container, told: UUID, count: int) -> None:
    """The event happens again so many times; every one is to be told."""
    with held.database.transaction() as session:
        session.execute(_REPEAT, {"count": count, "told": told})


def plan_texts(held: Container, numbers: list[int]) -> None:
    """Deliveries as the plan drain leaves them, to these phones: one made by it, the others its copies."""
    with held.database.transaction() as session:
        first, notice = _plan_one(held, session, numbers[0])
        template = session.execute(select(Delivery.__table__).where(Delivery.id == first)).mappings().one()
        told = session.execute(select(Notification.__table__).where(Notification.id == notice)).mappings().one()
        notices = [{**told, "id": new_id(), "recipient": phone(number).encode()} for number in numbers[1:]]
        session.execute(insert(Notification), notices)
        copies = [
            _copied(held.vault, dict(template), notice["id"], phone(number))
            for notice, number in zip(notices, numbers[1:], strict=True)
        ]
        session.execute(insert(Delivery), copies)


def still_open(held: Container) -> tuple[int, int]:
    """Events that nobody has seen to, and texts that have not left."""
    with held.database.reading() as connection:
        events_left, texts_left = connection.execute(_OPEN).one()
    return int(events_left), int(texts_left)


def settle_all(held: Container) -> None:
    """What waits is done with, unsent; returns once nothing is on its way either."""

    def nothing_left() -> bool:
        with held.database.transaction() as session:
            # So many rows take longer than any statement of the system's own may.
            session.execute(text("SET LOCAL statement_timeout = 0"))
            session.execute(_SETTLE_EVENTS)
            session.execute(_SETTLE_TEXTS)
        return still_open(held) == (0, 0)

    wait(nothing_left, "the end of the backlog", _PATIENCE_S)


def _plan_one(held: Container, session: Session, number: int) -> tuple[UUID, UUID]:
    """The ids of a delivery and of its notification."""
    reach = Reach("vi", {Channel.SMS: phone(number)})
    offers = (Offer(Channel.SMS, "twilio"),)
    now = Circumstances(held.clock.now())
    (planned,) = plan(events()["dossier.finished"], reach, offers, shipped_templates(), now).deliveries
    said = Notice(
        event_id=new_id(),
        recipient=phone(number),
        template="dossier.finished",
        purpose="dossier_status",
        legal=True,
        language="vi",
        facts={},
    )
    (notice,) = add_notifications(session, held.vault, [said])
    assert notice is not None
    new = NewDelivery(notice, said, planned, Rendered(TEXT, "GSM-7", len(TEXT), 1))
    (delivery,) = add_deliveries(session, held.vault, [new])
    return delivery, notice


def _copied(vault: Vault, row: dict[str, Any], notification_id: Any, to: str) -> dict[str, Any]:
    made = new_id()
    sealed = {"address": vault.seal(ADDRESS_FIELD, made, to), "body": vault.seal(BODY_FIELD, made, TEXT)}
    return {**row, **sealed, "id": made, "notification_id": notification_id, "fingerprint": to.encode()}
