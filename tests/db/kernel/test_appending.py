"""Rows that are only added: written together, in their order, whole or not at all."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.actor import SYSTEM
from kernel.audit import AuditEntry, append_signed, write_audit
from kernel.audit.rows import mac_holds, row_key_of
from kernel.database.appending import append_row
from kernel.database.sessions import Database
from kernel.idempotency import IdempotencyRecord, StoredAnswer, find_answer, keep_answer
from kernel.ids import new_id
from kernel.outbox import OutboxEvent, record_event
from tests.conftest import VAULT


class Statements:
    """What one session sends to the database."""

    def __init__(self, session: Session) -> None:
        self.sent: list[str] = []
        event.listen(session.get_bind(), "before_cursor_execute", self._hear)

    def _hear(self, _c: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.sent.append(statement)


def _act(session: Session, number: int) -> None:
    write_audit(session, SYSTEM, "test.act", "thing", new_id(), n=number)
    record_event(session, "a.b", new_id(), {"n": number})


def test_rows_of_several_tables_go_in_one_statement(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        sent = Statements(session).sent
        for number in range(3):
            _act(session, number)
        keep_answer(session, VAULT, new_id(), "key", b"digest", StoredAnswer(200, "{}"))
    (written,) = sent
    assert written.count("INSERT INTO") == 3


def test_each_table_keeps_the_order_of_its_rows(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        for number in range(20):
            _act(session, number)
    with clean_database.transaction() as session:
        acts = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
        events = session.scalars(select(OutboxEvent).order_by(OutboxEvent.seq)).all()
    assert [act.details["n"] for act in acts] == [event.payload["n"] for event in events] == list(range(20))


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"quoted": 'a "b" \\ c', "colon": ":name %s %(name)s"},
        {"name": "Nguyễn Thị Ước 𝄞", "none": None, "deep": [{"a": 1.5}, True], "big": 2**53 - 1},
    ],
)
def test_values_come_back_as_they_went_in_and_their_digest_holds(session: Session, details: dict[str, Any]) -> None:
    row, before = new_id(), datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=timezone(timedelta(hours=7)))
    values = {
        "id": row,
        "actor_kind": "citizen",
        "actor_id": new_id(),
        "action": "a\nb",
        "object_type": "thing",
        "details": details,
    }
    append_signed(session, AuditEntry, values)
    found = session.execute(select(AuditEntry.__table__).where(AuditEntry.id == row)).mappings().one()
    assert {name: found[name] for name in values} == values
    assert (found["session_id"], found["object_id"]) == (None, None)
    assert found["at"] > before
    assert mac_holds(row_key_of(VAULT), AuditEntry.__table__, dict(found))


def test_octets_and_instants_come_back(session: Session) -> None:
    row, key = new_id(), bytes(range(256))
    sealed = VAULT.seal("idempotency_record.answer", row, "ạ")
    values = {"id": row, "account_id": new_id(), "key": "k", "request_hash": key, "status": 200, "answer": sealed}
    append_row(session, IdempotencyRecord, values)
    found = session.scalars(select(IdempotencyRecord)).one()
    assert (found.request_hash, found.answer, found.created_at.tzinfo) == (key, sealed, UTC)


def test_a_query_sees_what_was_appended(session: Session) -> None:
    account = new_id()
    keep_answer(session, VAULT, account, "key", b"digest", StoredAnswer(201, "ạ"))
    session.flush()
    assert find_answer(session, VAULT, account, "key", b"digest") == StoredAnswer(201, "ạ")


def test_what_is_rolled_back_is_not_written_later(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        _act(session, 1)
        with suppress(ZeroDivisionError), session.begin_nested():
            _act(session, 2)
            raise ZeroDivisionError
        _act(session, 3)
    with clean_database.transaction() as session:
        kept = session.scalars(select(AuditEntry.details["n"].as_integer()).order_by(AuditEntry.seq)).all()
    assert kept == [1, 3]


def test_a_row_that_does_not_fit_fails_inside_its_savepoint(clean_database: Database) -> None:
    account = new_id()
    with clean_database.transaction() as session:
        keep_answer(session, VAULT, account, "key", b"one", StoredAnswer(200, "{}"))
    with clean_database.transaction() as session:
        with pytest.raises(IntegrityError), session.begin_nested():
            keep_answer(session, VAULT, account, "key", b"two", StoredAnswer(200, "{}"))
        _act(session, 1)
    with clean_database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM audit_entry")) == 1


def test_a_transaction_that_fails_leaves_nothing(clean_database: Database) -> None:
    with suppress(ZeroDivisionError), clean_database.transaction() as session:
        _act(session, 1)
        raise ZeroDivisionError
    with clean_database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM audit_entry")) == 0


def test_plain_text_is_refused_where_sealed_is_wanted(session: Session) -> None:
    values = {"id": new_id(), "account_id": new_id(), "key": "k", "request_hash": b"", "status": 200, "answer": b"{}"}
    with pytest.raises(TypeError, match="sealed"):
        append_row(session, IdempotencyRecord, values)


def test_a_session_that_would_not_write_the_rows_is_refused(session: Session) -> None:
    with Session(session.connection()) as plain, pytest.raises(TypeError, match="appended"):
        append_row(plain, OutboxEvent, {"id": new_id()})
