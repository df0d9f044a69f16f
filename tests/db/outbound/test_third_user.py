"""A third domain joins by its table and its strategy alone: it is claimed, called, recorded, asked about and spared."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from kernel.database.sessions import Database
from outbound.jobs.breaker import CircuitState
from tests.db.outbound.bills import BANK, CREATE, IN_FLIGHT, LIMITS, add_bills, bill_drain, bill_pool
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[3]


class FakeBank(ThreadingHTTPServer):
    """Keeps what it was paid. `mood` of a payment: "good", "down" (503), "lost" (kept, and no answer), "deaf" (neither
    kept nor answered)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.mood: Callable[[int], str] = lambda _: "good"
        self.calls: list[UUID] = []
        self.paid: Counter[UUID] = Counter()
        self.asked: Counter[UUID] = Counter()
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Desk(BaseHTTPRequestHandler):
    server: FakeBank

    def do_POST(self) -> None:
        bill = UUID(self.path.rpartition("/")[2])
        self.rfile.read(int(self.headers["Content-Length"]))
        mood = self.server.mood(len(self.server.calls))
        self.server.calls.append(bill)
        if mood in ("good", "lost"):
            self.server.paid[bill] += 1
        if mood in ("lost", "deaf"):
            self.server.closing.wait(30)
            return
        self._answer(503 if mood == "down" else 200)

    def do_GET(self) -> None:
        bill = UUID(self.path.rpartition("/")[2])
        self.server.asked[bill] += 1
        self._answer(200 if self.server.paid[bill] else 404)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def bank() -> Iterator[FakeBank]:
    made = FakeBank()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.closing.set()
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def scratch(clean_database: Database) -> Iterator[Database]:
    with clean_database.transaction() as session:
        session.execute(text("DROP SCHEMA IF EXISTS scratch CASCADE"))
        session.execute(text(CREATE))
    yield clean_database
    with clean_database.transaction() as session:
        session.execute(text("DROP SCHEMA scratch CASCADE"))


def _add(database: Database, number: int) -> list[UUID]:
    with database.transaction() as session:
        return add_bills(session, number)


def _states(database: Database) -> Counter[str]:
    with database.transaction() as session:
        return Counter(session.scalars(text("SELECT state FROM scratch.bill")).all())


def test_bills_are_claimed_paid_and_recorded(scratch: Database, bank: FakeBank) -> None:
    bills = _add(scratch, 7)
    drain = bill_drain(scratch, bank.url)
    assert drain.run(time_slice_s=20) is False
    drain.close()
    assert _states(scratch) == {"paid": 7}
    assert bank.paid == Counter(bills)
    assert not bank.asked


def test_what_a_killed_worker_left_is_asked_about_and_neither_lost_nor_paid_twice(
    scratch: Database, database_url: str, bank: FakeBank
) -> None:
    bills = _add(scratch, 6)
    bank.mood = lambda call: "lost" if call % 2 else "deaf"
    argv = [sys.executable, "-m", "tests.db.outbound.bills", database_url, bank.url]
    with subprocess.Popen(argv, cwd=ROOT) as worker:
        assert eventually(lambda: len(bank.calls) >= IN_FLIGHT)
        worker.kill()
    assert _states(scratch)["sending"] > 0
    begun = set(bank.calls)
    bank.mood = lambda _: "good"
    drain = bill_drain(scratch, bank.url)

    def all_paid() -> bool:
        drain.run(time_slice_s=2)
        time.sleep(0.05)
        return _states(scratch) == {"paid": 6}

    assert eventually(all_paid)
    drain.close()
    assert bank.paid == Counter(bills)
    assert set(bank.asked) >= begun


def test_an_outage_opens_the_breaker_and_a_probe_closes_it(scratch: Database, bank: FakeBank) -> None:
    bills, pool = _add(scratch, 12), bill_pool()
    bank.mood = lambda _: "down"
    drain = bill_drain(scratch, bank.url, pool)
    drain.run(time_slice_s=0.2)
    assert pool.health()[BANK].state is CircuitState.OPEN
    # Those that were under way when it opened, and a probe for a run that was slow.
    assert len(bank.calls) < len(bills)
    assert LIMITS.in_a_row <= len(bank.calls)
    bank.mood = lambda _: "good"
    assert eventually(partial(_paid_after_a_run, drain.run, scratch, len(bills)))
    drain.close()
    assert pool.health()[BANK].state is CircuitState.CLOSED
    assert bank.paid == Counter(bills)


def _paid_after_a_run(run: Callable[..., bool], database: Database, number: int) -> bool:
    run(time_slice_s=2)
    return _states(database) == {"paid": number}
