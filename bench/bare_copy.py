"""The least that accepting a list can take: its finished rows copied, by bare psycopg, into tables that check nothing.

The very rows that the system wrote for a list are read back and copied; their columns are all there, but no index, no
key and no check.
"""

import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from residence.batches.bulk import DECLARATION_COLUMNS, STAY_COLUMNS

_TABLES: Final[Mapping[str, Mapping[str, str]]] = {"stay": STAY_COLUMNS, "declaration": DECLARATION_COLUMNS}
_OF_BATCH: Final[Mapping[str, sql.SQL]] = {
    "stay": sql.SQL("SELECT {} FROM stay WHERE id IN (SELECT stay_id FROM declaration WHERE batch_id = %s)"),
    "declaration": sql.SQL("SELECT {} FROM declaration WHERE batch_id = %s"),
}


class BareCopy:
    """One connection with tables of its own. `url` is libpq's."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        for table in _TABLES:
            made, like = sql.Identifier(f"bench_{table}"), sql.Identifier(table)
            self._connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING GENERATED)").format(made, like))

    def seconds(self, batch_id: UUID) -> float:
        """How long the rows of a batch take, committed."""
        rows = {table: self._rows(table, batch_id) for table in _TABLES}
        begun = time.perf_counter()
        with self._connection.transaction(), self._connection.cursor() as cursor:
            for table, columns in _TABLES.items():
                into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(f"bench_{table}"), _listed(columns))
                with cursor.copy(into) as copy:
                    for row in rows[table]:
                        copy.write_row(row)
        return time.perf_counter() - begun

    def close(self) -> None:
        self._connection.close()

    def _rows(self, table: str, batch_id: UUID) -> list[tuple[Any, ...]]:
        return self._connection.execute(_OF_BATCH[table].format(_listed(_TABLES[table])), (batch_id,)).fetchall()


def _listed(columns: Mapping[str, str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
