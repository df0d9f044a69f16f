"""Gateway, keeper and row against the sandbox's official account over HTTP."""

import asyncio
import base64
import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kernel.clock import SystemClock
from kernel.database.sessions import Database
from kernel.ids import new_id
from notify.channels.port import Outgoing
from notify.channels.zalo.gateway import ZaloGateway
from notify.channels.zalo.oauth import ExchangeFailed, ZaloExchange
from notify.channels.zalo.table import ZaloSettings
from notify.channels.zalo.tokens import NoToken, TokenKeeper
from outbound.jobs.outcomes import Outcome, OutcomeKind
from tests.db.notify.support import VAULT
from tests.unit.sandbox.support import SETTINGS, Caller, running

TO = "+84905000001"
DATA = {
    "co_quan": "Ủy ban nhân dân phường Điện Bàn",
    "ma_ho_so": "H17.20551-261120-0001",
    "trang_thai": "Được tiếp nhận",
    "nguoi_xu_ly": "Trần Thị Mẫu",
    "ngay_nhan": "08:00 20/11/2026",
}
BODY = json.dumps({"template_id": "430001", "template_data": DATA}, ensure_ascii=False)


@pytest.fixture(scope="module")
def sandbox_url() -> Iterator[str]:
    with running() as origin:
        yield origin


class Account:
    """The sandbox's account, and what of ours speaks to it."""

    def __init__(self, database: Database, origin: str) -> None:
        self.call = Caller(origin)
        self.database = database
        self.settings = ZaloSettings(
            app_id=SETTINGS.zalo_app_id,
            app_secret=SETTINGS.zalo_app_secret,
            oa_id=SETTINGS.zalo_oa_id,
            oa_secret=SETTINGS.zalo_oa_secret,
            refresh_token=SETTINGS.zalo_refresh_token,
            base_url=f"{origin}/zalo",
            oauth_url=f"{origin}/zalo",
            timeout_s=5.0,
        )

    def keeper(self, *, timeout_s: float = 2.0, **changes: Any) -> TokenKeeper:
        settings = replace(self.settings, **changes)
        exchange = ZaloExchange(settings, timeout_s=timeout_s)
        return TokenKeeper(self.database, VAULT, settings, exchange, try_again=timedelta(0))

    def send(self, number: int = 1, **changes: Any) -> list[Outcome]:
        """Some messages at once, by one gateway of its own."""

        async def run() -> list[Outcome]:
            gateway = ZaloGateway(self.settings, self.keeper(**changes), SystemClock())
            try:
                sent = (gateway.send(Outgoing(new_id(), TO, BODY, "r")) for _ in range(number))
                return list(await asyncio.gather(*sent))
            finally:
                await gateway.close()

        return asyncio.run(run())

    def taken(self) -> list[Any]:
        return list(self.call.control("GET", "/zalo/messages")["messages"])

    def issued(self) -> int:
        return int(self.call.twin("zalo")["tokens"]["issued"])

    def fail(self, mode: str, **options: object) -> None:
        self.call.control("POST", "/zalo/faults", {"mode": mode, "count": 1, **options})

    def end_tokens(self, code: int) -> None:
        self.call.control("PATCH", "/zalo/tokens", {"end": code})


@pytest.fixture
def account(clean_database: Database, sandbox_url: str) -> Iterator[Account]:
    account = Account(clean_database, sandbox_url)
    account.call.control("POST", "/reset", {})
    account.call.control("PATCH", "/zalo/settings", {"clock": "10:00"})
    yield account
    account.call.control("POST", "/reset", {})


def _kinds(outcomes: list[Outcome]) -> set[OutcomeKind]:
    return {outcome.kind for outcome in outcomes}


def test_a_message_reaches_the_phone(account: Account) -> None:
    (outcome,) = account.send()
    (row,) = account.taken()
    assert (outcome.kind, outcome.ref) == (OutcomeKind.ACCEPTED, row["msg_id"])
    assert (row["to"], row["template_data"], len(row["tracking_id"])) == (TO, DATA, 32)


