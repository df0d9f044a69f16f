import pytest
from sqlalchemy.orm import Session

from kernel.clock import SettableClock
from kernel.vault import open_vault
from kernel.work import Work
from tests.db.residence.support import Town


@pytest.fixture
def work(session: Session, clock: SettableClock) -> Work:
    return Work(session, open_vault(session.connection(), bytes(range(32))), clock)


@pytest.fixture
def town(work: Work) -> Town:
    return Town.build(work)
