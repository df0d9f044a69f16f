"""The way of a Zalo message through the drain, to the sandbox's account and back as a signed event."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from notify.channels.zalo.gateway import ZaloGateway
from notify.channels.zalo.receipts import Arrival, read_event, valid_signature
from notify.receipts.applying import apply_receipts
from notify.sending.retry import HELD_SPREAD
from notify.settings import SendSettings
from tests.db.notify.support import PATIENCE, Row, queued, rows_of, sender_of, store_receipt
from tests.db.notify.test_zalo_account import BODY, TO, Account
from tests.unit.sandbox.support import running
from tests.unit.sandbox.zalo_support import Told, Webhook, listening

RECEIPT_WITHIN = timedelta(minutes=10)


class Way:
    def __init__(self, account: Account, webhook: Webhook, clock: SettableClock) -> None:
        self.account = account
        self.webhook = webhook
        self._clock = clock

    def send(self, number: int = 1) -> list[UUID]:
        """Some deliveries through one run of the drain."""
        deliveries = queued(self.account.database, number, gateway="zalo", body=BODY, phone=TO)
        gateway = ZaloGateway(self.account.settings, self.account.keeper(), self._clock)
        sender = sender_of(self.account.database, {"zalo": gateway}, SendSettings(16, 16, PATIENCE))
        try:
            sender.run(time_slice_s=10)
        finally:
            sender.close()
        return deliveries

    def take(self, told: Told) -> bool:
        """What the edge does with an event."""
        if not valid_signature(told.raw, told.signature, self.account.settings):
            return False
        event = read_event(told.raw)
        assert isinstance(event, Arrival)
        assert event.attempt_id is not None
        with self.account.database.transaction() as session:
            store_receipt(session, event.attempt_id, event.note, told.raw)
        return True

    def rows(self, deliveries: list[UUID]) -> list[Row]:
        with self.account.database.transaction() as session:
            apply_receipts(session, RECEIPT_WITHIN)
        return rows_of(self.account.database, deliveries)


@pytest.fixture
def way(clean_database: Database, clock: SettableClock) -> Iterator[Way]:
    with running() as origin, listening() as webhook:
        account = Account(clean_database, origin)
        events = {"delay_ms": [0, 50], "double": 0}
        account.call.control(
            "PATCH", "/zalo/settings", {"clock": "10:00", "webhook_url": webhook.url, "events": events}
        )
        yield Way(account, webhook, clock)


def test_arrivals_find_their_deliveries(way: Way) -> None:
    deliveries = way.send(5)
    assert {row.state for row in rows_of(way.account.database, deliveries)} == {"accepted"}
    assert all(way.take(told) for told in way.webhook.wait(5))
    assert {row.state for row in way.rows(deliveries)} == {"delivered"}


def test_events_doubled_and_forged_settle_a_delivery_once(way: Way) -> None:
    way.account.call.control("PATCH", "/zalo/settings", {"events": {"double": 1, "forge": 1}})
    deliveries = way.send()
    assert sorted(way.take(told) for told in way.webhook.wait(3)) == [False, True, True]
    (row,) = way.rows(deliveries)
    assert (row.state, len(row.attempts)) == ("delivered", 1)


def test_an_answer_that_was_lost_is_cleared_up_by_the_event(way: Way) -> None:
    way.account.fail("reset", op="send")
    deliveries = way.send()
    (row,) = rows_of(way.account.database, deliveries)
    assert (row.state, row.code) == ("unknown", "no_answer")
    assert way.take(way.webhook.wait(1)[0])
    (row,) = way.rows(deliveries)
    assert row.state == "delivered"
    assert len(way.account.taken()) == 1


def test_who_has_no_zalo_is_given_up_here_at_once(way: Way) -> None:
    way.account.call.control("PATCH", "/zalo/settings", {"numbers": {TO: {"reject": -118}}})
    (row,) = way.rows(way.send())
    assert (row.state, row.code, len(row.attempts)) == ("dead", "-118", 1)


def test_by_night_a_message_waits_for_the_morning(way: Way) -> None:
    way.account.call.control("PATCH", "/zalo/settings", {"clock": "22:00"})
    (row,) = way.rows(way.send())
    assert (row.state, row.code) == ("waiting", "-133")
    # The clock of the test stands at ten in the morning: twenty hours to the next six.
    assert row.due_in is not None
    assert timedelta(hours=19.9) < row.due_in <= timedelta(hours=20) + HELD_SPREAD
