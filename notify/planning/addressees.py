"""Several people are told the same of one event, each over the channels they want."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.outbox import OutboxEvent
from notify.planning.facts import Facts
from notify.planning.handlers import Announcer, Telling
from notify.planning.plan import PUSHING, Channel, Reach
from notify.planning.preferences import wanted_channels
from notify.planning.store import Notice
from notify.templates.events import TemplateEvent


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person to be told; `phone` (E.164) is the latest that they proved, if any."""

    person_id: UUID
    phone: str | None


@dataclass(frozen=True, slots=True)
class GroupNotice:
    """What everybody is told. `agency_code` is who pays. `by` are the channels to the phone that may be used, and
    `unsaid` holds for a person who said nothing of a channel. `valid_for`: how long the message is worth anything."""

    told: TemplateEvent
    facts: Facts
    agency_code: str | None
    by: Sequence[Channel] = PUSHING
    unsaid: Mapping[Channel, bool] = field(default_factory=dict)
    valid_for: timedelta | None = None


_LANGUAGE: Final = "vi"


def tell_each(
    announcer: Announcer, session: Session, event: OutboxEvent, people: Sequence[Addressee], what: GroupNotice
) -> None:
    """Plans and queues the notice for each of them, once for an event."""
    wanted = wanted_channels(session, {(person.person_id, what.told.purpose) for person in people})
    announcer.announce(
        session, [_telling(event, person, what, wanted[person.person_id, what.told.purpose]) for person in people]
    )


def _telling(event: OutboxEvent, person: Addressee, what: GroupNotice, wanted: Mapping[Channel, bool]) -> Telling:
    phone = dict.fromkeys(what.by, person.phone or "")
    return Telling(
        what.told,
        Reach(_LANGUAGE, {**phone, Channel.INBOX: str(person.person_id)}, {**what.unsaid, **wanted}),
        Notice(
            event_id=event.id,
            recipient=str(person.person_id),
            template=what.told.name,
            purpose=str(what.told.purpose),
            legal=what.told.legal,
            language=_LANGUAGE,
            facts=what.facts,
            person_id=person.person_id,
            agency_code=what.agency_code,
        ),
        what.valid_for,
    )
