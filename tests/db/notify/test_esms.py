"""eSMS from the drain to its twin and back: nothing twice, nothing lost, and callbacks that find their message."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.work import Work
from notify.channels.esms.gateway import EsmsGateway
from notify.channels.esms.receipts import CALLBACK_PURPOSE, read_callback, valid_callback
from notify.channels.esms.table import EsmsSettings
from notify.receipts.applying import apply_receipts
from notify.sending.drain import SendDrain
from notify.sending.retry import SendingPatience
from notify.settings import SendSettings
from sandbox.world import Settings
from tests.db.notify.support import VAULT, later, queued, rows_of, sender_of, store_receipt
from tests.unit.sandbox.support import Caller, Collector, Posted, running

KEY = VAULT.derive(CALLBACK_PURPOSE)
PATIENCE = SendingPatience(timedelta(seconds=5), timedelta(seconds=1), timedelta(seconds=0.5))
TWIN = Settings()


class Line:
    """The drain, the twin it sends to, and what the twin calls back."""

    def __init__(self, database: Database, twin: Caller, collector: Collector) -> None:
        self.database = database
        self.twin = twin
        self.collector = collector

    def drain(self) -> None:
        settings = EsmsSettings(
            TWIN.esms_api_key,
            TWIN.esms_secret_key,
            TWIN.esms_brandname,
            self.collector.url,
            f"{self.twin.origin}/esms",
            timeout_s=1.0,
        )
        sender: SendDrain = sender_of(
            self.database, {"esms": EsmsGateway(settings, KEY)}, SendSettings(8, 16, PATIENCE)
        )
        try:
            sender.run(time_slice_s=20)
        finally:
            sender.close()

    def spoil(self, mode: str, count: int, **how: object) -> None:
        self.twin.control("POST", "/esms/faults", {"mode": mode, "count": count, **how})

    def bodies(self) -> list[str]:
        return sorted(row["body"] for row in self.twin.control("GET", "/esms/messages?limit=10000")["messages"])

    def states(self, deliveries: list[UUID]) -> list[str]:
        return [row.state for row in rows_of(self.database, deliveries)]


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with running() as origin:
        yield origin


@pytest.fixture
def line(clean_database: Database, origin: str) -> Iterator[Line]:
    twin, collector = Caller(origin), Collector()
    twin.control("POST", "/reset", {"seed": 1})
    twin.control("PATCH", "/esms/settings", {"receipts": {"delay_ms": [0, 20], "double": 0}})
    yield Line(clean_database, twin, collector)
    collector.close()


def test_texts_are_taken_once_each(line: Line) -> None:
    deliveries = queued(line.database, 20)
    line.drain()
    assert line.states(deliveries) == ["accepted"] * 20
    assert line.bodies() == sorted(f"Tin so {turn}" for turn in range(20))
    rows = line.twin.control("GET", "/esms/messages")["messages"]
    assert {row["request_id"] for row in rows} == {f"{delivery.hex}-0" for delivery in deliveries}


@pytest.mark.parametrize("mode", ["reset", "half", "timeout"])
def test_an_answer_that_is_lost_doubles_nothing(line: Line, mode: str) -> None:
    line.spoil(mode, 8)
    deliveries = queued(line.database, 12)
    line.drain()
    assert line.states(deliveries).count("unknown") == 8
    for _ in range(3):
        later(line.database, PATIENCE.lease)
        line.drain()
    assert line.states(deliveries) == ["accepted"] * 12
    assert line.bodies() == sorted(f"Tin so {turn}" for turn in range(12))
    assert line.twin.twin("esms")["refused"] == {"124": 8}


def test_a_call_that_never_arrived_is_made_again(line: Line) -> None:
    line.spoil("status", 4, status=500)
    deliveries = queued(line.database, 6)
    for _ in range(3):
        line.drain()
        later(line.database, PATIENCE.lease)
    assert line.states(deliveries) == ["accepted"] * 6
    assert line.bodies() == sorted(f"Tin so {turn}" for turn in range(6))


def test_an_account_without_money_costs_no_message(line: Line) -> None:
    line.twin.control("PATCH", "/esms/settings", {"balance": 0})
    deliveries = queued(line.database, 2)
    line.drain()
    assert line.states(deliveries) == ["waiting"] * 2
    line.twin.control("PATCH", "/esms/settings", {"balance": 10**6})
    later(line.database, timedelta(seconds=10))
    line.drain()
    assert line.states(deliveries) == ["accepted"] * 2


def test_the_same_text_again_waits_five_minutes(line: Line) -> None:
    deliveries = queued(line.database, 2, body="Cung mot tin")
    line.drain()
    waiting = next(row for row in rows_of(line.database, deliveries) if row.state == "waiting")
    assert waiting.code == "199"
    assert waiting.due_in is not None
    assert waiting.due_in > timedelta(minutes=4)


@pytest.mark.parametrize(("final", "state"), [("delivered", "delivered"), ("undelivered", "undelivered")])
def test_a_callback_finds_its_message_however_it_comes(
    line: Line, clock: SettableClock, final: str, state: str
) -> None:
    receipts = {"double": 1, "reorder": 1, "forge": 1}
    line.twin.control("PATCH", "/esms/settings", {"receipts": receipts, "numbers": {"+84912345678": {"final": final}}})
    (delivery,) = queued(line.database, 1)
    line.drain()
    posts = line.collector.wait(lambda posts: len(posts) == 5)
    good = [post for post in posts if _valid(post)]
    assert len(good) == 4
    with line.database.transaction() as session:
        work = Work(session, VAULT, clock)
        fresh = [
            store_receipt(work.session, _attempt(post), read_callback(list(post.form.items())), b"raw") for post in good
        ]
    with line.database.transaction() as session:
        while apply_receipts(session):
            pass
    assert (sum(fresh), line.states([delivery])) == (2, [state])


def _attempt(post: Posted) -> UUID:
    return UUID(post.path.split("/")[4])


def _valid(post: Posted) -> bool:
    return valid_callback(KEY, _attempt(post), post.path.split("/")[5], list(post.form.items()))
