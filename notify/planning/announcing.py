"""What people are told becomes notifications with their deliveries."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from kernel.bell import URGENT
from kernel.clock import Clock
from kernel.database.sessions import ring_after_commit
from kernel.notices import Facts
from kernel.vault import Vault
from notify.planning.offers import Outlook
from notify.planning.plan import (
    PUSHING,
    Circumstances,
    Offer,
    Plan,
    Reach,
    plan,
)
from notify.planning.store import NewDelivery, Notice, add_deliveries, add_notifications
from notify.sending.retry import RECEIPT_WITHIN
from notify.sending.settled import Settled, announce_settled
from notify.sending.states import DeliveryState
from notify.templates.book import Rendered, TemplateBook, TemplateError, render
from notify.templates.events import TemplateEvent

SEND: Final = "send"
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
    """Turns tellings into deliveries. `book` gives the templates in use, `outlook` the channels.

    A chunk of events costs a fixed number of statements: what all of them need is read at once, and what is planned is
    written at once.
    """

    vault: Vault
    clock: Clock
    outlook: Outlook
    book: Callable[[Session], TemplateBook]
    receipt_within: timedelta = RECEIPT_WITHIN

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
