"""The people of a lodging are told: that tonight is not filed yet, that guests are in doubt, how a list ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.outbox import Handler, OutboxEvent, one_by_one
from notify.facts import Facts
from notify.handlers import Announcer, Telling
from notify.plan import Channel, Reach
from notify.preferences import wanted_channels
from notify.store import Notice
from notify.template_events import events

REMINDER: Final = "residence.reminder"
IN_DOUBT: Final = "residence.in_doubt"
SETTLED: Final = "residence.settled"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody of a lodging's; `phone` (E.164) is the latest that they proved, if any."""

    person_id: UUID
    phone: str | None


@dataclass(frozen=True, slots=True)
class LodgingWord:
    """What a notice says and to whom. `template` is one of the residence templates, `agency_code` who pays."""

    template: str
    agency_code: str
    people: tuple[Addressee, ...]
    facts: Facts
    prefers: str = "sms"


class LodgingDesk(Protocol):
    """Tells what a notice about a lodging must say."""

    def word(self, session: Session, kind: str, payload: Mapping[str, Any]) -> LodgingWord | None:
        """For an event of this kind; None when nobody is to be told any more."""
        ...


@dataclass(frozen=True, slots=True)
class LodgingAnnouncer:
    """Turns the events of lodgings into messages, one for each of their people."""

    announcer: Announcer
    lodgings: LodgingDesk

    def handlers(self) -> dict[str, list[Handler]]:
        """Event kind -> handlers, for the plan drain."""
        return {kind: [one_by_one(self.tell)] for kind in (REMINDER, IN_DOUBT, SETTLED)}

    def tell(self, session: Session, event: OutboxEvent) -> None:
        """Everybody who may act for the lodging hears of it, each over the channels they want."""
        word = self.lodgings.word(session, event.kind, event.payload)
        if word is None:
            return
        told = events()[word.template]
        deadline, left = word.facts.get("deadline"), None
        if event.kind == REMINDER and isinstance(deadline, datetime):
            left = deadline - self.announcer.clock.now()
            if left <= timedelta(0):
                # Nobody can do any more what they would be reminded of.
                return
        wanted = wanted_channels(session, {(addressee.person_id, told.purpose) for addressee in word.people})
        tellings = [
            Telling(
                told,
                Reach(
                    "vi",
                    _addresses(addressee),
                    {**_preferred(word.prefers), **wanted[addressee.person_id, told.purpose]},
                ),
                Notice(
                    event_id=event.id,
                    recipient=str(addressee.person_id),
                    template=told.name,
                    purpose=str(told.purpose),
                    legal=told.legal,
                    language="vi",
                    facts=word.facts,
                    person_id=addressee.person_id,
                    agency_code=word.agency_code,
                ),
                left,
            )
            for addressee in word.people
        ]
        self.announcer.announce(session, tellings)


def _preferred(channel: str) -> dict[Channel, bool]:
    """The inbox alone asks for quiet. A lodging's word is no consent of its people: Zalo is for who switched it on
    themselves, and all others get a text."""
    return {Channel.SMS: channel != Channel.INBOX}


def _addresses(addressee: Addressee) -> dict[Channel, str]:
    phone = addressee.phone or ""
    return {Channel.ZALO: phone, Channel.SMS: phone, Channel.INBOX: str(addressee.person_id)}
