"""The first answer again, for the same key and body; never twice at once; never for another body."""

import pytest

from kernel.database.sessions import Database
from kernel.errors import DomainError
from kernel.idempotency import StoredAnswer, find_answer, keep_answer, request_hash
from kernel.ids import new_id
from kernel.vault import Vault

VAULT = Vault({1: bytes(32)}, bytes(32))
FIRST, OTHER = request_hash("POST", "/v1/x", b"{}"), request_hash("POST", "/v1/x", b"[]")


def test_the_first_answer_is_given_again(clean_database: Database) -> None:
    account = new_id()
    with clean_database.transaction() as session:
        assert find_answer(session, VAULT, account, "k", FIRST) is None
        keep_answer(session, VAULT, account, "k", FIRST, StoredAnswer(201, '{"a":"ế"}'))
    with clean_database.transaction() as session:
        assert find_answer(session, VAULT, account, "k", FIRST) == StoredAnswer(201, '{"a":"ế"}')
        assert find_answer(session, VAULT, new_id(), "k", FIRST) is None
        assert find_answer(session, VAULT, account, "other", FIRST) is None


def test_another_body_is_refused(clean_database: Database) -> None:
    account = new_id()
    with clean_database.transaction() as session:
        keep_answer(session, VAULT, account, "k", FIRST, StoredAnswer(200, ""))
    with clean_database.transaction() as session, pytest.raises(DomainError, match="idempotency_key_reused"):
        find_answer(session, VAULT, account, "k", OTHER)


def test_a_request_still_running_is_said_so(clean_database: Database) -> None:
    account = new_id()
    with clean_database.transaction() as first:
        assert find_answer(first, VAULT, account, "k", FIRST) is None
        with clean_database.transaction() as second, pytest.raises(DomainError, match="idempotency_in_progress"):
            find_answer(second, VAULT, account, "k", FIRST)
