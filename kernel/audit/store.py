"""The queries that the sealer and the verifier share."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Uuid, any_, func, insert, literal, select, text
from sqlalchemy.orm import Session

from kernel.audit.chain import Chain
from kernel.audit.models import AuditCheckpoint
from kernel.audit.rows import covered_tables

LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtext('motcua.audit_seal'))")


Row = dict[str, Any]
"""A covered row by column."""


def rows_of(session: Session, wanted: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], Row]:
    """The rows (table, id) that are there, whole: one statement for each table that covered rows can lie in."""
    by_table: dict[str, list[UUID]] = {}
    for kind, row_id in wanted:
        by_table.setdefault(kind, []).append(row_id)
    found: dict[tuple[str, UUID], Row] = {}
    for kind, table in covered_tables().items():
        if kind in by_table:
            query = select(table).where(is_one_of(table.c.id, by_table[kind], Uuid()))
            found |= {(kind, row["id"]): dict(row) for row in session.execute(query).mappings()}
    return found


def is_one_of(column: Any, values: Sequence[Any], of: Any = None) -> ColumnElement[bool]:
    """`column` is one of these; one parameter, however many they are."""
    element: ColumnElement[bool] = column == any_(literal(list(values), ARRAY(of or BigInteger())))
    return element


def sign_checkpoint(session: Session, chain: Chain, position: int, link: bytes) -> None:
    """Adds the signed checkpoint of a link, at the database's time."""
    at: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    values = {"position": position, "hash": link, "at": at, "signature": chain.sign(position, at, link)}
    session.execute(insert(AuditCheckpoint).values(**values))
