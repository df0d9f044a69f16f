"""The people of a lodging are told: that tonight is not filed yet, that guests are in doubt, how a list ended, what the
police decided; and the police, that a lodging waits for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy.orm import Session

from kernel.outbox import Handler, OutboxEvent, one_by_one
from notify.planning.addressees import Addressee, GroupNotice, tell_each
from notify.planning.facts import Facts
from notify.planning.handlers import Announcer
from notify.planning.plan import Channel
from notify.templates.events import events

REMINDER: Final = "residence.reminder"
IN_DOUBT: Final = "residence.in_doubt"
SETTLED: Final = "residence.settled"
DECIDED: Final = (
    "lodging.registered",
    "lodging.resubmitted",
    "lodging.approved",
    "lodging.refused",
    "lodging.suspended",
    "lodging.resumed",
    "lodging.closed",
    "lodging.account_refused",
)
"""Of the first two the police are told, of the others the lodging's people."""


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
        return {kind: [one_by_one(self.tell)] for kind in (REMINDER, IN_DOUBT, SETTLED, *DECIDED)}

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
        what = GroupNotice(told, word.facts, word.agency_code, unsaid=preferred(word.prefers), valid_for=left)
        tell_each(self.announcer, session, event, word.people, what)


def preferred(channel: str) -> dict[Channel, bool]:
    """What holds for a person who said nothing. The inbox alone asks for quiet. A lodging's word is no consent of its
    people: Zalo is for those who switched it on themselves, and all others get a text."""
    return {Channel.SMS: channel != Channel.INBOX}
