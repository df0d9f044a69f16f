"""A small user of `outbound.jobs`, complete: bills that are paid at a bank. One table, four short classes.

As a program it is a worker to be killed. Arguments: database URL, bank URL.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

import aiohttp
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.database.sessions import Database
from kernel.ids import new_id
from outbound.jobs.breaker import BreakerLimits
from outbound.jobs.drain import JobDrain
from outbound.jobs.leases import JobTable, lose_expired_leases
from outbound.jobs.outcomes import AskFailed, Outcome, OutcomeKind
from outbound.jobs.pool import PoolMember
from outbound.jobs.ports import Bounds, Chunk, ClaimedDelivery
from outbound.jobs.retry import Patience, RetrySchedule
from outbound.jobs.run import JobWork
from outbound.jobs.shared_pool import SharedPool

BANK: Final = "bank"
TABLE: Final = JobTable("scratch.bill")
PATIENCE: Final = Patience(timedelta(seconds=0.5), timedelta(seconds=0.5), timedelta(seconds=0.2))
RETRIES: Final = RetrySchedule((timedelta(seconds=0.1), timedelta(seconds=0.2)))
LIMITS: Final = BreakerLimits(in_a_row=3, probe_every_s=0.3)
IN_FLIGHT: Final = 2
CREATE: Final = """
CREATE SCHEMA scratch;
CREATE TABLE scratch.bill (
    id uuid PRIMARY KEY, amount int NOT NULL, state text NOT NULL DEFAULT 'queued', due_at timestamptz DEFAULT now(),
    generation int NOT NULL DEFAULT 0, failures int NOT NULL DEFAULT 0, asked int NOT NULL DEFAULT 0,
    code text, reason text)
"""
_DUE: Final = text("""
SELECT id, generation FROM scratch.bill WHERE state IN ('queued', 'waiting') AND due_at <= now()
ORDER BY due_at LIMIT :room FOR UPDATE SKIP LOCKED
""")
_CLAIM: Final = text("""
UPDATE scratch.bill SET state = 'sending', generation = generation + 1, due_at = now() + :lease
WHERE id = ANY(CAST(:ids AS uuid[])) RETURNING id, generation, failures, amount
""")
_RECORD: Final = text("""
UPDATE scratch.bill b SET state = n.state, code = n.code, due_at = now() + n.wait,
    failures = b.failures + (n.state = 'waiting')::int
FROM unnest(CAST(:ids AS uuid[]), CAST(:generations AS int[]), CAST(:states AS text[]), CAST(:codes AS text[]),
    CAST(:waits AS interval[])) AS n(id, generation, state, code, wait)
WHERE b.id = n.id AND b.generation = n.generation AND b.state IN ('sending', 'unknown')
""")
_ASK: Final = text("""
UPDATE scratch.bill b SET due_at = now() + :lease, asked = b.asked + 1 FROM (
    SELECT id FROM scratch.bill WHERE state = 'unknown' AND due_at <= now()
    ORDER BY due_at LIMIT :room FOR UPDATE SKIP LOCKED) due
WHERE b.id = due.id RETURNING b.id, b.generation, b.asked
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedBill(ClaimedDelivery):
    id: UUID
    generation: int
    failures: int
    amount: int


@dataclass(frozen=True, slots=True)
class BillNews:
    delivery_id: UUID
    generation: int
    state: str
    code: str | None = None
    wait: timedelta | None = None


class BillInquiry(NamedTuple):
    id: UUID
    generation: int
    asked: int
    gateway: str = BANK


class BillDue(NamedTuple):
    id: UUID
    generation: int
    channel: str = "bills"
    gateway: str | None = None
    pinned: bool = False
    failed: bool = False
    may_probe: bool = True


class BillLedger:
    def __init__(self, database: Database, pool: SharedPool) -> None:
        self._database = database
        self._pool = pool

    def claim(self, room: int) -> Chunk[ClaimedBill]:
        start_by = time.monotonic() + PATIENCE.start_within.total_seconds()
        room = min(room, self._pool.rooms().get("bills", 0))
        with self._database.transaction() as session:
            due = [BillDue(row.id, row.generation) for row in session.execute(_DUE, {"room": room})]
            chosen = zip(due, self._pool.choose_all(due), strict=True)
            ids = [bill.id for bill, gateway in chosen if gateway is not None]
            rows = session.execute(_CLAIM, {"ids": ids, "lease": PATIENCE.lease}).all()
        return Chunk([ClaimedBill(BANK, start_by, **row._mapping) for row in rows], more=0 < room <= len(due))

    def record(self, news: Sequence[BillNews]) -> bool:
        with self._database.transaction() as session:
            record(session, news)
        return any(item.state == "queued" for item in news)


