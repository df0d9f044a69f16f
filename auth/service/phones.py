"""Proof that a person holds a phone: a one-time code, few tries, and answers that say nothing of other people."""

import hashlib
import hmac
import math
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final, Literal
from uuid import UUID

import structlog

from auth import store
from auth.models import PHONE_FIELD, PROOF_CODE_FIELD, PROOF_PHONE_FIELD, Phone, PhoneProof
from auth.rules import (
    LONGEST_WINDOW,
    PERSON_CAPS,
    PERSON_HERE_CAPS,
    PROOF_TRIES,
    PROOF_TTL,
    SMS_PER_DAY,
    SMS_WARNING,
    wait_for,
    wait_for_number,
)
from auth.service.access import person_of
from auth.states import ProofEvent, ProofState, next_proof_state
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError, FieldError
from kernel.ids import new_id
from kernel.outbox import URGENT, record_event
from kernel.texts.folding import typed
from kernel.texts.vietnam import BadPhone, parse_mobile
from kernel.work import Work

_CODE: Final = re.compile(r"[0-9]{6}")
# What a phone's clipboard, and people who group digits, bring along.
_BESIDE_DIGITS: Final = re.compile(r"[\s.,:;#*_'\"()\[\]<>/\\|·•-]")
_LONGEST_CODE: Final = 200
ENDED: Final = "phone.ended"
EndReason = Literal["given_up", "passed_on"]
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ProofRequest:
    proof_id: UUID
    expires_at: datetime
    tries_left: int


@dataclass(frozen=True, slots=True)
class ProofMessage:
    """What the text message must carry: number in E.164, six digits, and until when they count."""

    phone: str = field(repr=False)
    code: str = field(repr=False)
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class ProofOutcome:
    """The result of trying a code. Commit first: a wrong try counts; then `settle()`."""

    phone_id: UUID | None
    refusal: DomainError | None = None

    def settle(self) -> UUID:
        """The phone's id. Raises `phone_code_wrong` (tries_left) or `phone_code_expired`."""
        if self.phone_id is None:
            raise self.refusal or DomainError("phone_code_expired")
        return self.phone_id


@dataclass(frozen=True, slots=True)
class VerifiedPhone:
    id: UUID
    number: str = field(repr=False)
    verified_at: datetime


def request_phone_proof(work: Work, actor: Actor, phone: str, *, sms_per_day: int = SMS_PER_DAY) -> ProofRequest:
    """Sends a code to `phone` and drops the caller's earlier ones. `sms_per_day`: codes a day to everyone together.

    Raises `invalid_fields` (/phone) for a text that is no Vietnamese mobile number, `too_many_requests` (retry_after).
    """
    person_id = person_of(actor)
    number = _number(phone)
    index = work.vault.index(PHONE_FIELD, number)
    store.lock_person(work.session, person_id)
    _hold_caps(work, person_id, index)
    _hold_budget(work, sms_per_day)
    for earlier in store.pending_proofs(work.session, person_id):
        _move(earlier, ProofEvent.NEW_REQUEST)
    row, now = new_id(), work.now()
    code = f"{secrets.randbelow(10**6):06d}"
    work.session.add(
        PhoneProof(
            id=row,
            person_id=person_id,
            number=work.vault.seal(PROOF_PHONE_FIELD, row, number),
            number_index=index,
            code=work.vault.seal(PROOF_CODE_FIELD, row, code),
            code_digest=_digest(work, row, code),
            state=ProofState.PENDING,
            tries=0,
            created_at=now,
            expires_at=now + PROOF_TTL,
        )
    )
    record_event(
        work.session, "phone_proof.requested", row, {"proof_id": str(row), "person_id": str(person_id)}, priority=URGENT
    )
    write_audit(work.session, actor, "phone_proof.request", "phone_proof", row)
    return ProofRequest(row, now + PROOF_TTL, PROOF_TRIES)


def confirm_phone_proof(work: Work, actor: Actor, proof_id: UUID, code: str) -> ProofOutcome:
    """Tries a code, however its six digits are grouped. Every result but two refusals is in the outcome.

    Raises `not_found` for a proof of someone else, `invalid_fields` (/code), which uses up no try, for a text that is
    not of six digits.
    """
    person_id = person_of(actor)
    code = _six_digits(code)
    proof = store.lock_proof(work.session, proof_id, person_id)
    if proof is None:
        raise DomainError("not_found")
    right = hmac.compare_digest(_digest(work, proof.id, code), proof.code_digest)
    last = proof.tries + 1 >= PROOF_TRIES
    event = ProofEvent.RIGHT_CODE if right else ProofEvent.LAST_WRONG_CODE if last else ProofEvent.WRONG_CODE
    if work.now() >= proof.expires_at or not _move(proof, event):
        return ProofOutcome(None, DomainError("phone_code_expired"))
    if not right:
        proof.tries += 1
        return ProofOutcome(None, DomainError("phone_code_wrong", tries_left=PROOF_TRIES - proof.tries))
    if proof.confirmed_at is not None:
        # The answer was lost. The number may have gone to somebody else since, and does not come back by this.
        held = store.find_phone(work.session, person_id, proof.number_index)
        return ProofOutcome(None, DomainError("phone_code_expired")) if held is None else ProofOutcome(held.id)
    proof.confirmed_at = work.now()
    write_audit(work.session, actor, "phone_proof.confirm", "phone_proof", proof.id)
    return ProofOutcome(_take_over(work, actor, proof))


