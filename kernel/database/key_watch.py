"""Notices that the database under a running process is no longer the one it began with.

After a restore a process holds data keys, signing keys and catalogue rows of a database that is gone. What it sealed
under such a key nobody could ever open. So the rows of `data_key` are compared, their contents and who wrote them: a
restore writes them anew, be they the same or not. That is done when a transaction begins, at most once a second, and
before the commit of every transaction that sealed something.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

from kernel.database.sessions import Database, DatabaseChanged
from kernel.vault import Vault, VaultError, unwrap

EVERY_S: Final = 1.0
_KEYS: Final = "SELECT id, wrapped, xmin::text, tableoid::bigint FROM data_key ORDER BY id"
_log = structlog.get_logger()


class KeyWatch:
    """One for a process; safe in threads. `on_change` callables forget what was read from the database before."""

    def __init__(
        self,
        vault: Vault,
        master_key: bytes,
        connection: Connection,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._vault = vault
        self._master_key = master_key
        self._monotonic = monotonic
        self._forget: list[Callable[[], object]] = []
        self._lock = threading.Lock()
        self._known: Sequence[Any] | None = _rows(connection)
        self._look_at = monotonic() + EVERY_S

    def on_change(self, *forget: Callable[[], object]) -> None:
        self._forget += forget

    def due(self) -> bool:
        """Whether it is time for `look`."""
        return self._known is None or self._monotonic() >= self._look_at

    def look(self, connection: Connection) -> None:
        """For the beginning of a transaction: takes over the keys of a database that has changed.

        Raises DatabaseChanged when there are none, or none that the master key opens.
        """
        self._compare(connection)

    def mark(self) -> int:
        """How much this thread has sealed so far."""
        return self._vault.sealed_here()

    def confirm(self, connection: Connection, mark: int) -> None:
        """For the end of a transaction: raises DatabaseChanged if it has sealed since `mark`, under other keys."""
        if self._vault.sealed_here() != mark and self._compare(connection):
            raise DatabaseChanged

    def changed(self, database: Database) -> bool:
        """Whether the database is another one than at the last look; for whoever wonders about an error."""
        try:
            with database.unwatched() as connection:
                return self._compare(connection)
        except DatabaseChanged:
            return True

    def holds(self, database: Database) -> bool:
        """Whether the keys in use are those of the database. A change is taken over at once, and is no failure then."""
        try:
            with database.unwatched() as connection:
                self._compare(connection)
        except DatabaseChanged:
            return False
        return True

    def _compare(self, connection: Connection) -> bool:
        """Whether there was a change, which is then taken over."""
        rows = _rows(connection)
        with self._lock:
            self._look_at = self._monotonic() + EVERY_S
            if rows == self._known and rows:
                return False
            # Until the new keys are here every transaction looks.
            self._known = None
            try:
                keys = unwrap([(row.id, row.wrapped) for row in rows], self._master_key)
            except VaultError as error:
                _log.error("database.keys_unfit")
                raise DatabaseChanged from error
            if not keys:
                raise DatabaseChanged
            self._vault.replace_keys(keys)
            for forget in self._forget:
                forget()
            self._known = rows
        _log.warning("database.changed")
        return True


def _rows(connection: Connection) -> Sequence[Any]:
    try:
        return connection.exec_driver_sql(_KEYS).all()
    except ProgrammingError as error:
        # The tables are away while somebody restores.
        raise DatabaseChanged from error
