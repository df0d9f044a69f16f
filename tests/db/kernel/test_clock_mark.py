"""A database clock that is put back strands nothing."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.database.clock_mark import LEAST_STEP, Waiting, follow_clock
from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.outbox import record_event
from motcua.processes.worker import WAITING

EVENTS = Waiting("outbox_event", "next_attempt_at")


def _put_back(session: Session, by: timedelta) -> None:
    """As seen from the rows: the mark, like all the rest, was written by a clock that was so much ahead."""
    session.execute(text("UPDATE clock_mark SET at = now() + :by"), {"by": by})


def _wait_of(session: Session) -> timedelta:
    wait: timedelta = session.execute(text("SELECT next_attempt_at - now() FROM outbox_event")).scalar_one()
    return wait


def _record(session: Session, due_in: timedelta) -> None:
    record_event(session, "a.b", new_id(), {})
    session.flush()
    session.execute(text("UPDATE outbox_event SET next_attempt_at = now() + :due"), {"due": due_in})


def test_the_first_look_and_those_of_a_steady_clock_move_nothing(session: Session) -> None:
    _record(session, timedelta(minutes=1))
    assert [follow_clock(session, [EVENTS]) for _ in range(3)] == [None] * 3
    assert _wait_of(session) == timedelta(minutes=1)


@pytest.mark.parametrize("minutes", [1, 10, 600])
def test_what_waits_goes_back_with_the_clock_and_only_once(session: Session, minutes: int) -> None:
    step = timedelta(minutes=minutes)
    follow_clock(session, [])
    _record(session, step + timedelta(seconds=3))
    _put_back(session, step)
    assert follow_clock(session, [EVENTS]) == step
    assert _wait_of(session) == timedelta(seconds=3)
    assert follow_clock(session, [EVENTS]) is None
    assert _wait_of(session) == timedelta(seconds=3)


def test_what_is_due_or_over_stays_as_it_is(session: Session) -> None:
    follow_clock(session, [])
    _record(session, timedelta(seconds=-1))
    _put_back(session, timedelta(minutes=10))
    follow_clock(session, [EVENTS])
    assert _wait_of(session) == timedelta(seconds=-1)


@settings(max_examples=10)
@given(st.integers(min_value=-86400, max_value=int(LEAST_STEP.total_seconds()) - 1))
def test_a_clock_put_forward_or_hardly_back_is_left_alone(database_url: str, seconds: int) -> None:
    database = Database(database_url)
    with database.transaction() as session:
        follow_clock(session, [])
        _put_back(session, timedelta(seconds=seconds))
        assert follow_clock(session, [EVENTS]) is None
        session.execute(text("DELETE FROM clock_mark"))
    database.dispose()


def test_every_table_with_a_time_to_look_again_is_followed(session: Session) -> None:
    due = session.execute(
        text("SELECT table_name FROM information_schema.columns WHERE column_name IN ('due_at', 'next_attempt_at')")
    )
    # Of a dossier and of a stay it is a legal time, which belongs to the calendar.
    assert set(due.scalars()) - {"dossier", "stay"} == {"outbox_event", "delivery", "transmission", "batch"}
    for table in WAITING:
        session.execute(table.put_back, {"back": timedelta(minutes=10)})
