"""Outbox events that somebody must be told of become notifications with their deliveries."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from kernel.bell import URGENT
from kernel.clock import Clock
from kernel.database.sessions import ring_after_commit
from kernel.outbox import Handler, OutboxEvent, one_by_one
from kernel.vault import Vault
from notify.planning.facts import Facts
from notify.planning.offers import Outlook
from notify.planning.plan import (
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
from notify.planning.preferences import wanted_channels
from notify.planning.store import NewDelivery, Notice, add_deliveries, add_notifications
from notify.ports import CodeDesk, DossierDesk, DossierNotice
from notify.sending.retry import RECEIPT_WITHIN
from notify.sending.settled import Settled, announce_settled
from notify.sending.states import DeliveryState
from notify.templates.book import Rendered, TemplateBook, TemplateError, render
from notify.templates.events import TemplateEvent, events
from notify.templates.forms import Person, Value

SEND: Final = "send"
DOSSIER_CHANGED: Final = "dossier.state_changed"
CODE_REQUESTED: Final = "phone_proof.requested"
_UNSAID: Final = "xem thông báo trên ứng dụng"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Telling:
    """One person to be told of one event. `valid_for`: how long the message is worth anything."""

    told: TemplateEvent
    reach: Reach
    notice: Notice
    valid_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class _Written:
    telling: Telling
    plan: Plan
    texts: Sequence[Rendered | TemplateError]


@dataclass(frozen=True, slots=True)
class Announcer:
    """Turns events into deliveries. `book` gives the templates in use, `outlook` the channels.

    A chunk of events costs a fixed number of statements: what all of them need is read at once, and what is planned is
    written at once.
    """

    vault: Vault
    clock: Clock
    dossiers: DossierDesk
    codes: CodeDesk
    outlook: Outlook
    book: Callable[[Session], TemplateBook]
    receipt_within: timedelta = RECEIPT_WITHIN

    def handlers(self) -> dict[str, list[Handler]]:
        """Event kind -> handlers, for the plan drain."""
        return {DOSSIER_CHANGED: [self.tell_of_changes], **self.urgent_handlers()}

    def urgent_handlers(self) -> dict[str, list[Handler]]:
        """Handlers of urgent events."""
        return {CODE_REQUESTED: [one_by_one(self.tell_code)]}

    def tell_of_changes(self, session: Session, happened: Sequence[OutboxEvent]) -> None:
        """Official statuses of dossiers changed: whoever filed one is told, on the phone that the dossier carries."""
        # Nothing is told where the status is what it was, as when a payment settles while a withdrawal is considered.
        changes = [event for event in happened if event.payload["from"] != event.payload["to"]]
        found = []
        notices = self.dossiers.notices(session, [event.payload for event in changes])
        for event, notice in zip(changes, notices, strict=True):
            if notice is None:
                _log.info("notify.nobody_to_tell", event_id=str(event.id), dossier_id=event.payload["dossier_id"])
            else:
                told = events()[template_for(event.payload["event"], int(event.payload["to"]))]
                found.append((event, told, notice))
        wanted = wanted_channels(session, {(notice.person_id, told.purpose) for _, told, notice in found})
        self.announce(
            session,
            [
                tell_about_dossier(event, told, notice, wanted[notice.person_id, told.purpose])
                for event, told, notice in found
            ],
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
        self.announce(session, [Telling(told, Reach(code.language, {Channel.SMS: code.phone}), notice, left)])

    def announce(self, session: Session, tellings: Sequence[Telling]) -> None:
        """Plans and queues what people are told; each of an event once, however often this is called.

        Raises TemplateError when a text can neither be written nor left out.
        """
        if not tellings:
            return
        now = self.clock.now()
        planned = [written for written in self._written(session, tellings, now) if written.plan.deliveries]
        told = add_notifications(session, self.vault, [written.telling.notice for written in planned])
        new = [(written, row) for written, row in zip(planned, told, strict=True) if row is not None]
        deliveries = [delivery for written, row in new for delivery in _deliveries(written, row, now)]
        rows = add_deliveries(session, self.vault, deliveries)
        pushed = {row: written.plan.pushes for written, row in new}
        ended = [
            settled
            for row, delivery in zip(rows, deliveries, strict=True)
            if (settled := _ended(row, delivery, now, pushes=pushed[delivery.notification_id])) is not None
        ]
        announce_settled(session, ended)
        for urgent in {written.telling.told.urgent for written, _ in new if written.plan.pushes}:
            ring_after_commit(session, URGENT if urgent else SEND)

    def _written(self, session: Session, tellings: Sequence[Telling], now: datetime) -> Iterator[_Written]:
        """Each telling with its plan and its texts."""
        addressed = {channel for telling in tellings for channel in telling.reach.addresses}
        offers, book = self.outlook.offers(session, now, addressed), self.book(session)
        # What the law prescribes is told whatever is left.
        payers = {telling.notice.agency_code or "" for telling in tellings if not telling.told.legal}
        left = dict(self.outlook.budgets_left(session, payers - {""}, now))
        for telling in tellings:
            notice = telling.notice
            budget = None if telling.told.legal else left.get(notice.agency_code or "")
            circumstances = Circumstances(now, budget, self.receipt_within)
            planned, texts = _written(telling.told, telling.reach, offers, book, circumstances, notice.facts)
            _explain(telling.told, notice, planned)
            if notice.agency_code in left:
                # The next of this chunk must not spend it again.
                left[notice.agency_code] -= sum(each.price_vnd for each in planned.deliveries if not each.standby)
            yield _Written(telling, planned, texts)


def tell_about_dossier(
    event: OutboxEvent,
    told: TemplateEvent,
    notice: DossierNotice,
    wanted: Mapping[Channel, bool],
    valid_for: timedelta | None = None,
) -> Telling:
    """Whoever filed a dossier as the one to be told of an event, on the phone that the dossier carries."""
    addresses = {Channel.ZALO: notice.phone, Channel.SMS: notice.phone, Channel.INBOX: str(notice.person_id)}
    return Telling(
        told,
        Reach(notice.language, addresses, wanted),
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
            dossier_id=UUID(event.payload["dossier_id"]),
        ),
        valid_for,
    )


def _deliveries(written: _Written, notification_id: UUID, now: datetime) -> Iterator[NewDelivery]:
    for position, (planned, text) in enumerate(zip(written.plan.deliveries, written.texts, strict=True)):
        wait = timedelta(0) if planned.not_before is None else planned.not_before - now
        yield NewDelivery(
            notification_id, written.telling.notice, planned, text, position, written.telling.valid_for, wait
        )


def _ended(row: UUID, delivery: NewDelivery, now: datetime, *, pushes: bool) -> Settled | None:
    """What the dossier hears at once: a text that cannot be written, or the inbox where nothing else goes out."""
    impossible = isinstance(delivery.rendered, TemplateError)
    dossier_id = delivery.notice.dossier_id
    if dossier_id is None or not (impossible or not pushes):
        return None
    end = DeliveryState.DEAD if impossible else DeliveryState.DELIVERED
    return Settled(row, dossier_id, str(delivery.planned.channel), str(end), now, delivery.notice.template)


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


def _explain(told: TemplateEvent, notice: Notice, planned: Plan) -> None:
    """What the law prescribes and goes to no phone needs a person; anything else is in the inbox, as it shall be."""
    if not planned.pushes and set(told.channels) & set(PUSHING):
        _log.log(
            logging.ERROR if told.legal else logging.INFO,
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
        "last_day": notice.last_day,
        "received": notice.received_at,
        "status": notice.status,
    }
