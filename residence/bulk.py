"""Many declarations at once: rows go in by COPY, which costs a third of what inserts do."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

import psycopg
from psycopg import sql
from sqlalchemy.orm import Session

STAY_COLUMNS: Final = (
    "id",
    "lodging_id",
    "document_index",
    "name_words",
    "nationality",
    "kind",
    "night",
    "arrival",
    "departure",
    "room",
    "state",
    "declarations",
    "declared_at",
    "due_at",
    "late",
)
DECLARATION_COLUMNS: Final = (
    "id",
    "stay_id",
    "number",
    "kind",
    "content",
    "fingerprint",
    "declared_at",
    "declared_by",
    "client_id",
    "batch_id",
)


def copy_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Inserts rows into a table in the transaction of `session`; the order of values is that of `columns`."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    raw = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