class BillCaller:
    def __init__(self, bank: "Bank") -> None:
        self._bank = bank

    def withheld(self, delivery: ClaimedBill) -> None:
        return None

    def released(self, delivery: ClaimedBill) -> BillNews:
        return BillNews(delivery.id, delivery.generation, "queued", "not_started", timedelta(0))

    async def call(self, delivery: ClaimedBill) -> Outcome:
        return await self._bank.pay(delivery.id, delivery.amount)

    def news_of(self, delivery: ClaimedBill, outcome: Outcome) -> BillNews:
        state, wait = "paid", None
        if outcome.kind is OutcomeKind.PERMANENT:
            state = "refused"
        elif outcome.kind is OutcomeKind.UNKNOWN:
            state, wait = "unknown", PATIENCE.ask_after
        elif outcome.kind is not OutcomeKind.ACCEPTED:
            state, wait = "waiting", RETRIES.wait(delivery.failures + 1, delivery.id)
        return BillNews(delivery.id, delivery.generation, state, outcome.code, wait)

    async def close(self) -> None:
        await self._bank.close()


class BillInquiries:
    def __init__(self, database: Database, bank: "Bank") -> None:
        self._database = database
        self._bank = bank

    def claim(self, room: int) -> Sequence[BillInquiry]:
        with self._database.transaction() as session:
            lose_expired_leases(session, TABLE, timedelta(0))
            rows = session.execute(_ASK, {"room": room, "lease": PATIENCE.lease})
            return [BillInquiry(row.id, row.generation, row.asked) for row in rows]

    async def ask(self, question: BillInquiry) -> bool:
        return await self._bank.has(question.id)

    def answered(self, question: BillInquiry, answer: bool) -> None:
        news = BillNews(question.id, question.generation, "paid" if answer else "queued", "asked")
        if not answer:
            news = BillNews(question.id, question.generation, "queued", "asked", timedelta(0))
        with self._database.transaction() as session:
            record(session, [news])

    def unanswered(self, question: BillInquiry) -> None:
        wait = RETRIES.wait(question.asked, question.id)
        with self._database.transaction() as session:
            record(session, [BillNews(question.id, question.generation, "unknown", "no_answer", wait)])


class Bank:
    """The bank over HTTP."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def pay(self, bill: UUID, amount: int) -> Outcome:
        try:
            async with self._opened().post(f"{self._url}/bills/{bill}", data=str(amount)) as reply:
                status = reply.status
        except aiohttp.ClientConnectorError as error:
            return Outcome(OutcomeKind.TRANSIENT, code=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError) as error:
            return Outcome(OutcomeKind.UNKNOWN, code=type(error).__name__)
        if status == 503:
            return Outcome(OutcomeKind.TRANSIENT, code="503")
        return Outcome(OutcomeKind.ACCEPTED if status == 200 else OutcomeKind.PERMANENT, code=str(status))

    async def has(self, bill: UUID) -> bool:
        async with self._opened().get(f"{self._url}/bills/{bill}") as reply:
            if reply.status not in (200, 404):
                raise AskFailed(str(reply.status))
            return reply.status == 200

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE.timeout.total_seconds()))
        return self._session


def add_bills(session: Session, number: int) -> list[UUID]:
    ids = [new_id() for _ in range(number)]
    for bill in ids:
        session.execute(text("INSERT INTO scratch.bill (id, amount) VALUES (:id, 1000)"), {"id": bill})
    return ids


def record(session: Session, news: Sequence[BillNews]) -> None:
    session.execute(
        _RECORD,
        {
            "ids": [item.delivery_id for item in news],
            "generations": [item.generation for item in news],
            "states": [item.state for item in news],
            "codes": [item.code for item in news],
            "waits": [item.wait for item in news],
        },
    )


def bill_drain(database: Database, url: str, pool: SharedPool | None = None) -> JobDrain[ClaimedBill, BillNews]:
    pool, bank = pool or bill_pool(), Bank(url)
    bounds = Bounds(IN_FLIGHT, IN_FLIGHT, ahead=0, questions_apart=True)
    ledger, inquiries = BillLedger(database, pool), BillInquiries(database, bank)
    return JobDrain(JobWork("bills", ledger, BillCaller(bank), bounds, inquiries, pool))


def bill_pool() -> SharedPool:
    return SharedPool([PoolMember(BANK, "bills", 1)], LIMITS)


if __name__ == "__main__":
    drain = bill_drain(Database(sys.argv[1], pool_size=4), sys.argv[2])
    while True:
        drain.run(time_slice_s=5)
        time.sleep(0.02)
