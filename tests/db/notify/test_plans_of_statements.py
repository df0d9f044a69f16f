"""The drains' statements go by indexes also when they were planned while the tables were nearly empty."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.outbox import drain_events, record_event
from notify.pool.gateways import give_way, wake_stranded
from notify.ports import ReceiptNote
from notify.receipts.applying import apply_receipts
from notify.sending.claims import DELIVERIES, claim_questions, record_news
from notify.sending.outcomes import Claim, News
from notify.sending.states import AttemptEvent, DeliveryEvent, ReceiptKind
from outbound.jobs.leases import lose_expired_leases
from tests.db.notify.support import PATIENCE, claim_due, queued, store_receipt

GROWING = ("outbox_event", "notification", "delivery", "attempt", "receipt")
SCAN = re.compile(rf"Seq Scan on ({'|'.join(GROWING)})\b")


@pytest.fixture
def explained(database_url: str, clean_database: Database) -> Iterator[tuple[Database, list[str]]]:
    """A worker's database, and the plan of each statement that it has executed."""
    database, plans = Database(database_url, by_index=True), list[str]()

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, *__: Any) -> None:
        if re.match(r"\s*(WITH|SELECT|UPDATE|INSERT)", statement):
            rows = cursor.connection.execute(f"EXPLAIN {statement}", parameters).fetchall()
            plans.append("\n".join(row[0] for row in rows))

    event.listen(database.engine, "before_cursor_execute", explain)
    yield database, plans
    database.dispose()


def _fill(database: Database) -> None:
    """Few rows: what a system has in its first minute, when its statements are planned."""
    with database.transaction() as session:
        for _ in range(20):
            record_event(session, "a.b", new_id(), {})
    queued(database, 20)
    with database.transaction() as session:
        claimed = [each.claim for each in claim_due(session, 20, PATIENCE.lease)]
        record_news(session, [_accepted(claim) for claim in claimed])
        for claim in claimed:
            store_receipt(session, claim.attempt_id, _note(claim), b"")
    with database.statement() as connection:
        connection.execute(text("ANALYZE"))


def _note(claim: Claim) -> ReceiptNote:
    return ReceiptNote("fake", str(claim.attempt_id), "SM1", ReceiptKind.DELIVERED, "delivered", None, None)


def _accepted(claim: Claim) -> News:
    return News(claim, DeliveryEvent.ACCEPT, AttemptEvent.ACCEPT, ref="SM1")


def _work(database: Database) -> None:
    with database.transaction() as session:
        record_event(session, "a.b", new_id(), {})
    drain_events(database, {})
    queued(database, 1)
    with database.transaction() as session:
        (claimed,) = claim_due(session, 8, PATIENCE.lease)
    with database.transaction() as session:
        record_news(session, [_accepted(claimed.claim)])
        lose_expired_leases(session, DELIVERIES, PATIENCE.lease)
        claim_questions(session, 8, PATIENCE.lease)
        apply_receipts(session)
        wake_stranded(session, "fake", "sms", timedelta(seconds=5))
        give_way(session, "sms")


def test_no_drain_reads_a_whole_table(clean_database: Database, explained: tuple[Database, list[str]]) -> None:
    database, plans = explained
    _fill(clean_database)
    _work(database)
    assert sum("delivery" in plan for plan in plans) >= 6
    assert [plan for plan in plans if SCAN.search(plan)] == []
