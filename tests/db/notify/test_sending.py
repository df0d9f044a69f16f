"""The send drain: everything leaves, once, whatever the gateway, the database and the clock do meanwhile."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from kernel.database.sessions import Database
from kernel.ids import new_id
from notify.channels.port import Outgoing
from notify.planning.plan import Priority
from notify.sending.outcomes import Claim, news_of
from notify.sending.retry import SendingPatience
from notify.settings import SendSettings
from outbound.jobs.outcomes import Outcome, OutcomeKind
from outbound.jobs.recording import Recorder
from tests.db.notify.support import (
    PATIENCE,
    FakeGateway,
    drain,
    later,
    ledger_of,
    queued,
    rows_of,
    sender,
    sender_of,
    settled_events,
)

LOST = Outcome(OutcomeKind.UNKNOWN, code="no_answer")


def _states(database: Database, deliveries: list[Any]) -> Counter[str]:
    return Counter(row.state for row in rows_of(database, deliveries))


def test_everything_that_is_due_leaves_once(clean_database: Database) -> None:
    deliveries = queued(clean_database, 300)
    gateway = FakeGateway(latency_s=0.005)
    assert drain(clean_database, gateway, in_flight=16, chunk=32) is False
    assert sorted(gateway.bodies()) == sorted(f"Tin so {turn}" for turn in range(300))
    assert _states(clean_database, deliveries) == {"accepted": 300}
    assert 1 < gateway.most_open <= 16
    refs = {attempt[1] for row in rows_of(clean_database, deliveries) for attempt in row.attempts}
    assert refs == {f"SM{number}" for number in range(1, 301)}


def test_the_attempt_is_committed_and_no_connection_held_when_the_call_is_made(
    database_url: str, clean_database: Database
) -> None:
    narrow = Database(database_url, pool_size=1)
    seen: list[str | None] = []

    def answer(message: Outgoing, gateway: FakeGateway) -> Outcome:
        with narrow.transaction() as session:
            state = text("SELECT state FROM attempt WHERE id = :id")
            seen.append(session.scalar(state, {"id": message.attempt_id}))
        return gateway.take(message)

    queued(clean_database, 3)
    drain(narrow, FakeGateway(answer))
    narrow.dispose()
    assert seen == ["sending"] * 3


def test_outcomes_of_one_chunk_go_their_own_ways(clean_database: Database) -> None:
    outcomes = [*OutcomeKind]
    gateway = FakeGateway(lambda message, _: Outcome(outcomes[int(message.body[-1]) % 5], code="c", retry_after_s=60))
    deliveries = queued(clean_database, 10)
    drain(clean_database, gateway)
    assert _states(clean_database, deliveries) == {"accepted": 2, "waiting": 4, "dead": 2, "unknown": 2}
    with clean_database.transaction() as session:
        assert [event["status"] for event in settled_events(session)] == ["dead", "dead"]


def test_what_failed_for_a_time_is_tried_again_when_its_time_comes(clean_database: Database) -> None:
    answers = iter([Outcome(OutcomeKind.TRANSIENT, code="20503")])
    gateway = FakeGateway(lambda message, gateway: next(answers, None) or gateway.take(message))
    deliveries = queued(clean_database, 1)
    drain(clean_database, gateway)
    drain(clean_database, gateway)
    assert len(gateway.calls) == 1
    later(clean_database, timedelta(seconds=10))
    drain(clean_database, gateway)
    assert _states(clean_database, deliveries) == {"accepted": 1}
    assert gateway.calls[0].attempt_id != gateway.calls[1].attempt_id


def test_a_defect_of_the_adapter_stops_nobody_else(clean_database: Database) -> None:
    def answer(message: Outgoing, gateway: FakeGateway) -> Outcome:
        if message.body == "Tin so 1":
            raise RuntimeError("a defect")
        return gateway.take(message)

    deliveries = queued(clean_database, 3)
    with capture_logs() as logs:
        drain(clean_database, FakeGateway(answer))
    assert _states(clean_database, deliveries) == {"accepted": 2, "unknown": 1}
    assert [entry["event"] for entry in logs] == ["outbound.call_crashed"]


def test_what_is_bound_to_a_gateway_that_is_here_no_more_is_left_to_a_person(clean_database: Database) -> None:
    deliveries = queued(clean_database, 1, gateway="elsewhere")
    with clean_database.transaction() as session:
        session.execute(text("UPDATE delivery SET pinned = true"))
    drain(clean_database, FakeGateway())
    (row,) = rows_of(clean_database, deliveries)
    assert (row.state, row.code) == ("unknown", "no_gateway")
    later(clean_database, PATIENCE.ask_after)
    drain(clean_database, FakeGateway())
    (row,) = rows_of(clean_database, deliveries)
    assert (row.state, row.code) == ("dead", "cannot_ask")


def test_a_text_that_cannot_be_opened_is_dead_and_stops_nobody_else(clean_database: Database) -> None:
    deliveries = queued(clean_database, 3)
    with clean_database.transaction() as session:
        session.execute(text("UPDATE delivery SET body = address WHERE id = :id"), {"id": deliveries[1]})
    gateway = FakeGateway()
    drain(clean_database, gateway)
    rows = rows_of(clean_database, deliveries)
    assert [row.state for row in rows] == ["accepted", "dead", "accepted"]
    assert (rows[1].code, len(gateway.calls)) == ("unreadable", 2)


def _impatient(database: Database, gateway: FakeGateway, start_within: timedelta) -> None:
    patience = SendingPatience(start_within, PATIENCE.timeout, PATIENCE.margin)
    made = sender_of(database, {"fake": gateway}, SendSettings(1, 8, patience))
    made.run(time_slice_s=30)
    made.close()


def test_a_call_that_cannot_begin_in_time_is_given_back_and_made_later(clean_database: Database) -> None:
    deliveries = queued(clean_database, 4)
    gateway = FakeGateway(latency_s=0.15)
    _impatient(clean_database, gateway, timedelta(seconds=0.1))
    assert sorted(gateway.bodies()) == [f"Tin so {turn}" for turn in range(4)]
    rows = rows_of(clean_database, deliveries)
    assert {row.state for row in rows} == {"accepted"}
    assert ("transient", None, "not_started") in [attempt for row in rows for attempt in row.attempts]


def test_a_code_that_lapses_while_it_waits_for_its_call_is_not_sent(clean_database: Database) -> None:
    queued(clean_database, 1, priority=Priority.URGENT)
    later(clean_database, timedelta(seconds=1))
    (code,) = queued(clean_database, 1, body="Ma 123456", valid_for=timedelta(seconds=0.2))
    gateway = FakeGateway(latency_s=0.4)
    _impatient(clean_database, gateway, timedelta(seconds=5))
    (row,) = rows_of(clean_database, [code])
    assert (row.state, row.code) == ("cancelled", "expired")
    assert gateway.bodies() == ["Tin so 0"]


def test_the_gateway_is_told_how_long_a_code_is_good_for(clean_database: Database) -> None:
    queued(clean_database, 1, valid_for=timedelta(minutes=5))
    gateway = FakeGateway()
    drain(clean_database, gateway)
    assert gateway.calls[0].valid_for_s in (299, 300)


def test_a_slice_that_is_over_leaves_work_and_says_so(clean_database: Database) -> None:
    queued(clean_database, 3)
    gateway = FakeGateway()
    with sender(clean_database, {"fake": gateway}) as made:
        assert made.run(time_slice_s=0) is True
        assert gateway.calls == []
        assert made.run(time_slice_s=30) is False
        assert len(gateway.calls) == 3
        assert made.run(time_slice_s=30) is False
    assert gateway.closed


def test_who_is_told_to_stop_ends_what_was_begun_and_begins_nothing_more(clean_database: Database) -> None:
    deliveries = queued(clean_database, 40)
    gateway = FakeGateway(latency_s=0.05)
    with sender(clean_database, {"fake": gateway}, in_flight=2, chunk=4) as made:
        assert made.run(time_slice_s=30, told_to_stop=lambda: len(gateway.calls) >= 3) is True
        begun = len(gateway.calls)
        assert 3 <= begun < 40
        assert _states(clean_database, deliveries) == {"accepted": begun, "queued": 40 - begun}
        assert made.run(time_slice_s=30) is False
    assert _states(clean_database, deliveries) == {"accepted": 40}
    assert len(gateway.calls) == 40


def test_outcomes_survive_a_database_that_cuts_the_line(clean_database: Database, database_url: str) -> None:
    cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
               "AND pid <> pg_backend_pid() AND application_name = 'drain'")  # fmt: skip
    joined = "&" if "?" in database_url else "?"
    drained = Database(f"{database_url}{joined}application_name=drain", pool_size=4)

    def answer(message: Outgoing, gateway: FakeGateway) -> Outcome:
        with clean_database.transaction() as session:
            session.execute(cut)
        return gateway.take(message)

    deliveries = queued(clean_database, 3)
    gateway = FakeGateway(answer)
    for _ in range(5):
        try:
            drain(drained, gateway)
        except DBAPIError:
            continue
    drained.dispose()
    assert _states(clean_database, deliveries) == {"accepted": 3}
    assert sorted(gateway.bodies()) == [f"Tin so {turn}" for turn in range(3)]


def test_news_the_database_refuses_take_no_others_with_them(clean_database: Database) -> None:
    def answer(message: Outgoing, gateway: FakeGateway) -> Outcome:
        gateway.take(message)
        return Outcome(OutcomeKind.ACCEPTED, ref="SM\x00" if message.body == "Tin so 1" else "SM1")

    deliveries = queued(clean_database, 3)
    gateway = FakeGateway(answer)
    with capture_logs() as logs:
        drain(clean_database, gateway)
    assert "outbound.not_recorded" in [entry["event"] for entry in logs]
    assert [row.state for row in rows_of(clean_database, deliveries)] == ["accepted", "sending", "accepted"]
    for _ in range(2):
        later(clean_database, PATIENCE.lease)
        drain(clean_database, gateway)
    assert _states(clean_database, deliveries) == {"accepted": 3}
    assert len(gateway.calls) == 3


def test_recording_gives_up_only_when_the_database_stays_away() -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing", pool_size=4)
    pauses: list[float] = []

    class GivenUpError(Exception):
        pass

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 6:
            raise GivenUpError

    news = news_of(Claim(new_id(), new_id(), 1), LOST, PATIENCE)
    with pytest.raises(GivenUpError):
        Recorder(ledger_of(away).record, "notify", sleep=sleep)([news])
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


def test_a_drain_without_a_database_says_so_and_sends_nothing() -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing", pool_size=4)
    gateway = FakeGateway()
    with pytest.raises(DBAPIError):
        drain(away, gateway)
    assert gateway.calls == []
