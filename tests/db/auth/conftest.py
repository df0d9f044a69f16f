import pytest
from sqlalchemy.orm import Session

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.vault import Vault, open_vault
from kernel.work import Work
from tests.db.auth.support import House

_KEY = bytes(range(32))


@pytest.fixture
def work(session: Session, clock: SettableClock) -> Work:
    return Work(session, open_vault(session.connection(), _KEY), clock)


@pytest.fixture
def house(clean_database: Database, clock: SettableClock) -> House:
    """One process whose first signing key is made."""
    with clean_database.transaction() as session:
        vault: Vault = open_vault(session.connection(), _KEY)
    house = House(clean_database, vault, clock)
    house.keep_keys()
    return house
