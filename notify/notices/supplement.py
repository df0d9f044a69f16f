"""The end of a supplement's term is told: to the citizen before it comes, to the officer when it has passed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy.orm import Session

from kernel.outbox import Handler, OutboxEvent, one_by_one
from notify.planning.addressees import Addressee, GroupNotice, tell_each
from notify.planning.facts import Facts
from notify.planning.handlers import Announcer, tell_about_dossier
from notify.planning.preferences import wanted_channels
from notify.ports import DossierNotice
from notify.templates.events import events

REMINDER: Final = "dossier.supplement_reminder"
ENDED: Final = "dossier.supplement_ended"


@dataclass(frozen=True, slots=True)
class SupplementReminder:
    """What a citizen is reminded of; worth nothing after `due_at`."""

    notice: DossierNotice
    due_at: datetime


@dataclass(frozen=True, slots=True)
class OfficerWord:
    """What officers hear of a dossier, and who: the one who handles it, or who looks after the agency."""

    people: Sequence[Addressee]
    agency_code: str
    facts: Facts


class SupplementDesk(Protocol):
    """Tells what notices about the end of a supplement's term must say."""

    def reminder(self, session: Session, payload: Mapping[str, Any]) -> SupplementReminder | None:
        """None when nothing is waited for any more."""
        ...

    def ended(self, session: Session, payload: Mapping[str, Any]) -> OfficerWord: ...


@dataclass(frozen=True, slots=True)
class SupplementAnnouncer:
    """Turns these events into messages."""

    announcer: Announcer
    desk: SupplementDesk

    def handlers(self) -> dict[str, list[Handler]]:
        """Event kind -> handlers, for the plan drain."""
        return {REMINDER: [one_by_one(self.remind)], ENDED: [one_by_one(self.tell_officers)]}

    def remind(self, session: Session, event: OutboxEvent) -> None:
        """The citizen hears once that the term ends soon, while there is time left to answer."""
        found = self.desk.reminder(session, event.payload)
        left = timedelta(0) if found is None else found.due_at - self.announcer.clock.now()
        if found is None or left <= timedelta(0):
            return
        told = events()[REMINDER]
        asked = (found.notice.person_id, told.purpose)
        wanted = wanted_channels(session, {asked})[asked]
        self.announcer.announce(session, [tell_about_dossier(event, told, found.notice, wanted, left)])

    def tell_officers(self, session: Session, event: OutboxEvent) -> None:
        """Officers find it in the app; it costs nothing."""
        word = self.desk.ended(session, event.payload)
        told = events()["desk.supplement_stopped" if event.payload["stopped"] else "desk.supplement_overdue"]
        tell_each(self.announcer, session, event, word.people, GroupNotice(told, word.facts, word.agency_code, by=()))