def give_up_phone(work: Work, actor: Actor, phone_id: UUID) -> None:
    """The caller no longer holds this number; one that ended before stays ended. Raises `not_found` for another's."""
    phone = store.lock_phone(work.session, phone_id, person_of(actor))
    if phone is None:
        raise DomainError("not_found")
    if phone.ended_at is None:
        _end(work, actor, phone, "given_up")


def read_proof_message(work: Work, proof_id: UUID) -> ProofMessage | None:
    """What to send for a proof; None once it is settled or its time is over."""
    proof = work.session.get(PhoneProof, proof_id)
    if proof is None or proof.code is None or work.now() >= proof.expires_at:
        return None
    return ProofMessage(
        phone=work.vault.open(PROOF_PHONE_FIELD, proof.id, proof.number),
        code=work.vault.open(PROOF_CODE_FIELD, proof.id, proof.code),
        valid_until=proof.expires_at,
    )


def verified_phone(work: Work, person_id: UUID, phone: str) -> bool:
    """Whether this person has proved to hold `phone`, however it is written."""
    try:
        number = parse_mobile(phone)
    except BadPhone:
        return False
    return store.holds_phone(work.session, person_id, work.vault.index(PHONE_FIELD, number))


def list_phones(work: Work, actor: Actor) -> list[VerifiedPhone]:
    """The caller's own proved numbers, the latest proof first."""
    return [
        VerifiedPhone(phone.id, work.vault.open(PHONE_FIELD, phone.id, phone.number), phone.verified_at)
        for phone in store.phones_of(work.session, person_of(actor))
    ]


def latest_phone(work: Work, person_id: UUID) -> str | None:
    """The number (E.164) that a person proved last, for a notice to them."""
    held = store.phones_of(work.session, person_id)
    return work.vault.open(PHONE_FIELD, held[0].id, held[0].number) if held else None


def _number(phone: str) -> str:
    try:
        return parse_mobile(phone)
    except BadPhone as error:
        raise DomainError("invalid_fields", fields=[FieldError("/phone", error.code)]) from None


def _six_digits(code: str) -> str:
    digits = _BESIDE_DIGITS.sub("", typed(code[:_LONGEST_CODE]))
    if not _CODE.fullmatch(digits):
        raise DomainError("invalid_fields", fields=[FieldError("/code", "code_six_digits")])
    return digits


def _hold_caps(work: Work, person_id: UUID, index: bytes) -> None:
    now = work.now()
    store.lock_number(work.session, index)
    asked = store.asked_codes(work.session, person_id, index, now - LONGEST_WINDOW)
    waits = [wait_for(PERSON_CAPS, asked.by_person, now), wait_for(PERSON_HERE_CAPS, asked.by_person_here, now)]
    # Who holds the number already is not kept waiting by those who do not.
    if store.find_phone(work.session, person_id, index) is None:
        waits.append(wait_for_number(asked.by_others_here, asked.by_person_here, now))
    longest = max(filter(None, waits), default=None)
    if longest is not None:
        raise DomainError("too_many_requests", retry_after=math.ceil(longest.total_seconds()))


def _hold_budget(work: Work, sms_per_day: int) -> None:
    today = local(work.now())
    sent = store.count_proof(work.session, today.date(), sms_per_day)
    if sent is None:
        _log.error("phone_proof.budget_spent", sms_per_day=sms_per_day)
        midnight = datetime.combine(today.date() + timedelta(days=1), time(), today.tzinfo)
        raise DomainError("too_many_requests", retry_after=math.ceil((midnight - today).total_seconds()))
    if sent == math.ceil(sms_per_day * SMS_WARNING):
        _log.warning("phone_proof.budget_low", sent=sent, sms_per_day=sms_per_day)


def _move(proof: PhoneProof, event: ProofEvent) -> bool:
    """Takes the proof where the table says; False, and nothing changes, where it says nothing."""
    state = next_proof_state(ProofState(proof.state), event)
    if state is None:
        return False
    proof.state = state
    if state is not ProofState.PENDING:
        proof.code = None
    return True


def _take_over(work: Work, actor: Actor, proof: PhoneProof) -> UUID:
    """The number is this person's from now on, and no longer anybody else's."""
    store.lock_number(work.session, proof.number_index)
    phone = store.lock_holder(work.session, proof.number_index)
    if phone is not None and phone.person_id != proof.person_id:
        _end(work, actor, phone, "passed_on")
        # The index of held numbers has room for one.
        work.session.flush()
        phone = None
    if phone is None:
        row = new_id()
        number = work.vault.open(PROOF_PHONE_FIELD, proof.id, proof.number)
        phone = Phone(
            id=row,
            person_id=proof.person_id,
            number=work.vault.seal(PHONE_FIELD, row, number),
            number_index=proof.number_index,
        )
        work.session.add(phone)
    phone.verified_at = proof.confirmed_at or work.now()
    return phone.id


def _end(work: Work, actor: Actor, phone: Phone, reason: EndReason) -> None:
    phone.ended_at, phone.end_reason = work.now(), reason
    record_event(work.session, ENDED, phone.id, {"phone_id": str(phone.id), "reason": reason})
    write_audit(work.session, actor, "phone.end", "phone", phone.id, reason=reason)


def _digest(work: Work, proof_id: UUID, code: str) -> bytes:
    key = work.vault.derive("auth phone proof code")
    return hmac.digest(key, proof_id.bytes + code.encode(errors="replace"), hashlib.sha256)
