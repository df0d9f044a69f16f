from typing import Any

import pytest
from sqlalchemy.orm import Session

from auth.models import PHONE_FIELD, Phone
from kernel.clock import SettableClock
from kernel.ids import new_id
from kernel.vault import open_vault
from kernel.work import Work
from motcua.wiring.joins.notices import LodgingWords
from notify.notices.lodging import LodgingAnnouncer
from notify.planning.handlers import Announcer
from notify.planning.offers import OutlookByLedger, Route
from notify.planning.plan import Channel
from notify.templates.book import shipped_templates
from tests.db.residence.support import Town


@pytest.fixture
def work(session: Session, clock: SettableClock) -> Work:
    return Work(session, open_vault(session.connection(), bytes(range(32))), clock)


@pytest.fixture
def town(work: Work) -> Town:
    return Town.build(work)


PHONE = "+84905000031"


class Nobody:
    """No dossiers and no codes are told here."""

    def notices(self, *_: Any) -> list[None]:
        raise AssertionError

    def one_time_code(self, *_: Any) -> None:
        raise AssertionError


@pytest.fixture
def announcer(work: Work, town: Town) -> LodgingAnnouncer:
    outlook = OutlookByLedger([Route(Channel.SMS, "esms", 800)])
    base = Announcer(work.vault, work.clock, Nobody(), Nobody(), outlook, lambda _: shipped_templates())
    return LodgingAnnouncer(base, LodgingWords(work.vault, work.clock, town.desk))


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
