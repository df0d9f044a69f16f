"""One-time codes as people type and paste them."""

from uuid import UUID

import pytest

from auth.service.phones import confirm_phone_proof, read_proof_message, request_phone_proof
from kernel.actor import Actor
from kernel.errors import DomainError
from kernel.work import Work
from tests.db.auth.support import PHONE, log_in


@pytest.fixture
def me(work: Work) -> Actor:
    return log_in(work).actor


def ask(work: Work, actor: Actor) -> UUID:
    proof = request_phone_proof(work, actor, PHONE)
    work.session.flush()
    return proof.proof_id


def sent_code(work: Work, proof_id: UUID) -> str:
    found = read_proof_message(work, proof_id)
    assert found is not None
    return found.code


@pytest.mark.parametrize("code", ["", "12345", "1234567", "sáu số", "\ud800", "12345O", "123456 hay 654321"])
def test_a_text_that_is_no_code_uses_up_no_try(work: Work, me: Actor, code: str) -> None:
    proof_id = ask(work, me)
    for _ in range(6):
        with pytest.raises(DomainError) as refused:
            confirm_phone_proof(work, me, proof_id, code)
        assert [(each.pointer, each.code) for each in refused.value.fields] == [("/code", "code_six_digits")]
    assert confirm_phone_proof(work, me, proof_id, sent_code(work, proof_id)).phone_id is not None


@pytest.mark.parametrize(
    "written",
    ["{0} {1}", "{0}-{1}", " {0}–{1}. ", "\u202a{0}{1}\u202c", "\ufeff{0}\u200b{1}", "#{0}.{1}", "\u2022 {0}{1}"],
)
def test_a_code_counts_however_it_is_grouped(work: Work, me: Actor, written: str) -> None:
    proof_id = ask(work, me)
    code = sent_code(work, proof_id)
    assert confirm_phone_proof(work, me, proof_id, written.format(code[:3], code[3:])).phone_id is not None


def test_a_full_width_code_counts(work: Work, me: Actor) -> None:
    proof_id = ask(work, me)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in sent_code(work, proof_id))
    assert confirm_phone_proof(work, me, proof_id, wide).phone_id is not None
