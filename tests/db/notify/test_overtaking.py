"""What somebody waits for leaves before what was there earlier."""

from datetime import timedelta

from kernel.database.sessions import Database
from notify.channels.port import Outgoing
from notify.planning.plan import Priority
from outbound.jobs.outcomes import Outcome, OutcomeKind
from tests.db.notify.support import (
    FakeGateway,
    drain,
    later,
    ledger_of,
    queued,
    rows_of,
    urgent_sender_of,
)

CODE = "Ma 123456"


def _code(database: Database) -> None:
    queued(database, 1, body=CODE, priority=Priority.URGENT)


def test_the_drain_of_what_somebody_waits_for_sends_that_alone(clean_database: Database) -> None:
    notices = queued(clean_database, 3)
    _code(clean_database)
    gateway = FakeGateway()
    made = urgent_sender_of(clean_database, {"fake": gateway})
    assert made.run(time_slice_s=30) is False
    made.close()
    assert gateway.bodies() == [CODE]
    assert {row.state for row in rows_of(clean_database, notices)} == {"queued"}


def test_others_leave_it_alone_for_a_moment(clean_database: Database) -> None:
    queued(clean_database, 2)
    _code(clean_database)
    ledger = ledger_of(clean_database)
    assert [ready.priority for ready in ledger.claim(8).deliveries] == [Priority.NOTICE] * 2
    later(clean_database, timedelta(seconds=1))
    assert [ready.message.body for ready in ledger.claim(8).deliveries] == [CODE]


def test_one_left_lying_overtakes_what_was_claimed_before_it(clean_database: Database) -> None:
    queued(clean_database, 40)

    def answer(message: Outgoing, gateway: FakeGateway) -> Outcome:
        if len(gateway.calls) == 1:
            _code(clean_database)
            later(clean_database, timedelta(seconds=1))
        return gateway.take(message)

    gateway = FakeGateway(answer, latency_s=0.03)
    drain(clean_database, gateway, in_flight=1, chunk=8)
    assert gateway.bodies().index(CODE) < 20


def test_one_whose_call_failed_is_tried_again_by_either(clean_database: Database) -> None:
    _code(clean_database)
    gateway = FakeGateway(
        lambda message, taker: Outcome(OutcomeKind.TRANSIENT) if len(taker.calls) == 1 else taker.take(message)
    )
    made = urgent_sender_of(clean_database, {"fake": gateway})
    made.run(time_slice_s=30)
    made.close()
    assert gateway.bodies() == []
    later(clean_database, timedelta(seconds=5))
    drain(clean_database, gateway)
    assert gateway.bodies() == [CODE]
