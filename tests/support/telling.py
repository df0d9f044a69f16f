"""Notices told the way the plan drain tells them, with contacts behind their port."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import Clock
from kernel.notices import Audience, Notice, ToOffice, ToPerson, ToPhone
from kernel.outbox import Handlers, OutboxEvent
from kernel.part import Container, Part, Service, load
from kernel.vault import Vault
from notify.planning.announcing import Announcer
from notify.planning.notices import NoticeTeller
from notify.planning.offers import OutlookByLedger
from notify.ports import Contact
from notify.templates.book import shipped_templates


@dataclass
class Holding:
    """A container of these services alone."""

    vault: Vault
    clock: Clock
    services: Mapping[str, Any] = field(default_factory=dict)

    def get(self, service: Service[Any]) -> Any:
        return self.services[service.name]


@dataclass
class KnownContacts:
    """People on the phone that the matter names; offices held by `office`."""

    office: Sequence[UUID] = ()

    def find(self, session: Session, audiences: Sequence[Sequence[Audience]]) -> list[list[Contact]]:
        return [[contact for each in audience for contact in self._of(each)] for audience in audiences]

    def _of(self, who: Audience) -> list[Contact]:
        if isinstance(who, ToPerson):
            return [Contact(who.person_id, who.phone, who.language)]
        if isinstance(who, ToPhone):
            return [Contact(None, who.phone, who.language)]
        assert isinstance(who, ToOffice)
        return [Contact(person, None) for person in self.office]


def teller(
    vault: Vault,
    clock: Clock,
    outlook: OutlookByLedger,
    contacts: Any = None,
    services: Mapping[str, Any] | None = None,
) -> NoticeTeller:
    held = cast(Container, Holding(vault, clock, services or {}))
    announcer = Announcer(vault, clock, outlook, lambda _session: shipped_templates())
    return NoticeTeller(held, announcer, contacts or KnownContacts())


def handlers_of(part: Part, told: NoticeTeller) -> Handlers:
    """The handlers of all of a part's notices."""
    kinds = {**part.notices, **part.urgent_notices}
    return {kind: (told.handler(load(path)),) for kind, path in kinds.items()}


def tell(session: Session, told: NoticeTeller, event: OutboxEvent, notice: Notice | None) -> None:
    told.tell(session, [] if notice is None else [(event, notice)])
