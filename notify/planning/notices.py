"""Notices of every domain: read for a chunk of events, and told to their audience."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from kernel.notices import Notice, NoticeReader
from kernel.outbox import Handler, OutboxEvent
from kernel.part import Container
from notify.planning.announcing import Announcer, Telling
from notify.planning.plan import Channel, Reach
from notify.planning.preferences import wanted_channels
from notify.planning.store import Notice as NewNotification
from notify.ports import Contact, Contacts
from notify.templates.events import TemplateEvent, events

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class NoticeTeller:
    """Tells the notices of parts. A chunk of events of one kind costs a fixed number of statements here."""

    container: Container
    announcer: Announcer
    contacts: Contacts

    def handler(self, read: NoticeReader) -> Handler:
        """A handler of outbox events, for the plan drain or for urgent ones."""

        def tell(session: Session, happened: Sequence[OutboxEvent]) -> None:
            notices = read(self.container, session, happened)
            self.tell(session, [pair for pair in zip(happened, notices, strict=True) if pair[1] is not None])

        return tell

    def tell(self, session: Session, found: Sequence[tuple[OutboxEvent, Notice | None]]) -> None:
        """Plans and queues these notices, once for an event and a person."""
        now = self.announcer.clock.now()
        worth = [
            (event, notice)
            for event, notice in found
            if notice is not None and (notice.valid_until is None or notice.valid_until > now)
        ]
        audiences = self.contacts.find(session, [notice.to for _, notice in worth])
        for (event, _), people in zip(worth, audiences, strict=True):
            if not people:
                _log.info("notify.nobody_to_tell", event_id=str(event.id), kind=event.kind)
        told = [
            (event, notice, events()[notice.template], contact)
            for (event, notice), people in zip(worth, audiences, strict=True)
            for contact in people
        ]
        wishes = {(who.person_id, what.purpose) for _, _, what, who in told if who.person_id is not None}
        wanted = wanted_channels(session, wishes)
        tellings = [
            _telling(
                event,
                notice,
                what,
                who,
                {} if who.person_id is None else wanted[who.person_id, what.purpose],
                None if notice.valid_until is None else notice.valid_until - now,
            )
            for event, notice, what, who in told
        ]
        self.announcer.announce(session, tellings)


def _telling(
    event: OutboxEvent,
    notice: Notice,
    what: TemplateEvent,
    who: Contact,
    wanted: Mapping[Channel, bool],
    valid_for: timedelta | None,
) -> Telling:
    addresses = dict.fromkeys(map(Channel, notice.by), who.phone or "")
    if who.person_id is not None:
        addresses[Channel.INBOX] = str(who.person_id)
    unsaid = {Channel(channel): wish for channel, wish in notice.unsaid.items()}
    return Telling(
        what,
        Reach(who.language, addresses, {**unsaid, **wanted}),
        NewNotification(
            event_id=event.id,
            recipient=str(who.person_id) if who.person_id is not None else who.phone or "",
            template=what.name,
            purpose=str(what.purpose),
            legal=what.legal,
            language=who.language,
            facts=notice.facts,
            person_id=who.person_id,
            agency_code=notice.agency_code,
            dossier_id=notice.dossier_id,
        ),
        valid_for,
    )
