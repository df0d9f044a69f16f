"""Outbox events that somebody must be told of become notifications with their deliveries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from kernel.bell import URGENT
from kernel.clock import Clock
from kernel.db import ring_after_commit
from kernel.outbox import Handler, OutboxEvent
from kernel.vault import Vault
from notify.facts import Facts
from notify.forms import Person, Value
from notify.offers import Outlook
from notify.plan import (
    CODE_TEMPLATE,
    PUSHING,
    Channel,
    Circumstances,
    Offer,
    Plan,
    Reach,
    plan,
    template_for,
)
from notify.ports import CodeDesk, DossierDesk, DossierNotice
from notify.preferences import wanted_channels
from notify.retry import RECEIPT_WITHIN
from notify.settled import Settled, announce_settled
from notify.states import DeliveryState
from notify.store import Notice, add_delivery, add_notification
from notify.template_events import TemplateEvent, events
from notify.texts import Rendered, TemplateBook, TemplateError, render

SEND: Final = "send"
DOSSIER_CHANGED: Final = "dossier.state_changed"
CODE_REQUESTED: Final = "phone_proof.requested"
_UNSAID: Final = "xem thông báo trên ứng dụng"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Announcer:
    """Turns events into deliveries. `book` gives the templates in use, `outlook` the channels."""

    vault: Vault
    clock: Clock
    dossiers: DossierDesk
    codes: CodeDesk
    outlook: Outlook
    book: Callable[[Session], TemplateBook]
    receipt_within: timedelta = RECEIPT_WITHIN

    def handlers(self) -> dict[str, list[Handler]]:
        """Event kind -> handlers, for the plan drain."""
        return {DOSSIER_CHANGED: [self.tell_of_change], **self.urgent_handlers()}

    def urgent_handlers(self) -> dict[str, list[Handler]]:
        """Those of what somebody waits for."""
        return {CODE_REQUESTED: [self.tell_code]}

    def tell_of_change(self, session: Session, event: OutboxEvent) -> None:
        """The official status of a dossier changed: whoever filed it is told, on the phone that the dossier carries."""
        if event.payload["from"] == event.payload["to"]:
            # Such as a payment that settles while a withdrawal is being considered: the status is what it was.
            return
        dossier_id = UUID(event.payload["dossier_id"])
        notice = self.dossiers.notice(session, dossier_id, event.payload)
        if notice is None:
            _log.info("notify.nobody_to_tell", event_id=str(event.id), dossier_id=str(dossier_id))
            return
        told = events()[template_for(event.payload["event"], int(event.payload["to"]))]
        reach = Reach(
            notice.language,
            {Channel.ZALO: notice.phone, Channel.SMS: notice.phone, Channel.INBOX: str(notice.person_id)},
            wanted_channels(session, notice.person_id, told.purpose),
        )
        self.announce(
            session,
            told,
            reach,
            Notice(
                event_id=event.id,
                recipient=str(notice.person_id),
                template=told.name,
                purpose=str(told.purpose),
                legal=told.legal,
                language=notice.language,
                facts=_values(notice),
                person_id=notice.person_id,
                agency_code=notice.agency_code,
                dossier_id=dossier_id,
            ),
        )

    def tell_code(self, session: Session, event: OutboxEvent) -> None:
        """A one-time code is on its way to a phone; worthless once its time is over, so it is never sent after that."""
        code = self.codes.one_time_code(session, UUID(event.payload["proof_id"]))
        left = timedelta(0) if code is None else code.valid_until - self.clock.now()
        if code is None or left <= timedelta(0):
            return
        told = events()[CODE_TEMPLATE]
        notice = Notice(
            event_id=event.id,
            recipient=code.phone,
            template=told.name,
            purpose=str(told.purpose),
            legal=told.legal,
            language=code.language,
            facts={"otp": code.code, "until": code.valid_until},
        )
        self.announce(session, told, Reach(code.language, {Channel.SMS: code.phone}), notice, valid_for=left)

    def announce(
        self,
        session: Session,
        told: TemplateEvent,
        reach: Reach,
        notice: Notice,
        *,
        valid_for: timedelta | None = None,
    ) -> None:
        """Plans and queues what one person is told of one event; once, however often it is called."""
        now = self.clock.now()
        # What the law prescribes is told whatever is left.
        left = None if told.legal else self.outlook.budget_left(session, notice.agency_code, now)
        circumstances = Circumstances(now, left, self.receipt_within)
        offers = self.outlook.offers(session, now, reach.addresses)
        planned, texts = _written(told, reach, offers, self.book(session), circumstances, notice.facts)
        _explain(notice, planned)
        if not planned.deliveries:
            return
        told_id = add_notification(session, self.vault, notice)
        if told_id is None:
            return
        for position, (delivery, text) in enumerate(zip(planned.deliveries, texts, strict=True)):
            wait = timedelta(0) if delivery.not_before is None else delivery.not_before - now
            row = add_delivery(
                session, self.vault, told_id, notice, delivery, text, position=position, valid_for=valid_for, wait=wait
            )
            impossible = isinstance(text, TemplateError)
            if notice.dossier_id is not None and (impossible or not planned.pushes):
                end = DeliveryState.DEAD if impossible else DeliveryState.DELIVERED
                announce_settled(session, [Settled(row, notice.dossier_id, str(delivery.channel), str(end), now)])
        if planned.pushes:
            ring_after_commit(session, URGENT if told.urgent else SEND)


def _written(
    told: TemplateEvent,
    reach: Reach,
    offers: Sequence[Offer],
    book: TemplateBook,
    circumstances: Circumstances,
    facts: Facts,
) -> tuple[Plan, list[Rendered | TemplateError]]:
    """A plan with its texts; a channel whose text cannot hold the values is left out while another reaches the phone.

    The last one that does gets the error in place of its text: the inbox tells the person, and a dead message an
    officer. Raises TemplateError when there is no inbox either: the event is tried again, and in the end dead.
    """
    while True:
        planned = plan(told, reach, offers, book, circumstances)
        channels = {delivery.channel for delivery in planned.deliveries}
        texts: list[Rendered | TemplateError] = []
        for delivery in planned.deliveries:
            try:
                texts.append(render(delivery.template, facts))
            except TemplateError as error:
                _log.error("notify.text_impossible", template=delivery.template.name, channel=delivery.channel)
                if channels & set(PUSHING) - {delivery.channel}:
                    offers = [offer for offer in offers if offer.channel is not delivery.channel]
                    break
                if channels == {delivery.channel} or delivery.channel not in PUSHING:
                    raise
                texts.append(error)
        else:
            return planned, texts


def _explain(notice: Notice, planned: Plan) -> None:
    if not planned.pushes:
        _log.error(
            "notify.no_channel",
            event_id=str(notice.event_id),
            template=notice.template,
            skipped={str(channel): str(why) for channel, why in planned.skipped.items()},
        )


def _says_something(reason: str | None) -> bool:
    return any(sign.isalnum() for sign in reason or "")


def _values(notice: DossierNotice) -> dict[str, Value | None]:
    return {
        "agency": notice.agency,
        "answer_by": notice.answer_by,
        "at": notice.at,
        "code": notice.code,
        "due": notice.due_at,
        "fee": notice.fee_vnd,
        "handler": Person(notice.handler_name, notice.handler_unit) if notice.handler_name else notice.handler_unit,
        "reason": notice.reason if _says_something(notice.reason) else _UNSAID,
        "received": notice.received_at,
        "status": notice.status,
    }
