"""A handler that fails because the schema is not there yet is nobody's fault."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.outbox import MAX_ATTEMPTS, Handlers, OutboxEvent, drain_events, one_by_one, record_event
from migrations import SchemaBehindError


def test_no_try_is_counted_while_the_schema_is_not_the_one_that_is_needed(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        event = record_event(session, "a.b", new_id(), {})
    behind = True

    def lacks_a_column(session: Session, _event: OutboxEvent) -> None:
        session.execute(text("SELECT no_such_column FROM outbox_event" if behind else "SELECT 1"))

    def schema(_connection: Connection) -> None:
        if behind:
            raise SchemaBehindError("0001")

    handlers: Handlers = {"a.b": (one_by_one(lacks_a_column),)}
    for _ in range(2 * MAX_ATTEMPTS):
        with pytest.raises(SchemaBehindError):
            drain_events(clean_database, handlers, blameless=schema)
    with clean_database.transaction() as session:
        kept = session.get_one(OutboxEvent, event)
        assert (kept.attempts, kept.dead_at, kept.done_at) == (0, None, None)
    behind = False
    assert drain_events(clean_database, handlers, blameless=schema) == 1
    with clean_database.transaction() as session:
        assert session.get_one(OutboxEvent, event).done_at is not None
