"""Linking a phone by a one-time code."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from auth.models import PhoneProof
from auth.rules import PROOF_TTL
from auth.service.people import forget_ended, person_contact
from auth.service.phones import (
    ProofMessage,
    confirm_phone_proof,
    list_phones,
    read_proof_message,
    request_phone_proof,
    verified_phone,
)
from kernel.actor import ANONYMOUS, Actor
from kernel.audit import AuditEntry
from kernel.clock import SettableClock
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from kernel.work import Work
from tests.db.auth.support import PHONE, House, log_in

MINUTE = timedelta(minutes=1)


@pytest.fixture
def me(work: Work) -> Actor:
    return log_in(work).actor


def ask(work: Work, actor: Actor, phone: str = PHONE) -> UUID:
    proof = request_phone_proof(work, actor, phone)
    work.session.flush()
    return proof.proof_id


def message(work: Work, proof_id: UUID) -> ProofMessage:
    found = read_proof_message(work, proof_id)
    assert found is not None
    return found


def wrong(code: str, number: int = 1) -> str:
    return f"{(int(code) + number) % 10**6:06d}"


def attempt(work: Work, actor: Actor, proof_id: UUID, code: str) -> tuple[str, dict[str, object]] | UUID:
    outcome = confirm_phone_proof(work, actor, proof_id, code)
    work.session.flush()
    try:
        return outcome.settle()
    except DomainError as error:
        return error.code, error.params


def test_a_phone_is_linked_by_the_code_sent_to_it(work: Work, me: Actor, clock: SettableClock) -> None:
    assert me.person_id is not None
    proof = request_phone_proof(work, me, "+84 905 000 001")
    work.session.flush()
    assert (proof.expires_at, proof.tries_left) == (clock.now() + PROOF_TTL, 5)
    sent = message(work, proof.proof_id)
    assert (sent.phone, sent.valid_until) == ("+84905000001", proof.expires_at)
    assert len(sent.code) == 6
    assert sent.code.isdigit()
    assert not verified_phone(work, me.person_id, PHONE)
    phone_id = confirm_phone_proof(work, me, proof.proof_id, sent.code).settle()
    work.session.flush()
    assert all(verified_phone(work, me.person_id, text) for text in (PHONE, "84905000001", "+84 905.000.001"))
    assert not verified_phone(work, me.person_id, "0905000002")
    assert not verified_phone(work, me.person_id, "không phải số")
    assert [(phone.id, phone.number, phone.verified_at) for phone in list_phones(work, me)] == [
        (phone_id, "+84905000001", clock.now())
    ]
    assert read_proof_message(work, proof.proof_id) is None


def test_the_request_is_an_event_of_ids_in_the_same_transaction(work: Work, me: Actor) -> None:
    proof_id = ask(work, me)
    event = work.session.scalars(select(OutboxEvent)).one()
    assert (event.kind, event.subject_id) == ("phone_proof.requested", proof_id)
    assert event.payload == {"proof_id": str(proof_id), "person_id": str(me.person_id)}
    confirm_phone_proof(work, me, proof_id, message(work, proof_id).code)
    work.session.flush()
    entries = work.session.scalars(select(AuditEntry).where(AuditEntry.object_id == proof_id)).all()
    assert [(entry.action, entry.details) for entry in entries] == [
        ("phone_proof.request", {}),
        ("phone_proof.confirm", {}),
    ]


def test_the_fifth_wrong_code_ends_the_proof(work: Work, me: Actor) -> None:
    proof_id = ask(work, me)
    code = message(work, proof_id).code
    for left in (4, 3, 2, 1, 0):
        assert attempt(work, me, proof_id, wrong(code, left + 1)) == ("phone_code_wrong", {"tries_left": left})
    assert read_proof_message(work, proof_id) is None
    for late in (code, wrong(code)):
        assert attempt(work, me, proof_id, late) == ("phone_code_expired", {})


def test_a_wrong_try_counts_although_it_is_refused(house: House) -> None:
    actor = house.reader.read(house.log_in().access_token)
    with house.work() as work:
        proof = request_phone_proof(work, actor, PHONE)
    with house.work() as work:
        code = message(work, proof.proof_id).code
    for left in (4, 3):
        with house.work() as work:
            outcome = confirm_phone_proof(work, actor, proof.proof_id, wrong(code))
        with pytest.raises(DomainError) as raised:
            outcome.settle()
        assert raised.value.params == {"tries_left": left}


def test_a_code_expires(work: Work, me: Actor, clock: SettableClock) -> None:
    proof_id = ask(work, me)
    code = message(work, proof_id).code
    clock.advance(PROOF_TTL)
    assert read_proof_message(work, proof_id) is None
    assert attempt(work, me, proof_id, code) == ("phone_code_expired", {})
    assert not list_phones(work, me)


def test_a_confirmation_whose_answer_was_lost_can_be_repeated(work: Work, me: Actor, clock: SettableClock) -> None:
    proof_id = ask(work, me)
    code = message(work, proof_id).code
    first = attempt(work, me, proof_id, code)
    confirmed_at = clock.now()
    clock.advance(MINUTE)
    assert attempt(work, me, proof_id, code) == first
    assert attempt(work, me, proof_id, wrong(code)) == ("phone_code_expired", {})
    assert [phone.verified_at for phone in list_phones(work, me)] == [confirmed_at]


def test_a_new_request_ends_the_earlier_one(work: Work, me: Actor, clock: SettableClock) -> None:
    first = ask(work, me)
    code = message(work, first).code
    clock.advance(MINUTE)
    second = ask(work, me, "0905000002")
    assert attempt(work, me, first, code) == ("phone_code_expired", {})
    assert isinstance(attempt(work, me, second, message(work, second).code), UUID)


def test_a_number_proved_again_is_the_same_phone_and_comes_first(work: Work, me: Actor, clock: SettableClock) -> None:
    found = []
    for phone in (PHONE, "0905000002", PHONE):
        clock.advance(MINUTE)
        proof_id = ask(work, me, phone)
        found.append(attempt(work, me, proof_id, message(work, proof_id).code))
    assert found[0] == found[2] != found[1]
    assert [phone.number for phone in list_phones(work, me)] == ["+84905000001", "+84905000002"]
    assert me.person_id is not None
    contact = person_contact(work, me.person_id)
    assert contact is not None
    assert (contact.full_name, contact.phone) == ("Nguyễn Văn Thử", "+84905000001")


def test_a_proof_of_someone_else_is_answered_like_none(work: Work, me: Actor) -> None:
    proof_id = ask(work, me)
    code = message(work, proof_id).code
    stranger = log_in(work, identity_number="049190000001").actor
    for target in (proof_id, new_id()):
        with pytest.raises(DomainError) as raised:
            confirm_phone_proof(work, stranger, target, code)
        assert (raised.value.code, raised.value.params) == ("not_found", {})
    assert isinstance(attempt(work, me, proof_id, code), UUID)


def test_a_number_that_another_person_holds_is_treated_like_any(work: Work, me: Actor) -> None:
    held = ask(work, me)
    attempt(work, me, held, message(work, held).code)
    other = log_in(work, identity_number="049190000001").actor
    proof = request_phone_proof(work, other, PHONE)
    fresh = request_phone_proof(work, log_in(work, identity_number="048205000001").actor, "0905000009")
    assert replace(proof, proof_id=held) == replace(fresh, proof_id=held)
    work.session.flush()
    assert isinstance(attempt(work, other, proof.proof_id, message(work, proof.proof_id).code), UUID)
    assert (len(list_phones(work, me)), len(list_phones(work, other))) == (0, 1)


@pytest.mark.parametrize(
    ("phone", "code"),
    [
        ("", "phone_invalid"),
        ("02363867000", "phone_landline"),
        ("+14155550100", "phone_foreign"),
        ("01229000000", "phone_old_prefix"),
    ],
)
def test_a_text_that_is_no_mobile_number_is_refused(work: Work, me: Actor, phone: str, code: str) -> None:
    with pytest.raises(DomainError) as raised:
        request_phone_proof(work, me, phone)
    assert raised.value.code == "invalid_fields"
    assert [(error.pointer, error.code) for error in raised.value.fields] == [("/phone", code)]


def refused_for(work: Work, actor: Actor, phone: str = PHONE) -> object:
    with pytest.raises(DomainError) as raised:
        request_phone_proof(work, actor, phone)
    assert raised.value.code == "too_many_requests"
    return raised.value.params["retry_after"]


def test_one_person_is_sent_few_codes(work: Work, me: Actor, clock: SettableClock) -> None:
    ask(work, me)
    clock.advance(timedelta(seconds=59.5))
    assert refused_for(work, me, "0905000002") == 1
    for number in range(2, 6):
        clock.advance(MINUTE)
        ask(work, me, f"090500000{number}")
    clock.advance(MINUTE)
    assert refused_for(work, me, "0905000006") == 3241
    clock.advance(timedelta(hours=1))
    ask(work, me)


def test_one_number_is_sent_few_codes_by_all_people_together(work: Work, clock: SettableClock) -> None:
    people = [log_in(work, identity_number=f"04909000000{number}").actor for number in range(1, 7)]
    for actor in people[:3]:
        ask(work, actor)
    assert refused_for(work, people[5]) == 600
    ask(work, people[5], "0905000002")


def test_a_day_has_its_budget_of_texts(work: Work, clock: SettableClock) -> None:
    people = [log_in(work, identity_number=f"04909000000{number}").actor for number in range(1, 7)]
    with capture_logs() as logs:
        for number, actor in enumerate(people[:5]):
            request_phone_proof(work, actor, f"090500000{number}", sms_per_day=5)
    assert [(log["event"], log["sent"]) for log in logs] == [("phone_proof.budget_low", 4)]
    with capture_logs() as logs, pytest.raises(DomainError, match="too_many_requests") as raised:
        request_phone_proof(work, people[5], "0905000009", sms_per_day=5)
    # Ten in the morning: fourteen hours to midnight in Vietnam.
    assert raised.value.params == {"retry_after": 14 * 3600}
    assert [log["event"] for log in logs] == ["phone_proof.budget_spent"]
    clock.advance(timedelta(hours=14))
    assert request_phone_proof(work, people[5], "0905000009", sms_per_day=5).tries_left == 5


def test_what_is_refused_for_another_reason_costs_nothing_of_the_budget(work: Work, me: Actor) -> None:
    request_phone_proof(work, me, PHONE, sms_per_day=2)
    refused_for(work, me)
    other = log_in(work, identity_number="049190000001").actor
    assert request_phone_proof(work, other, PHONE, sms_per_day=2).tries_left == 5


def test_a_budget_of_nothing_sends_nothing(work: Work, me: Actor) -> None:
    with pytest.raises(DomainError, match="too_many_requests"):
        request_phone_proof(work, me, PHONE, sms_per_day=0)


def test_of_many_at_once_only_those_in_the_budget_are_sent(house: House) -> None:
    actors = [
        house.reader.read(house.log_in(identity_number=f"04909000000{number}").access_token) for number in range(1, 9)
    ]
    gate = Barrier(len(actors))

    def ask_at_once(number: int) -> bool:
        gate.wait(30)
        try:
            with house.work() as work:
                request_phone_proof(work, actors[number], f"090500000{number}", sms_per_day=3)
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(len(actors)) as pool:
        assert sum(pool.map(ask_at_once, range(len(actors)))) == 3


def test_nobody_without_a_person_has_phones(work: Work) -> None:
    with pytest.raises(DomainError) as raised:
        request_phone_proof(work, ANONYMOUS, PHONE)
    assert raised.value.code == "unauthenticated"


def test_what_ended_is_forgotten_in_time(work: Work, me: Actor, clock: SettableClock) -> None:
    proof_id = ask(work, me)
    clock.advance(timedelta(days=29))
    forget_ended(work)
    assert work.session.get(PhoneProof, proof_id) is not None
    clock.advance(timedelta(days=2))
    forget_ended(work)
    work.session.expire_all()
    assert work.session.get(PhoneProof, proof_id) is None
