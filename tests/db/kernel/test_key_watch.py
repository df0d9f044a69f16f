"""A process whose database was restored takes its keys over, and commits nothing that was sealed under others."""

import pytest
from sqlalchemy import Engine, text

from kernel.database.key_watch import EVERY_S, KeyWatch
from kernel.database.sessions import Database, DatabaseChanged
from kernel.ids import new_id
from kernel.vault import Vault, VaultError, add_data_key, open_vault

MASTER = bytes(range(32))
ROW = new_id()


class Watched:
    def __init__(self, database: Database) -> None:
        self.now = 0.0
        self.forgotten = 0
        self.database = database
        with database.transaction() as session:
            self.vault = open_vault(session.connection(), MASTER)
            self.watch = KeyWatch(self.vault, MASTER, session.connection(), monotonic=lambda: self.now)
        self.watch.on_change(self._forget)
        database.watch = self.watch

    def _forget(self) -> None:
        self.forgotten += 1

    def seal(self, *, writing: str = "SELECT 1") -> bytes:
        with self.database.transaction() as session:
            session.execute(text(writing))
            return bytes(self.vault.seal("dossier.phone", ROW, "+84912345678"))


@pytest.fixture
def watched(clean_database: Database) -> Watched:
    return Watched(clean_database)


def _other_keys(engine: Engine, master_key: bytes = MASTER) -> Vault:
    """As after a restore of another database: the same number, another key."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM data_key"))
        add_data_key(connection, master_key, 1)
    with engine.begin() as connection:
        return open_vault(connection, master_key)


def test_other_keys_are_taken_over_when_the_next_transaction_begins(watched: Watched, engine: Engine) -> None:
    theirs = _other_keys(engine)
    watched.now += EVERY_S
    sealed = watched.seal()
    assert theirs.open("dossier.phone", ROW, sealed) == "+84912345678"
    assert watched.forgotten == 1
    watched.now += EVERY_S
    watched.seal()
    assert watched.forgotten == 1


def test_nothing_sealed_under_keys_that_are_gone_is_committed(watched: Watched, engine: Engine) -> None:
    theirs = _other_keys(engine)
    # No second has passed, so the transaction begins with the keys of before.
    with pytest.raises(DatabaseChanged):
        watched.seal(writing="INSERT INTO clock_mark (id, at) VALUES (1, now())")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM clock_mark")) == 0
    assert theirs.open("dossier.phone", ROW, watched.seal()) == "+84912345678"


def test_the_same_rows_written_anew_are_a_change_too(watched: Watched, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TEMP TABLE held ON COMMIT DROP AS SELECT * FROM data_key"))
        connection.execute(text("DELETE FROM data_key"))
        connection.execute(text("INSERT INTO data_key SELECT * FROM held"))
    watched.now += EVERY_S
    watched.seal()
    assert watched.forgotten == 1


def test_one_more_key_is_used_for_what_is_sealed_from_then_on(watched: Watched, engine: Engine) -> None:
    before = watched.seal()
    with engine.begin() as connection:
        add_data_key(connection, MASTER, 2)
    watched.now += EVERY_S
    assert watched.seal()[1:3] == b"\x00\x02"
    assert watched.vault.open("dossier.phone", ROW, before) == "+84912345678"


@pytest.mark.parametrize("change", ["DELETE FROM data_key", "ALTER TABLE data_key RENAME TO data_key_away"])
def test_a_database_in_the_middle_of_a_restore_is_unavailable(watched: Watched, engine: Engine, change: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE held_keys AS SELECT * FROM data_key"))
        connection.execute(text(change))
    try:
        watched.now += EVERY_S
        for _ in range(2):
            with pytest.raises(DatabaseChanged):
                watched.seal()
            assert not watched.watch.holds(watched.database)
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE IF EXISTS data_key_away RENAME TO data_key"))
            connection.execute(text("INSERT INTO data_key SELECT * FROM held_keys ON CONFLICT DO NOTHING"))
            connection.execute(text("DROP TABLE held_keys"))
    watched.seal()
    assert watched.watch.holds(watched.database)


def test_keys_of_another_master_key_are_not_ready_and_not_used(watched: Watched, engine: Engine) -> None:
    _other_keys(engine, bytes(32))
    watched.now += EVERY_S
    with pytest.raises(DatabaseChanged) as refused:
        watched.seal()
    assert isinstance(refused.value.__cause__, VaultError)
    assert not watched.watch.holds(watched.database)
    assert watched.watch.changed(watched.database)
