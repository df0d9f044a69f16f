"""Long files: the worker's way ends as the request's does, whoever is killed on it and whenever."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kernel.errors import DomainError
from kernel.storage import StoreAwayError
from residence.models import Batch, Declaration, Stay
from residence.service import batches, lodgings
from residence.service.batch_findings import findings_of
from residence.service.long_batches import MOST_TRIES
from residence.service.retention import forget_old
from residence.settings import ResidenceSettings
from tests.db.residence.long_files import Committed, sheet, some
from tests.db.residence.support import foreigner, guest

BAD = "12"
NUMBERS = tuple(f"{49_090_000_000 + each:012d}" for each in range(1, 8))


def test_a_file_that_is_worked_at_says_how_far_it_is(committed: Committed) -> None:
    batch_id, seen = committed.send(some(8), accept=True), []

    def look() -> bool:
        batch = committed.batch(batch_id)
        seen.append((batch.state, batch.judged, batch.rows, batch.accepted))
        return False

    committed.worker(look)
    assert seen[1:] == [
        ("judging", 0, 0, 0),
        ("judging", 0, 8, 0),
        ("judging", 3, 8, 0),
        ("accepting", 8, 8, 0),
        ("accepting", 8, 8, 3),
        ("accepting", 8, 8, 6),
        ("accepted", 8, 8, 8),
    ]


def test_who_asks_while_it_is_judged_is_heard(committed: Committed) -> None:
    """And everything is as of then."""
    content = some(8)
    batch_id = committed.send(content, accept=False)
    asked: list[UUID] = []

    def ask() -> bool:
        if not asked and committed.batch(batch_id).rows:
            committed.clock.advance(timedelta(days=3))
            asked.append(committed.send(content, accept=True))
        return False

    committed.worker(ask)
    batch = committed.batch(batch_id)
    assert asked == [batch_id]
    assert (batch.state, batch.accepted, batch.accepted_at) == ("accepted", 8, committed.clock.now())
    with committed.work() as work:
        codes = [note.finding.code for note in findings_of(work, batch)]
        assert set(work.session.scalars(select(Stay.late))) == {True}
    assert codes.count("W04") == 8


class Killed(BaseException):
    """As by signal 9: nothing is tidied up."""


# A worker looks before it claims, before each of three pieces that are judged, and of three that are declared.
LOOKS = range(2, 8)


def at_look(number: int, act: Callable[[], bool]) -> Callable[[], bool]:
    looks = iter(range(1, 100))
    return lambda: next(looks) == number and act()


def die() -> bool:
    raise Killed


@pytest.mark.parametrize("look", LOOKS)
def test_a_worker_killed_anywhere_loses_and_doubles_nobody(committed: Committed, look: int) -> None:
    batch_id = committed.send(some(8), accept=True)
    with pytest.raises(Killed):
        committed.worker(at_look(look, die))
    assert not committed.worker(), "its lease has not run out"
    assert committed.batch(batch_id).state != "accepted"
    committed.leases_run_out()
    committed.worker()
    _all_there_once(committed, batch_id, 8)


@pytest.mark.parametrize("look", LOOKS)
def test_a_worker_that_was_thought_dead_writes_nothing_more(committed: Committed, look: int) -> None:
    batch_id, slept = committed.send(some(8), accept=True), []

    def sleep_long() -> bool:
        committed.leases_run_out()
        committed.worker()
        slept.append(committed.batch(batch_id).state)
        return False

    committed.worker(at_look(look, sleep_long))
    assert slept == ["accepted"]
    _all_there_once(committed, batch_id, 8)


@pytest.mark.parametrize("look", LOOKS)
def test_a_worker_told_to_stop_lets_go_at_once(committed: Committed, look: int) -> None:
    batch_id, looks = committed.send(some(8), accept=True), iter(range(1, 100))
    assert committed.worker(lambda: next(looks) >= look)
    assert committed.batch(batch_id).state != "accepted"
    assert not committed.worker()
    _all_there_once(committed, batch_id, 8)


def _all_there_once(committed: Committed, batch_id: UUID, number: int) -> None:
    with committed.work() as work:
        batch = work.session.get_one(Batch, batch_id)
        assert (batch.state, batch.accepted, batch.repeated, batch.due_at) == ("accepted", number, 0, None)
        assert work.session.scalar(select(func.count()).select_from(Stay)) == number
        assert work.session.scalar(select(func.count()).select_from(Declaration)) == number


def test_each_file_is_taken_by_one_worker(committed: Committed) -> None:
    sent = [committed.send(some(9, first), accept=True) for first in range(1, 60, 10)]
    begin = threading.Barrier(3)

    def work(_: int) -> None:
        begin.wait()
        committed.worker()

    with ThreadPoolExecutor(3) as workers:
        list(workers.map(work, range(3)))
    assert [(committed.batch(each).accepted, committed.batch(each).generation) for each in sent] == [(9, 1)] * 6


def test_the_same_bytes_are_one_batch_while_they_are_judged_and_after(committed: Committed) -> None:
    content, again = some(8), []

    def send_again() -> bool:
        again.append(committed.send(content, accept=True))
        return False

    batch_id = committed.send(content, accept=True)
    committed.worker(send_again)
    again.append(committed.send(content, accept=False))
    assert set(again) == {batch_id}
    assert not committed.worker()
    _all_there_once(committed, batch_id, 8)


def test_a_file_accepted_later_is_judged_again_as_of_then(committed: Committed) -> None:
    batch_id = committed.send(sheet(guest(), guest(BAD), foreigner()), accept=False)
    committed.worker()
    assert committed.batch(batch_id).state == "checked"
    committed.clock.advance(timedelta(days=3))
    assert committed.accept(batch_id).state == "accepting"
    assert committed.accept(batch_id).state == "accepting"
    committed.worker()
    batch = committed.batch(batch_id)
    assert (batch.state, batch.accepted, batch.accepted_at) == ("accepted", 2, committed.clock.now())
    assert committed.accept(batch_id).accepted == 2
    with committed.work() as work:
        assert [note.finding.code for note in findings_of(work, batch)].count("W04") == 3


def test_a_lodging_closed_meanwhile_keeps_what_it_handed_in(committed: Committed) -> None:
    batch_id = committed.send(some(8), accept=True)
    with committed.work() as work:
        lodgings.close_lodging(work, committed.town.owner, committed.town.desk, committed.town.lodging.id)
    committed.worker()
    _all_there_once(committed, batch_id, 8)
    with pytest.raises(DomainError, match="lodging_not_active"):
        committed.send(some(8, 20), accept=True)


def test_a_file_never_stored_waits_until_it_is_sent_again(committed: Committed) -> None:
    content, place = some(8), committed.town
    with committed.work() as work:
        sent = batches.SentFile("khách.xlsx", content)
        batch = batches.record_batch(work, place.owner, place.desk, place.lodging.id, sent, None)
    assert not committed.worker()
    assert committed.batch(batch.id).state == "judging"
    assert committed.send(content, accept=True) == batch.id
    committed.worker()
    _all_there_once(committed, batch.id, 8)


def test_a_store_that_is_away_costs_no_try(committed: Committed) -> None:
    batch_id, files = committed.send(some(8), accept=True), committed.files

    class Away:
        def get(self, _key: str) -> bytes:
            raise StoreAwayError("no answer")

    committed.files = Away()  # type: ignore[assignment]
    for _ in range(MOST_TRIES + 2):
        assert not committed.worker()
        committed.leases_run_out()
    assert committed.batch(batch_id).tries == 0
    committed.files = files
    committed.worker()
    _all_there_once(committed, batch_id, 8)


def test_a_file_lost_from_the_store_is_healed_by_sending_it_again(committed: Committed) -> None:
    content = some(8)
    batch_id = committed.send(content, accept=False)
    committed.worker()
    committed.files.delete(committed.batch(batch_id).file_key)
    assert committed.accept(batch_id).state == "accepting"
    committed.worker()
    assert (committed.batch(batch_id).state, committed.batch(batch_id).due_at) == ("checked", None)
    assert committed.send(content, accept=True) == batch_id
    committed.worker()
    _all_there_once(committed, batch_id, 8)


def test_a_file_on_which_workers_die_is_refused_in_words(committed: Committed) -> None:
    batch_id = committed.send(some(8), accept=True)
    for _ in range(MOST_TRIES):
        with pytest.raises(Killed):
            committed.worker(at_look(2, die))
        committed.leases_run_out()
    other = committed.send(some(8, 20), accept=True)
    committed.worker()
    assert [committed.batch(each).state for each in (batch_id, other)] == ["refused", "accepted"]
    with committed.work() as work:
        assert [note.finding.code for note in findings_of(work, committed.batch(batch_id))] == ["F17"]
    with pytest.raises(KeyError):
        committed.files.get(committed.batch(batch_id).file_key)


def test_a_long_file_goes_with_its_sheet_of_errors(committed: Committed) -> None:
    settings = ResidenceSettings()
    batch_id = committed.send(sheet(guest(), guest(BAD)), accept=True)
    committed.worker()
    committed.clock.advance(settings.files_kept + timedelta(seconds=1))
    with committed.work() as work:
        keys = forget_old(work, settings)
    for key in keys:
        committed.files.delete(key)
    batch = committed.batch(batch_id)
    assert (batch.accepted, batch.erased_at) == (1, committed.clock.now())
    with committed.work() as work, pytest.raises(DomainError, match="batch_file_gone"):
        batches.error_sheet(work, committed.town.owner, committed.files, batch)


def test_a_file_under_way_is_not_forgotten(committed: Committed) -> None:
    settings = ResidenceSettings()
    batch_id = committed.send(some(8), accept=True)
    with pytest.raises(Killed):
        committed.worker(at_look(7, die))
    committed.clock.advance(settings.files_kept + timedelta(seconds=1))
    with committed.work() as work:
        forget_old(work, settings)
    committed.leases_run_out()
    committed.worker()
    _all_there_once(committed, batch_id, 8)
