"""A number that is given up, or that somebody else proves: who holds it, and who may ask for codes to it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from auth.models import Phone
from auth.service.former_phones import ended_phone, no_longer_theirs, phones_to_tell
from auth.service.phones import (
    confirm_phone_proof,
    give_up_phone,
    latest_phone,
    list_phones,
    read_proof_message,
    request_phone_proof,
    verified_phone,
)
from kernel.actor import Actor
from kernel.audit import AuditEntry
from kernel.clock import SettableClock
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from kernel.work import Work
from tests.db.auth.support import PHONE, log_in

E164 = "+84905000001"
MINUTE = timedelta(minutes=1)


def person(work: Work, number: int) -> Actor:
    return log_in(work, identity_number=f"0490900000{number:02d}").actor


def me_of(actor: Actor) -> UUID:
    assert actor.person_id is not None
    return actor.person_id


def phone_to_tell(work: Work, person_id: UUID, kept: str) -> str | None:
    return phones_to_tell(work, {(person_id, kept)})[person_id, kept]


def prove(work: Work, actor: Actor, phone: str = PHONE) -> tuple[UUID, UUID, str]:
    """Phone, proof and code."""
    proof = request_phone_proof(work, actor, phone)
    work.session.flush()
    message = read_proof_message(work, proof.proof_id)
    assert message is not None
    phone_id = confirm_phone_proof(work, actor, proof.proof_id, message.code).settle()
    work.session.flush()
    return phone_id, proof.proof_id, message.code


def ended(work: Work) -> list[tuple[object, object]]:
    events = work.session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "phone.ended"))
    return [(event.payload["phone_id"], event.payload["reason"]) for event in events]


def test_a_number_is_given_up(work: Work) -> None:
    me = person(work, 1)
    phone_id, _, _ = prove(work, me)
    other_id, _, _ = prove_later(work, me, "0905000002")
    for _ in range(2):
        # The answer may be lost: once more is the same as once.
        give_up_phone(work, me, phone_id)
        work.session.flush()
    assert not verified_phone(work, me_of(me), PHONE)
    assert [phone.id for phone in list_phones(work, me)] == [other_id]
    assert (no_longer_theirs(work, me_of(me), E164), latest_phone(work, me_of(me))) == (True, "+84905000002")
    assert ended(work) == [(str(phone_id), "given_up")]
    entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "phone.end")).one()
    assert (entry.object_id, entry.details) == (phone_id, {"reason": "given_up"})


def prove_later(work: Work, actor: Actor, phone: str) -> tuple[UUID, UUID, str]:
    assert isinstance(work.clock, SettableClock)
    work.clock.advance(MINUTE)
    return prove(work, actor, phone)


def test_a_number_given_up_can_be_proved_again(work: Work) -> None:
    me = person(work, 1)
    first, _, _ = prove(work, me)
    give_up_phone(work, me, first)
    again, _, _ = prove_later(work, me, PHONE)
    assert again != first
    assert not no_longer_theirs(work, me_of(me), E164)
    assert (ended_phone(work, first), phone_to_tell(work, me_of(me), E164)) == (None, E164)


def test_nobody_gives_up_what_is_not_theirs(work: Work) -> None:
    me, stranger = person(work, 1), person(work, 2)
    phone_id, _, _ = prove(work, me)
    for target in (phone_id, new_id()):
        with pytest.raises(DomainError, match="not_found"):
            give_up_phone(work, stranger, target)
    assert verified_phone(work, me_of(me), PHONE)


def test_a_fresh_proof_of_another_ends_the_first(work: Work) -> None:
    first, second = person(work, 1), person(work, 2)
    phone_id, _, _ = prove(work, first)
    prove(work, second)
    assert (verified_phone(work, me_of(first), PHONE), verified_phone(work, me_of(second), PHONE)) == (False, True)
    assert (list_phones(work, first), latest_phone(work, me_of(first))) == ([], None)
    assert ended(work) == [(str(phone_id), "passed_on")]
    former = ended_phone(work, phone_id)
    assert former is not None
    assert (former.person_id, former.number) == (me_of(first), E164)
    # What a dossier of the first person keeps goes nowhere, until they prove a number of their own.
    assert (phone_to_tell(work, me_of(first), E164), phone_to_tell(work, me_of(second), E164)) == (None, E164)
    prove_later(work, first, "0905000009")
    assert phone_to_tell(work, me_of(first), E164) == "+84905000009"


def test_a_number_goes_back_and_forth_by_fresh_proofs_alone(work: Work) -> None:
    first, second = person(work, 1), person(work, 2)
    _, proof_id, code = prove(work, first)
    prove(work, second)
    # The confirmation sent again because its answer was lost is no fresh proof.
    outcome = confirm_phone_proof(work, first, proof_id, code)
    with pytest.raises(DomainError, match="phone_code_expired"):
        outcome.settle()
    assert verified_phone(work, me_of(second), PHONE)
    prove_later(work, first, PHONE)
    assert verified_phone(work, me_of(first), PHONE)
    held = work.session.scalars(select(Phone).where(Phone.ended_at.is_(None))).all()
    assert [phone.person_id for phone in held] == [me_of(first)]


def test_a_code_asked_for_is_no_proof_yet(work: Work) -> None:
    first, second = person(work, 1), person(work, 2)
    prove(work, first)
    proof = request_phone_proof(work, second, PHONE)
    work.session.flush()
    message = read_proof_message(work, proof.proof_id)
    assert message is not None
    outcome = confirm_phone_proof(work, second, proof.proof_id, f"{(int(message.code) + 1) % 10**6:06d}")
    assert outcome.phone_id is None
    assert verified_phone(work, me_of(first), PHONE)


def wait_of(work: Work, actor: Actor, phone: str = PHONE) -> int:
    """Seconds to wait, 0 when a code leaves."""
    try:
        request_phone_proof(work, actor, phone)
    except DomainError as error:
        if error.code != "too_many_requests":
            raise
        return int(error.params["retry_after"])
    work.session.flush()
    return 0


@pytest.mark.parametrize("strangers", [1, 3, 5, 12])
def test_other_peoples_requests_keep_the_holder_waiting_for_minutes_at_most(
    work: Work, clock: SettableClock, strangers: int
) -> None:
    for number in range(strangers):
        wait_of(work, person(work, 10 + number))
    me = person(work, 1)
    wait = wait_of(work, me)
    assert wait <= 600
    clock.advance(timedelta(seconds=wait))
    assert wait == 0 or wait_of(work, me) == 0


def test_a_crowd_reaches_a_number_now_and_then_at_most(work: Work, clock: SettableClock) -> None:
    crowd = [person(work, 10 + number) for number in range(30)]
    start, sent = clock.now(), 0
    while clock.now() < start + timedelta(hours=6):
        sent += sum(1 for actor in crowd if wait_of(work, actor) == 0)
        clock.advance(timedelta(minutes=5))
    # Ten from others before they are a crowd, one more each that an asker repeats meanwhile, then one in 15 minutes.
    assert 10 + 4 * 5 <= sent <= 2 * 10 + 4 * 6
    me = person(work, 1)
    wait = wait_of(work, me)
    assert wait <= 900
    clock.advance(timedelta(seconds=wait))
    assert wait == 0 or wait_of(work, me) == 0


def test_who_holds_a_number_is_not_kept_waiting_by_who_does_not(work: Work, clock: SettableClock) -> None:
    me = person(work, 1)
    prove(work, me)
    clock.advance(MINUTE)
    for number in range(5):
        wait_of(work, person(work, 10 + number))
    assert wait_of(work, me) == 0


def test_one_person_is_sent_few_codes_to_one_number(work: Work, clock: SettableClock) -> None:
    me = person(work, 1)
    for _ in range(5):
        assert wait_of(work, me) == 0
        clock.advance(timedelta(hours=1))
    assert wait_of(work, me) == 19 * 3600
    assert wait_of(work, me, "0905000002") == 0
