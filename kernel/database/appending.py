"""Rows that are only ever added, written together: outbox, audit trail, timelines, clocks, kept answers.

One act leaves such rows in tables of several packages. An INSERT for each costs a round trip, and more of the processor
than the database needs to store it. So whoever has such a row hands it over, and the next flush writes all of them in
one statement: at the latest the flush before the commit, usually no other.

Each table takes its rows as one JSON text, so the statement stays the same whatever they are and however many.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, FromClause, TypeDecorator, event
from sqlalchemy.orm import Session, SessionTransaction, class_mapper

Row = Mapping[str, Any]


class UnitSession(Session):
    """The session of one transaction. A flush writes its objects, then the rows that were appended."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.appended: dict[FromClause, list[Row]] = {}

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        super().flush(objects)
        if self.appended:
            rows, self.appended = self.appended, {}
            values = {str(table.description): _as_json(some) for table, some in rows.items()}
            self.connection().exec_driver_sql(_insert_into(tuple(rows)), values)


def append_row(session: Session, model: type[object], row: Row) -> None:
    """Adds a row to the caller's transaction. What `row` does not name is null, or what the database fills in.

    Queries for objects of the session see it; statements that go past it do not before a flush.
    """
    if not isinstance(session, UnitSession):
        raise TypeError("rows are appended to a session that writes them")
    table = class_mapper(model).local_table
    for name, kind in _guarded(table):
        kind.process_bind_param(row.get(name), session.get_bind().dialect)
    session.appended.setdefault(table, []).append(row)


@event.listens_for(UnitSession, "before_commit")
def _write(session: UnitSession) -> None:
    # Also where a savepoint is released, so that a row which does not fit fails inside it.
    session.flush()


@event.listens_for(UnitSession, "after_soft_rollback")
def _forget(session: UnitSession, _ended: SessionTransaction) -> None:
    # What came before a savepoint was flushed when that began.
    session.appended.clear()


@cache
def written_columns(table: FromClause) -> tuple[Column[Any], ...]:
    """What a row is written with; the rest the database fills in."""
    return tuple(
        column
        for column in table.columns
        if isinstance(column, Column)
        and column.identity is None
        and (column.server_default is None or column.default is not None)
    )


@cache
def _guarded(table: FromClause) -> tuple[tuple[str, TypeDecorator[Any]], ...]:
    """Columns whose type judges what is stored in them."""
    return tuple((each.name, each.type) for each in written_columns(table) if isinstance(each.type, TypeDecorator))


@cache
def _insert_into(tables: tuple[FromClause, ...]) -> str:
    """One statement that adds to each of these tables the rows of the parameter with its name, in their order."""
    *others, last = (_insert(table) for table in tables)
    parts = ", ".join(f"into_{number} AS ({insert})" for number, insert in enumerate(others))
    return f"WITH {parts} {last}" if parts else last


def _insert(table: FromClause) -> str:
    name, columns = table.description, ", ".join(column.name for column in written_columns(table))
    rows = f"json_populate_recordset(CAST(NULL AS {name}), CAST(%({name})s AS json)) WITH ORDINALITY"
    return f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {rows} ORDER BY ordinality"  # noqa: S608 - our own names


def _as_json(rows: Sequence[Row]) -> str:
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    """The form in which PostgreSQL reads it."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in a row")
