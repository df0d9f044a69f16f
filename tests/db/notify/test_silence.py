"""A gateway that can be asked is asked about receipts that never came, once a day and for some days."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.database.sessions import Database
from notify.channels.port import Certainty, Question, Sighting
from notify.pool.watch import Watch
from notify.sending.drain import send_drain
from notify.sending.ledger import Ledger
from notify.sending.silence import Silence
from notify.sending.states import ReceiptKind
from notify.settings import SendSettings
from outbound.jobs.outcomes import AskFailed
from tests.db.notify.support import (
    PATIENCE,
    TRUSTING,
    VAULT,
    FakeGateway,
    drain,
    later,
    pool_of,
    queued,
    rows_of,
    settled_events,
)

AT_ONCE = Silence(after=timedelta(0))


def _look(database: Database, gateway: FakeGateway, silence: Silence = AT_ONCE) -> None:
    """One run of a send worker that looks for missing receipts."""
    pool = pool_of(gateway.name, limits=TRUSTING)
    ledger = Ledger(database, VAULT, PATIENCE, pool, silence=silence)
    watch = Watch(database, pool, PATIENCE.receipt_within)
    made = send_drain(ledger, {gateway.name: gateway}, pool, watch, SendSettings(8, 8, PATIENCE))
    made.run(time_slice_s=30)
    made.close()


def _sent(database: Database, fates: list[ReceiptKind], **how: Any) -> tuple[FakeGateway, list[UUID]]:
    """Texts that a gateway took, and what has become of them since then, unheard by us."""
    gateway = FakeGateway(**how)
    deliveries = queued(database, len(fates))
    drain(database, gateway)
    fate_of = {f"Tin so {number}": fate for number, fate in enumerate(fates)}
    gateway.box = [
        (message, Sighting(seen.ref, fate_of[message.body], _code(fate_of[message.body])))
        for message, seen in gateway.box
    ]
    return gateway, deliveries


def _code(fate: ReceiptKind) -> str | None:
    return "30003" if fate is ReceiptKind.UNDELIVERED else None


def test_the_last_word_is_asked_for(clean_database: Database) -> None:
    fates = [ReceiptKind.DELIVERED, ReceiptKind.UNDELIVERED, ReceiptKind.PROGRESS]
    gateway, deliveries = _sent(clean_database, fates)
    _look(clean_database, gateway)
    rows = rows_of(clean_database, deliveries)
    assert [(row.state, row.code) for row in rows] == [
        ("delivered", None),
        ("undelivered", "30003"),
        ("accepted", None),
    ]
    assert [row.settled for row in rows] == [True, True, False]
    with clean_database.transaction() as session:
        assert sorted(event["status"] for event in settled_events(session)) == ["delivered", "undelivered"]
    assert len(gateway.calls) == 3


def test_what_is_still_on_its_way_is_asked_about_again_a_day_later(clean_database: Database) -> None:
    gateway, deliveries = _sent(clean_database, [ReceiptKind.PROGRESS])
    _look(clean_database, gateway)
    _look(clean_database, gateway)
    assert len(gateway.questions) == 1
    later(clean_database, timedelta(hours=24))
    message, seen = gateway.box[0]
    gateway.box = [(message, Sighting(seen.ref, ReceiptKind.DELIVERED))]
    _look(clean_database, gateway)
    assert len(gateway.questions) == 2
    assert [row.state for row in rows_of(clean_database, deliveries)] == ["delivered"]


@pytest.mark.parametrize(
    "silence", [Silence(), Silence(timedelta(hours=-2), timedelta(hours=-1))], ids=["too young", "too old"]
)
def test_nobody_asks_too_early_or_for_ever(clean_database: Database, silence: Silence) -> None:
    gateway, deliveries = _sent(clean_database, [ReceiptKind.DELIVERED])
    _look(clean_database, gateway, silence)
    assert gateway.questions == []
    assert [row.state for row in rows_of(clean_database, deliveries)] == ["accepted"]


def test_a_gateway_that_lists_nothing_is_left_alone(clean_database: Database) -> None:
    gateway, deliveries = _sent(clean_database, [ReceiptKind.DELIVERED], certainty=Certainty.DEDUPES)
    _look(clean_database, gateway)
    assert gateway.questions == []
    assert [row.state for row in rows_of(clean_database, deliveries)] == ["accepted"]


def test_an_equal_text_is_not_taken_for_this_one(clean_database: Database) -> None:
    gateway, deliveries = _sent(clean_database, [ReceiptKind.PROGRESS])
    message, _ = gateway.box[0]
    gateway.box.append((message, Sighting("SM-of-another", ReceiptKind.DELIVERED)))
    _look(clean_database, gateway)
    assert [row.state for row in rows_of(clean_database, deliveries)] == ["accepted"]


def test_no_answer_changes_nothing(clean_database: Database) -> None:
    def refuse(_: Question) -> None:
        raise AskFailed("busy")

    gateway, deliveries = _sent(clean_database, [ReceiptKind.DELIVERED], on_question=refuse)
    _look(clean_database, gateway)
    assert [row.state for row in rows_of(clean_database, deliveries)] == ["accepted"]
