"""The account's tokens on a real database: renewed once by many, never lost to a failure, never stored half."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kernel.database.sessions import Database
from notify.channels.zalo.oauth import ExchangeFailed, Pair
from notify.channels.zalo.table import ZaloSettings
from notify.channels.zalo.tokens import JUST_RENEWED, NOT_CONNECTED, NoToken, TokenKeeper
from tests.db.notify.support import VAULT

SETTINGS = ZaloSettings("1", "app-secret", "oa-1", "oa-secret", "refresh-0")
AT_ONCE = timedelta(0)
HOUR = timedelta(hours=1)


class Provider:
    """Gives pair after pair; each refresh token is good for one use. `before` runs during the exchange."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.number = 0
        self.used: list[str] = []
        self.problem: str | None = None
        self.before = before
        self._lock = threading.Lock()

    def by_refresh(self, refresh_token: str) -> Pair:
        self.before()
        with self._lock:
            self.used.append(refresh_token)
            if self.problem is not None:
                raise ExchangeFailed(self.problem)
            if refresh_token != f"refresh-{self.number}":
                raise ExchangeFailed("refused: error -14014")
            return self._next()

    def by_code(self, code: str, verifier: str) -> Pair:
        if (code, verifier) != ("a-code", "a-verifier"):
            raise ExchangeFailed("refused: error -14006")
        return self._next()

    def _next(self) -> Pair:
        self.number += 1
        return Pair(f"access-{self.number}", f"refresh-{self.number}", 90_000)


