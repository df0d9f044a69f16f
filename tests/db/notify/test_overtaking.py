"""What somebody waits for leaves before what was there earlier."""

import asyncio
from threading import Timer

from sqlalchemy.orm import Session

from kernel.db import Database
from kernel.ids import new_id
from kernel.outbox import URGENT, Express, OutboxEvent, record_event
from notify.channels.port import Outcome, Outgoing
from notify.plan import Priority
from notify.settings import SendSettings
from tests.db.notify.support import PATIENCE, FakeGateway, drain, ledger_of, queue, queued, sender_of


def test_an_urgent_one_overtakes_what_was_claimed_before_it(clean_database: Database) -> None:
    queued(clean_database, 40)

    def answer(message: Outgoing, gateway: FakeGateway) -> Outcome:
        if len(gateway.calls) == 1:
            queued(clean_database, 1, body="Ma 123456", priority=Priority.URGENT)
        return gateway.take(message)

    gateway = FakeGateway(answer, latency_s=0.03)
    drain(clean_database, gateway, in_flight=1, chunk=8)
    assert gateway.bodies().index("Ma 123456") < 20


class Hanging(FakeGateway):
    """Answers nothing until a code has come."""

    def __init__(self) -> None:
        super().__init__()
        self.code_came = asyncio.Event()

    async def send(self, message: Outgoing) -> Outcome:
        if message.body.startswith("Ma"):
            self.code_came.set()
        async with asyncio.timeout(30):
            await self.code_came.wait()
        return await super().send(message)


def _ask_for_code(database: Database) -> None:
    with database.transaction() as session:
        record_event(session, "code.asked", new_id(), {}, priority=URGENT)


def _code(session: Session, _event: OutboxEvent) -> None:
    queue(session, body="Ma 123456", priority=Priority.URGENT)


def _express(database: Database) -> Express:
    return Express(database, {"code.asked": [_code]})


def test_an_urgent_event_overtakes_calls_that_hang(clean_database: Database) -> None:
    queued(clean_database, 40)
    gateway = Hanging()
    settings = SendSettings(2, 4, PATIENCE)
    made = sender_of(
        clean_database, {"fake": gateway}, settings, express=Express(clean_database, {"code.asked": [_code]})
    )
    asking = Timer(0.5, _ask_for_code, [clean_database])
    asking.start()
    assert made.run(time_slice_s=60) is False
    asking.join()
    made.close()
    assert len(gateway.box) == 41
    assert gateway.bodies().index("Ma 123456") <= 2


def test_what_somebody_waits_for_is_claimed_without_the_rest(clean_database: Database) -> None:
    queued(clean_database, 3)
    ledger = ledger_of(clean_database, express=_express(clean_database))
    assert ledger.claim_urgent(4) == []
    _ask_for_code(clean_database)
    (ready,) = ledger.claim_urgent(4)
    assert (ready.message.body, ready.priority) == ("Ma 123456", Priority.URGENT)
    assert ledger.claim_urgent(4) == []
    assert len(ledger.claim(8)) == 3
