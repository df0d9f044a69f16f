"""A number that appears, is corrected or disappears at the eID provider leaves a person who they are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from auth.models import Person
from auth.service.people import person_details
from auth.service.register import enter_person
from kernel.audit import AuditEntry
from kernel.errors import DomainError
from kernel.outbox import OutboxEvent
from kernel.work import Work
from tests.db.auth.support import House, log_in

NUMBER, OTHER = "049090000001", "049090000002"


def number_of(work: Work, person_id: object) -> str | None:
    person = work.session.get_one(Person, person_id)
    details = person_details(work, person.id)
    return None if details is None else details.identity_number


def events(work: Work) -> list[str]:
    return [event.kind for event in work.session.scalars(select(OutboxEvent))]


def test_a_number_that_appears_later_is_the_same_persons(work: Work) -> None:
    first = log_in(work, subject="s", identity_number=None, level=1).actor.person_id
    later = log_in(work, subject="s", identity_number=NUMBER, level=2)
    assert later.actor.person_id == first
    assert number_of(work, first) == NUMBER
    # And so by the number alone, or by the subject alone, from then on.
    assert log_in(work, subject="s-moi", identity_number=NUMBER).actor.person_id == first
    assert log_in(work, subject="s-moi", identity_number=None).actor.person_id == first
    actions = work.session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == first)).all()
    assert actions.count("person.number_appeared") == 1


def test_a_number_that_is_left_out_leaves_the_one_that_is_known(work: Work) -> None:
    first = log_in(work, subject="s", identity_number=NUMBER).actor.person_id
    assert log_in(work, subject="s", identity_number=None).actor.person_id == first
    assert number_of(work, first) == NUMBER


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"full_name": "NGUYEN  VAN THU", "birth_date": date(1991, 1, 1)},
        {"full_name": "Nguyễn Thị Khác", "birth_date": date(1990, 9, 2)},
        {"birth_date": None},
    ],
)
def test_a_corrected_number_is_the_same_persons_who_is_told(work: Work, changes: dict[str, Any]) -> None:
    first = log_in(work, subject="s", identity_number=NUMBER).actor.person_id
    later = log_in(work, subject="s", identity_number=OTHER, **changes)
    assert later.actor.person_id == first
    assert number_of(work, first) == OTHER
    assert events(work) == ["person.number_corrected"]
    # The number they had is free: whoever has it now is somebody else.
    assert log_in(work, subject="khac", identity_number=NUMBER).actor.person_id != first


@pytest.mark.parametrize(
    "changes",
    [
        {"full_name": "Trần Thị Khác", "birth_date": date(1970, 1, 1)},
        {"full_name": "Trần Thị Khác", "birth_date": None},
        {"full_name": "", "birth_date": None},
    ],
)
def test_another_number_with_nothing_in_common_is_refused_and_said_so(work: Work, changes: dict[str, Any]) -> None:
    first = log_in(work, subject="s", identity_number=NUMBER).actor.person_id
    with pytest.raises(DomainError, match="identity_conflict"):
        log_in(work, subject="s", identity_number=OTHER, **changes)
    assert number_of(work, first) == NUMBER


@pytest.mark.parametrize("entered", [True, False], ids=["entered by others", "logged in before"])
def test_two_numbers_that_both_have_an_account_are_never_joined(work: Work, entered: bool) -> None:
    mine = log_in(work, subject="s", identity_number=NUMBER).actor.person_id
    if entered:
        enter_person(work, OTHER, "Nguyễn Văn Thử")
    else:
        log_in(work, subject="khac", identity_number=OTHER)
    with pytest.raises(DomainError, match="identity_conflict"):
        log_in(work, subject="s", identity_number=OTHER)
    assert log_in(work, subject="s", identity_number=NUMBER).actor.person_id == mine
    assert work.session.scalar(select(func.count()).select_from(Person)) == 2


def test_the_account_of_a_number_counts_where_the_subject_had_one_without(work: Work) -> None:
    without = log_in(work, subject="s", identity_number=None).actor.person_id
    numbered = enter_person(work, NUMBER, "Nguyễn Văn Thử").id
    for number in (NUMBER, None, NUMBER):
        assert log_in(work, subject="s", identity_number=number).actor.person_id == numbered
    assert without != numbered
    assert number_of(work, without) is None
    # Said once, with the first log-in after which the older account is not reached any more.
    assert events(work) == ["person.second_account"]


def test_many_log_ins_at_once_while_the_number_appears_make_one_person(house: House) -> None:
    house.log_in(subject="s", identity_number=None)
    gate = Barrier(6)

    def log_in_together(turn: int) -> None:
        gate.wait(30)
        house.log_in(subject="s", identity_number=NUMBER if turn % 2 else None)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(log_in_together, range(6)))
    with house.work() as work:
        assert work.session.scalar(select(func.count()).select_from(Person)) == 1
