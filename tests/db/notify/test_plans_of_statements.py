"""The drains' statements go by indexes also when they were planned while the tables were nearly empty."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from bench.growth import copy_finished
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
FINISHED = 30_000
# Prepared after five executions; from five more on PostgreSQL may use one plan for all values.
TURNS_UNTIL_PLANNED = 12
TOLD = text("""
UPDATE notification SET event_id = (SELECT id FROM outbox_event WHERE done_at IS NOT NULL LIMIT 1) WHERE id = (
    SELECT notification_id FROM delivery WHERE channel = 'sms' AND state = 'delivered' ORDER BY id DESC LIMIT 1)
""")
READ = text("SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE relname = ANY(:names)")


@pytest.fixture
def worker(database_url: str, clean_database: Database) -> Iterator[Database]:
    """A worker's database, on one connection, which keeps its prepared statements."""
    database = Database(database_url, custom_plans=True, pool_size=1)
    yield database
    database.dispose()


def _read_in_scans(database: Database) -> dict[str, int]:
    """Rows that scans of whole tables have read so far, by table."""
    with database.statement() as connection:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
    with database.reading() as connection:
        return {row.relname: row.seq_tup_read for row in connection.execute(READ, {"names": list(GROWING)})}


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


def test_no_drain_reads_a_whole_table_that_was_small_when_it_began(clean_database: Database, worker: Database) -> None:
    _fill(clean_database)
    for _ in range(TURNS_UNTIL_PLANNED):
        _work(worker)
    with clean_database.statement() as connection:
        connection.execute(TOLD)
    copy_finished(clean_database, FINISHED)
    before = _read_in_scans(worker)
    _work(worker)
    after = _read_in_scans(worker)
    assert {name: rows for name in GROWING if (rows := after[name] - before[name]) >= FINISHED} == {}
