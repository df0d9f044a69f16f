"""How a connection to PostgreSQL is opened: directly, or through a pooler that gives each transaction another server.

What holds for a whole connection (a time limit, plan settings, prepared statements) does not hold behind such a pooler:
PgBouncer refuses it, or drops it without a word. So the first connection is looked at: whether the server answers that
was reached, and whether what was asked for holds. If not, it is said at the beginning of every transaction instead.
"""

from collections.abc import Mapping
from typing import Any, Final

import psycopg
import structlog
from sqlalchemy import Connection, Engine, event

_REFUSED: Final = "unsupported startup parameter"
_LOOK: Final = "SELECT pg_backend_pid(), current_setting('statement_timeout')"
_log = structlog.get_logger()


class Link:
    """Opens the connections of one engine. `settings` are PostgreSQL's, for everything that goes over them."""

    def __init__(self, engine: Engine, settings: Mapping[str, str]) -> None:
        self._engine = engine
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._timeout = settings["statement_timeout"]
        pairs = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())
        self._each_time = f"SELECT {pairs}"
        self._pooled: bool | None = None
        event.listen(engine, "do_connect", self._open)
        event.listen(engine, "begin", self._begin)

    def unbound(self) -> Engine:
        """The engine for single statements, which spares the round trips of BEGIN and COMMIT where it can."""
        # Behind a pooler a transaction it must be: what holds for a statement is said at its beginning.
        return self._engine if self._is_pooled() else self._autocommit

    def _is_pooled(self) -> bool:
        """Whether a pooler stands in between; a connection is opened to find out, the first time."""
        if self._pooled is None:
            with self._engine.connect():
                pass
        return bool(self._pooled)

    def _open(self, _dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> Any:
        if not self._pooled:
            try:
                connection = psycopg.connect(**parameters, options=self._options)
            except psycopg.OperationalError as error:
                if _REFUSED not in str(error):
                    raise
            else:
                if self._pooled is False or self._holds(connection):
                    self._pooled = False
                    return connection
                connection.close()
            self._pooled = True
            _log.info("database.pooled", settings="each transaction")
        return psycopg.connect(**parameters, prepare_threshold=None)

    def _holds(self, connection: psycopg.Connection[Any]) -> bool:
        """Whether nobody stands in between and what was asked for at the start is in force."""
        connection.autocommit = True
        pid, timeout = connection.execute(_LOOK).fetchone() or (0, "")
        connection.autocommit = False
        return bool(pid == connection.info.backend_pid and timeout == self._timeout)

    def _begin(self, connection: Connection) -> None:
        if self._pooled:
            connection.exec_driver_sql(self._each_time)
