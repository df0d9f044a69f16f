"""What a domain tells people: which text, with what values, and whom. How it reaches them is no domain's business.

A domain reads its notices when they are about to be written, for a chunk of events at once. It names people, offices
and officers; contacts are looked up by whoever sends.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.outbox import OutboxEvent
from kernel.part import Container


@dataclass(frozen=True, slots=True)
class Person:
    """A person's full name, family name first ("Nguyễn Thị Minh Phương"), as opposed to the name of an office.

    `unit` is where the person works: it stands for a name that no letter of the script can spell.
    """

    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place by the name it goes by, and by what anybody can find it: its kind ("Khách sạn") and address."""

    name: str
    kind: str
    address: str


Value = str | int | date | datetime | Person | Place
Facts = Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class ToPerson:
    """A person, on the phone (E.164) that the matter was filed with while it is theirs; without one, on the phone that
    they proved last."""

    person_id: UUID
    phone: str | None = field(default=None, repr=False)
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class ToPhone:
    """Whoever holds a phone (E.164), known or not."""

    phone: str = field(repr=False)
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class ToOffice:
    """Everybody with a role at an agency, or at the nearest one above it where nobody has."""

    agency_code: str
    role: str


@dataclass(frozen=True, slots=True)
class ToOfficer:
    """The holder of an office; once it has ended, the admins of the agency."""

    officer_id: UUID
    agency_code: str


Audience = ToPerson | ToPhone | ToOffice | ToOfficer
BY_PHONE: Final = ("zalo", "sms")
"""The channels to a phone; the inbox in the app is used for every person."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. `template`: the name of its texts. `agency_code`: who pays. `dossier_id`: whose timeline shows
    that it was told. `by`: the channels to the phone that may be used. `unsaid`: what holds, by channel, for a person
    who said nothing. After `valid_until` it is worth nothing, and is not sent."""

    template: str
    to: Sequence[Audience]
    facts: Facts
    agency_code: str | None = None
    dossier_id: UUID | None = None
    by: Sequence[str] = BY_PHONE
    unsaid: Mapping[str, bool] = field(default_factory=dict)
    valid_until: datetime | None = None


NoticeReader = Callable[[Container, Session, Sequence[OutboxEvent]], Sequence[Notice | None]]
"""For each event what is to be told, None where nothing is any more."""


def each(read: Callable[[Container, Session, OutboxEvent], Notice | None]) -> NoticeReader:
    """A reader that looks at each event alone, for kinds that are rare."""

    def read_each(container: Container, session: Session, events: Sequence[OutboxEvent]) -> list[Notice | None]:
        return [read(container, session, event) for event in events]

    return read_each