@pytest.mark.parametrize("code", [-124, -216, -220])
def test_workers_whose_token_ended_renew_it_once_and_lose_nothing(account: Account, code: int) -> None:
    account.send()
    account.end_tokens(code)
    with ThreadPoolExecutor(3) as pool:
        outcomes = [each for found in pool.map(account.send, [8, 8, 8]) for each in found]
    assert _kinds(outcomes) == {OutcomeKind.ACCEPTED}
    assert (len(account.taken()), account.issued()) == (25, 2)


def test_tokens_that_come_back_empty_leave_the_pair_and_a_clear_problem(account: Account) -> None:
    account.send()
    account.end_tokens(-220)
    account.fail("empty_token")
    (outcome,) = account.send()
    assert (outcome.kind, outcome.code, outcome.reason) == (OutcomeKind.TRANSIENT, "no_token", "empty token: http 200")
    assert outcome.operator
    state = account.keeper().state()
    assert (state.problem, state.connected) == ("empty token: http 200", True)
    # Their exchange used the refresh token up: only a person can connect again.
    with pytest.raises(NoToken, match="-14014"):
        account.keeper().current(account.keeper().current().value)


@pytest.mark.parametrize(
    ("mode", "options", "problem"),
    [
        ("token_error", {}, "refused: error -100"),
        ("status", {"op": "token", "status": 502, "body": "<html>"}, "unreadable answer: http 502"),
        ("status", {"op": "token", "status": 200, "body": "[]"}, "unreadable answer: http 200"),
        ("reset", {"op": "token", "effect": False}, "unreachable: ProtocolError"),
        ("half", {"op": "token", "effect": False}, "unreachable: ProtocolError"),
        ("timeout", {"op": "token", "effect": False, "ms": 2000}, "unreachable: ReadTimeoutError"),
    ],
)
def test_a_renewal_that_did_nothing_is_tried_again(
    account: Account, mode: str, options: dict[str, object], problem: str
) -> None:
    first = account.keeper().current().value
    account.fail(mode, **options)
    with pytest.raises(NoToken, match=problem):
        account.keeper(timeout_s=0.5).current(first)
    assert account.keeper().state().problem == problem
    assert account.keeper().current(first).value != first
    assert (account.keeper().state().problem, account.issued()) == (None, 2)


def test_nobody_at_the_token_endpoint(account: Account) -> None:
    with pytest.raises(NoToken, match="unreachable"):
        account.keeper(oauth_url="http://127.0.0.1:9").current()


def test_an_account_is_connected_by_code_and_verifier(account: Account) -> None:
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    code = account.call.control("POST", "/zalo/codes", {"challenge": challenge})["code"]
    keeper = account.keeper(refresh_token="")
    with pytest.raises(ExchangeFailed, match="-14006"):
        keeper.connect("another", verifier)
    keeper.connect(code, verifier)
    assert _kinds(account.send(refresh_token="")) == {OutcomeKind.ACCEPTED}


@pytest.mark.parametrize(
    ("clock", "kind"),
    [
        ("21:59", OutcomeKind.ACCEPTED),
        ("22:00", OutcomeKind.LATER),
        ("05:59", OutcomeKind.LATER),
        ("06:00", OutcomeKind.ACCEPTED),
    ],
)
def test_the_night_rule_makes_messages_wait(account: Account, clock: str, kind: OutcomeKind) -> None:
    account.call.control("PATCH", "/zalo/settings", {"clock": clock})
    (outcome,) = account.send()
    assert (outcome.kind, outcome.retry_after_s is not None) == (kind, kind is OutcomeKind.LATER)


def test_who_has_no_zalo_is_for_another_channel(account: Account) -> None:
    account.call.control("PATCH", "/zalo/settings", {"numbers": {TO: {"reject": -118}}})
    (outcome,) = account.send()
    assert (outcome.kind, outcome.code, outcome.operator) == (OutcomeKind.PERMANENT, "-118", False)
