"""An account tried while somebody waits, against the sandbox's portal; and what its states mean."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mobile_contract.vocabulary import ACCOUNT_STATES
from residence.accounts.account import ACCOUNT_MOVES, SENTENCES, USABLE, AccountEvent, AccountState, sentence
from residence.authority.port import Account, Trial
from residence.authority.trial import DirectTrial
from tests.unit.residence.test_authority_wire import settings
from tests.unit.sandbox.support import SETTINGS, Caller, running

ACCOUNT = Account("cslt-thu-01", SETTINGS.authority_password)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture
def call(origin: str) -> Caller:
    caller = Caller(origin)
    caller.control("POST", "/reset", {"seed": 1})
    return caller


def tried(origin: str, account: Account, **changes: object) -> Trial:
    trial = DirectTrial(settings(origin, **changes))
    try:
        return trial.try_account(account)
    finally:
        trial.close()


def test_an_account_that_works_leaves_no_token_behind(call: Caller) -> None:
    assert tried(call.origin, ACCOUNT) is Trial.WORKS
    tokens = call.twin("authority")["tokens"]
    assert (tokens["issued"], tokens["revoked"]) == (1, 1)


@pytest.mark.parametrize("password", ["khong-dung", "sandbox-authority-password ", "SANDBOX-AUTHORITY-PASSWORD"])
def test_a_wrong_password_is_refused(call: Caller, password: str) -> None:
    assert tried(call.origin, Account("cslt-thu-01", password)) is Trial.REFUSED
    assert call.twin("authority")["tokens"]["issued"] == 0


def test_another_accounts_password_is_refused(call: Caller) -> None:
    call.control("PATCH", "/authority/settings", {"passwords": {"cslt-thu-02": "rieng"}})
    assert tried(call.origin, Account("cslt-thu-02", SETTINGS.authority_password)) is Trial.REFUSED
    assert tried(call.origin, Account("cslt-thu-02", "rieng")) is Trial.WORKS


@pytest.mark.parametrize("mode", ["reset", "status", "timeout", "half"])
def test_a_portal_that_does_not_answer_says_nothing_of_the_account(call: Caller, mode: str) -> None:
    call.control("POST", "/authority/faults", {"mode": mode, "op": "token", "count": 1})
    assert tried(call.origin, ACCOUNT, timeout_s=1.0) is Trial.UNANSWERED


def test_a_token_that_cannot_be_given_back_spoils_nothing(call: Caller) -> None:
    call.control("POST", "/authority/faults", {"mode": "reset", "op": "revoke", "count": 1})
    assert tried(call.origin, ACCOUNT) is Trial.WORKS


def test_our_own_pair_refused_is_no_fault_of_the_account(call: Caller) -> None:
    assert tried(call.origin, ACCOUNT, login="sandbox-vendor:khong-dung") is Trial.UNANSWERED


def test_a_portal_that_is_not_there_says_nothing_of_the_account(origin: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{taken.getsockname()[1]}"
        trial = DirectTrial(replace(settings(origin), base_url=away))
        assert trial.try_account(ACCOUNT) is Trial.UNANSWERED
        trial.close()


def test_a_new_account_is_untried_whatever_the_last_one_was() -> None:
    for state in AccountState:
        assert ACCOUNT_MOVES[state, AccountEvent.GIVE] is AccountState.UNTRIED
    assert (AccountState.MISSING, AccountEvent.LOG_IN) not in ACCOUNT_MOVES


def test_every_state_says_what_it_means_in_both_languages() -> None:
    assert {str(state) for state in AccountState} == set(ACCOUNT_STATES) == {str(state) for state in SENTENCES}
    for state in AccountState:
        assert ("CHƯA được chuyển" in sentence(state, "vi")) is (state not in USABLE)
        assert ("NOT passed on" in sentence(state, "en")) is (state not in USABLE)
