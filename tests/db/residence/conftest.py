from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from auth.models import PHONE_FIELD, Phone
from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from kernel.storage import open_store
from kernel.vault import open_vault
from kernel.work import Work
from motcua.wiring.joins.contacts import Directory
from notify.planning.offers import OutlookByLedger, Route
from notify.planning.plan import Channel
from residence.part import FRONT_DESK, PART
from tests.db.residence.long_files import Committed
from tests.db.residence.support import Town
from tests.support.telling import handlers_of, teller


@pytest.fixture
def work(session: Session, clock: SettableClock) -> Work:
    return Work(session, open_vault(session.connection(), bytes(range(32))), clock)


@pytest.fixture
def town(work: Work) -> Town:
    return Town.build(work)


@pytest.fixture
def committed(clean_database: Database, clock: SettableClock, tmp_path: Path) -> Committed:
    with clean_database.transaction() as session:
        vault = open_vault(session.connection(), bytes(range(32)))
        made = Town.build(Work(session, vault, clock))
    return Committed(clean_database, vault, clock, open_store(tmp_path.as_uri()), made)


PHONE = "+84905000031"


class Teller:
    """The plan drain for events of lodgings."""

    def __init__(self, work: Work, town: Town) -> None:
        outlook = OutlookByLedger([Route(Channel.SMS, "esms", 800)])
        contacts = Directory(work.vault, work.clock)
        told = teller(work.vault, work.clock, outlook, contacts, {FRONT_DESK.name: town.desk})
        self._handlers = handlers_of(PART, told)

    def tell(self, session: Session, event: OutboxEvent) -> None:
        for handler in self._handlers[event.kind]:
            handler(session, [event])


@pytest.fixture
def announcer(work: Work, town: Town) -> Teller:
    return Teller(work, town)


@pytest.fixture
def phone(work: Work, town: Town) -> str:
    """The owner's, proved."""
    row = new_id()
    work.session.add(
        Phone(
            id=row,
            person_id=town.owner.person_id,
            number=work.vault.seal(PHONE_FIELD, row, PHONE),
            number_index=work.vault.index(PHONE_FIELD, PHONE),
            verified_at=work.now(),
        )
    )
    work.session.flush()
    return PHONE
