"""The people of an organisation are told what becomes of its keys and its tax code; an agency's admins of its keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy.orm import Session

from kernel.outbox import Handler, OutboxEvent, one_by_one
from notify.planning.addressees import Addressee, GroupNotice, tell_each
from notify.planning.facts import Facts
from notify.planning.handlers import Announcer
from notify.planning.plan import Channel
from notify.templates.events import events

KINDS: Final = (
    "clients.ending",
    "clients.ended",
    "clients.taken_over",
    "organisation.proved",
    "organisation.disputed",
    "organisation.reopened",
    "organisation.contested",
    "organisation.paper_refused",
)
"""Outbox events of which an organisation is told; each has the template of its name."""


@dataclass(frozen=True, slots=True)
class OrganisationWord:
    """What a notice says and to whom. `agency_code` is who pays; an organisation's own notices are the system's."""

    people: tuple[Addressee, ...]
    facts: Facts
    agency_code: str | None = None


class OrganisationDesk(Protocol):
    """Tells what a notice to an organisation, or to whoever looks after an agency, must say."""

    def word(self, session: Session, payload: Mapping[str, Any]) -> OrganisationWord: ...


@dataclass(frozen=True, slots=True)
class OrganisationAnnouncer:
    """Turns these events into messages, one for each of the people."""

    announcer: Announcer
    desk: OrganisationDesk

    def handlers(self) -> dict[str, list[Handler]]:
        """Event kind -> handlers, for the plan drain."""
        return {kind: [one_by_one(self.tell)] for kind in KINDS}

    def tell(self, session: Session, event: OutboxEvent) -> None:
        word = self.desk.word(session, event.payload)
        what = GroupNotice(events()[event.kind], word.facts, word.agency_code, by=[Channel.SMS])
        tell_each(self.announcer, session, event, word.people, what)
