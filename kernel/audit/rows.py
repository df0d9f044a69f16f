"""Tamper-evident rows: each carries a keyed digest of itself, made by the process that writes it.

The key comes from the master key and never enters the database. So whoever holds the database alone can neither change
such a row nor add one unseen, not even before the chain has reached it. That rows were removed, the chain shows.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, MutableMapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import FromClause, LargeBinary, Table, event
from sqlalchemy.orm import Mapped, Mapper, Session, class_mapper, mapped_column, object_session

from kernel.database.appending import append_row, written_columns
from kernel.database.sessions import Base
from kernel.part import load_models
from kernel.vault import Vault

_ROW_KEY: Final = "motcua.row_key"
_PURPOSE: Final = "audit row"


class TamperEvident:
    """A table whose rows the audit trail covers: for models beside `Base`.

    The table needs an `id`, an `at`, a `seq` identity, and a revision that gives it the trigger `audit_pending`. Its
    rows are written once. Columns that are added later must be nullable, so that the digests of older rows still hold.
    """

    mac: Mapped[bytes | None] = mapped_column(LargeBinary)


def sign_rows_with(info: MutableMapping[Any, Any], vault: Vault) -> None:
    """Gives the sessions that carry `info` the key for the rows that they write."""
    info[_ROW_KEY] = vault.derive(_PURPOSE)


def row_key(session: Session) -> bytes:
    """Raises RuntimeError for a session without a key: a row without a digest would look like a forged one."""
    key: bytes | None = session.info.get(_ROW_KEY)
    if key is None:
        raise RuntimeError("this session has no key for tamper-evident rows")
    return key


def row_key_of(vault: Vault) -> bytes:
    return vault.derive(_PURPOSE)


def covered_tables() -> dict[str, Table]:
    """Every table of the system with tamper-evident rows, by name, whichever of them this process works with."""
    load_models()
    mappers = (mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, TamperEvident))
    return {table.name: table for mapper in mappers if isinstance(table := mapper.local_table, Table)}


def mac_of(key: bytes, table: FromClause, values: Mapping[str, Any]) -> bytes:
    """The digest of a row as its writer knows it: without what the database fills in."""
    written = {name: values.get(name) for name in _written_columns(table)}
    return hmac.digest(key, _canonical(str(table.description), written), hashlib.sha256)


def append_signed(session: Session, model: type[TamperEvident], row: Mapping[str, Any]) -> None:
    """Appends a row (`kernel.database.appending`) with its digest."""
    append_row(session, model, {**row, "mac": sign_row(session, model, row)})


def sign_row(session: Session, model: type[TamperEvident], values: Mapping[str, Any]) -> bytes:
    """The digest of a row that is written past the session's objects; of `values`, what is not named is null."""
    return mac_of(row_key(session), class_mapper(model).local_table, values)


def mac_holds(key: bytes, table: FromClause, values: Mapping[str, Any]) -> bool:
    mac = values["mac"]
    return mac is not None and hmac.compare_digest(bytes(mac), mac_of(key, table, values))


def whole_row(table: FromClause, values: Mapping[str, Any]) -> bytes:
    """Everything that stands in a row, for the chain."""
    return _canonical(str(table.description), dict(values))


@cache
def _written_columns(table: FromClause) -> tuple[str, ...]:
    return tuple(column.name for column in written_columns(table) if column.name != "mac")


def _canonical(table: str, values: Mapping[str, Any]) -> bytes:
    # What is null is left out, so that a column added later changes no digest.
    held = {name: _plain(value) for name, value in values.items() if value is not None}
    return json.dumps([table, held], sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | dict):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value) if isinstance(value, UUID | date) else value


@event.listens_for(TamperEvident, "before_insert", propagate=True)
@event.listens_for(TamperEvident, "before_update", propagate=True)
def _sign(mapper: Mapper[Any], _connection: object, row: Any) -> None:
    session = object_session(row)
    if session is None:
        raise RuntimeError("a tamper-evident row is written by a session")
    values = {}
    for column in mapper.local_table.columns:
        name = mapper.get_property_by_column(column).key
        if column.default is not None and getattr(row, name) is None:
            made = column.default.arg
            setattr(row, name, made(None) if callable(made) else made)
        values[column.name] = getattr(row, name)
    row.mac = mac_of(row_key(session), mapper.local_table, values)
