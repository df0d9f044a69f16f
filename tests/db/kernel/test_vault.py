"""Sealed values open only where they belong, and plain text cannot get in."""

import os
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from kernel.idempotency import IdempotencyRecord
from kernel.ids import new_id
from kernel.vault import Sealed, Vault, VaultError, add_data_key, open_vault

ROW, OTHER = UUID(int=1), UUID(int=2)
VAULT = Vault({1: bytes(32)}, bytes(32))


@given(st.text(max_size=200))
def test_what_is_sealed_opens_again(plain: str) -> None:
    assert VAULT.open("dossier.phone", ROW, VAULT.seal("dossier.phone", ROW, plain)) == plain


@given(st.data())
def test_an_altered_value_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(VAULT.seal("dossier.phone", ROW, "+84912345678"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(VaultError):
        VAULT.open("dossier.phone", ROW, Sealed(sealed))


@pytest.mark.parametrize(("field", "row"), [("dossier.phone", OTHER), ("dossier.form_values", ROW)])
def test_a_value_moved_elsewhere_does_not_open(field: str, row: UUID) -> None:
    sealed = VAULT.seal("dossier.phone", ROW, "+84912345678")
    with pytest.raises(VaultError):
        VAULT.open(field, row, sealed)


def test_equal_values_have_equal_indexes_in_one_field_only() -> None:
    assert VAULT.index("person.identity_number", "049090000001") == VAULT.index(
        "person.identity_number", "049090000001"
    )
    assert VAULT.index("person.identity_number", "1") != VAULT.index("phone.number", "1")


def test_equal_values_are_sealed_differently() -> None:
    assert VAULT.seal("a.b", ROW, "same") != VAULT.seal("a.b", ROW, "same")


def test_a_sealed_column_refuses_plain_text(session: Session) -> None:
    row = IdempotencyRecord(id=new_id(), account_id=new_id(), key="k", request_hash=b"", status=200)
    row.answer = b"plain"  # type: ignore[assignment]
    session.add(row)
    with pytest.raises(StatementError, match="sealed by the vault"):
        session.flush()


def test_a_database_keeps_its_keys_and_old_values_stay_readable(session: Session) -> None:
    master = os.urandom(32)
    first = open_vault(session.connection(), master)
    sealed = first.seal("a.b", ROW, "kept")
    add_data_key(session.connection(), master, 2)
    second = open_vault(session.connection(), master)
    assert second.open("a.b", ROW, sealed) == "kept"
    assert second.seal("a.b", ROW, "new")[1:3] == b"\0\2"
    assert second.index("a.b", "x") == first.index("a.b", "x")


def test_another_master_key_is_refused(session: Session) -> None:
    open_vault(session.connection(), bytes(32))
    with pytest.raises(VaultError, match="MOTCUA_MASTER_KEY"):
        open_vault(session.connection(), os.urandom(32))


def test_the_database_holds_no_plain_text(session: Session) -> None:
    row = new_id()
    session.add(
        IdempotencyRecord(
            id=row,
            account_id=new_id(),
            key="k",
            request_hash=b"",
            status=200,
            answer=VAULT.seal("idempotency_record.answer", row, "Nguyễn Văn Thử"),
        )
    )
    session.flush()
    session.expire_all()
    stored = session.scalar(select(IdempotencyRecord.answer).where(IdempotencyRecord.id == row))
    assert stored is not None
    assert "Thử".encode() not in bytes(stored)