class Desk:
    """A keeper, its provider, and the row."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.provider = Provider()

    def keeper(self, settings: ZaloSettings = SETTINGS, *, try_again: timedelta = AT_ONCE) -> TokenKeeper:
        return TokenKeeper(self.database, VAULT, settings, self.provider, try_again=try_again)

    def row(self) -> dict[str, Any]:
        with self.database.transaction() as session:
            return dict(session.execute(text("SELECT * FROM oauth_token")).one()._mapping)

    def pass_time(self, by: timedelta) -> None:
        with self.database.transaction() as session:
            session.execute(
                text(
                    "UPDATE oauth_token SET refreshed_at = refreshed_at - :by, expires_at = expires_at - :by, "
                    "problem_at = problem_at - :by"
                ),
                {"by": by},
            )


@pytest.fixture
def desk(clean_database: Database) -> Desk:
    return Desk(clean_database)


def _exchanges(result: str) -> float:
    return REGISTRY.get_sample_value("motcua_token_exchanges_total", {"provider": "zalo", "result": result}) or 0.0


def test_the_first_pair_comes_from_the_settings_token(desk: Desk) -> None:
    found = desk.keeper().current()
    assert found.value == "access-1"
    assert found.good_for_s == pytest.approx(20 * 3600, abs=5)
    assert desk.provider.used == ["refresh-0"]
    assert desk.keeper().current().value == "access-1"
    assert desk.provider.number == 1


def test_tokens_are_sealed_in_their_row(desk: Desk) -> None:
    desk.keeper().current()
    row = desk.row()
    assert (row["provider"], row["account"]) == ("zalo", "oa-1")
    for column, value in (("access_token", b"access-1"), ("refresh_token", b"refresh-1")):
        assert value not in bytes(row[column])


def test_without_a_first_token_nothing_is_connected(desk: Desk) -> None:
    keeper = desk.keeper(replace(SETTINGS, refresh_token=""))
    with pytest.raises(NoToken, match=NOT_CONNECTED):
        keeper.current()
    assert keeper.state().connected is False


@pytest.mark.parametrize(("age", "number"), [(20 * HOUR - timedelta(minutes=1), 1), (20 * HOUR, 2), (90 * HOUR, 2)])
def test_a_pair_is_renewed_at_twenty_hours(desk: Desk, age: timedelta, number: int) -> None:
    keeper = desk.keeper()
    keeper.current()
    desk.pass_time(age)
    assert keeper.current().value == f"access-{number}"
    assert desk.provider.used == ["refresh-0", "refresh-1"][:number]


def test_a_failed_renewal_keeps_the_pair_and_says_so(desk: Desk) -> None:
    keeper = desk.keeper(try_again=timedelta(minutes=1))
    keeper.current()
    before = desk.row()
    failed = _exchanges("failed")
    desk.pass_time(21 * HOUR)
    desk.provider.problem = "empty token: http 200"
    found = keeper.current()
    assert found.value == "access-1"
    assert found.good_for_s == pytest.approx(60, abs=5)
    row = desk.row()
    assert (row["access_token"], row["refresh_token"]) == (before["access_token"], before["refresh_token"])
    assert (row["problem"], row["problem_at"] is not None) == ("empty token: http 200", True)
    assert _exchanges("failed") == failed + 1
    keeper.current()
    assert desk.provider.used == ["refresh-0", "refresh-1"]
    desk.pass_time(timedelta(minutes=2))
    desk.provider.problem = None
    assert keeper.current().value == "access-2"
    assert (desk.row()["problem"], keeper.state().connected) == (None, True)


def test_a_dead_token_is_not_given_out(desk: Desk) -> None:
    keeper = desk.keeper(try_again=timedelta(minutes=1))
    keeper.current()
    desk.pass_time(26 * HOUR)
    desk.provider.problem = "unreachable: TimeoutError"
    for _ in range(3):
        with pytest.raises(NoToken, match="unreachable"):
            keeper.current()
    assert desk.provider.used == ["refresh-0", "refresh-1"]
    state = keeper.state()
    assert (state.connected, state.problem) == (False, "unreachable: TimeoutError")


def test_a_rejected_token_is_renewed_unless_somebody_did(desk: Desk) -> None:
    keeper, other = desk.keeper(), desk.keeper()
    first = keeper.current().value
    assert keeper.current(first).value == "access-2"
    assert other.current(first).value == "access-2"
    assert desk.provider.number == 2


def test_a_token_rejected_right_after_its_renewal_costs_no_further_pair(desk: Desk) -> None:
    keeper = desk.keeper(try_again=timedelta(minutes=1))
    first = keeper.current().value
    with pytest.raises(NoToken, match=JUST_RENEWED):
        keeper.current(first)
    assert desk.provider.number == 1
    desk.pass_time(timedelta(minutes=2))
    assert keeper.current(first).value == "access-2"


@pytest.mark.parametrize("rejected", [None, "access-1"])
def test_many_workers_renew_once(desk: Desk, rejected: str | None) -> None:
    desk.keeper().current()
    if rejected is None:
        desk.pass_time(21 * HOUR)
    barrier = threading.Barrier(6)

    def work(_: int) -> str:
        keeper = desk.keeper()
        barrier.wait(10)
        return keeper.current(rejected).value

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(work, range(6))) == {"access-2"}
    assert desk.provider.used == ["refresh-0", "refresh-1"]


def test_many_workers_begin_with_one_exchange(desk: Desk) -> None:
    barrier = threading.Barrier(6)

    def work(_: int) -> str:
        keeper = desk.keeper()
        barrier.wait(10)
        return keeper.current().value

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(work, range(6))) == {"access-1"}
    assert desk.provider.used == ["refresh-0"]


def test_many_workers_try_a_failing_provider_once(desk: Desk) -> None:
    desk.keeper().current()
    desk.pass_time(26 * HOUR)
    desk.provider.problem = "refused: error -14014"
    barrier = threading.Barrier(6)

    def work(_: int) -> str:
        keeper = desk.keeper(try_again=timedelta(minutes=1))
        barrier.wait(10)
        with pytest.raises(NoToken) as raised:
            keeper.current()
        return str(raised.value)

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(work, range(6))) == {"refused: error -14014"}
    assert desk.provider.used == ["refresh-0", "refresh-1"]


def test_a_pair_that_could_not_be_stored_is_stored_later(desk: Desk) -> None:
    keeper = desk.keeper()
    keeper.current()
    desk.pass_time(21 * HOUR)

    def cut() -> None:
        with desk.database.transaction() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND state = 'idle in transaction'"
                )
            )

    desk.provider.before = cut
    with pytest.raises(DBAPIError):
        keeper.current()
    desk.provider.before = lambda: None
    assert keeper.current().value == "access-2"
    assert desk.provider.used == ["refresh-0", "refresh-1"]
    assert desk.keeper().current().value == "access-2"


def test_a_code_connects_over_whatever_there_was(desk: Desk) -> None:
    keeper = desk.keeper(replace(SETTINGS, refresh_token=""))
    keeper.connect("a-code", "a-verifier")
    assert keeper.current().value == "access-1"
    desk.pass_time(26 * HOUR)
    desk.provider.problem = "refused: error -14014"
    with pytest.raises(NoToken):
        keeper.current()
    keeper.connect("a-code", "a-verifier")
    assert (keeper.current().value, keeper.state().problem) == ("access-2", None)


def test_a_code_that_is_refused_changes_nothing(desk: Desk) -> None:
    keeper = desk.keeper()
    keeper.current()
    before = desk.row()
    with pytest.raises(ExchangeFailed):
        keeper.connect("another", "a-verifier")
    assert desk.row() == before


def test_a_first_token_that_was_mistyped_can_be_corrected(desk: Desk) -> None:
    with pytest.raises(NoToken):
        desk.keeper(replace(SETTINGS, refresh_token="mistyped")).current()
    assert desk.row()["access_token"] is None
    assert desk.keeper(try_again=timedelta(minutes=1)).current().value == "access-1"
    desk.keeper(replace(SETTINGS, refresh_token="yet-another")).current()
    assert desk.provider.used == ["mistyped", "refresh-0"]
