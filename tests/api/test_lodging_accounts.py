"""A lodging's account at the authority, given over HTTP and tried at the sandbox's portal."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel.database.sessions import Database
from motcua.wiring.joins.edge import build_container
from tests.api.authorisation_support import World
from tests.api.residence_support import Evening
from tests.unit.sandbox.support import SETTINGS, Caller, running

PASSWORD = SETTINGS.authority_password


@pytest.fixture
def portal() -> Iterator[Caller]:
    with running() as origin:
        yield Caller(origin)


@pytest.fixture
def evening(
    portal: Caller, clean_database: Database, database_url: str, clean_redis: str, tmp_path: Path
) -> Iterator[Evening]:
    assert clean_database
    held = build_container(
        {
            "MOTCUA_DATABASE_URL": database_url,
            "MOTCUA_REDIS_URL": clean_redis,
            "MOTCUA_FILES_URL": tmp_path.as_uri(),
            "MOTCUA_MASTER_KEY": b64encode(bytes(32)).decode(),
            "MOTCUA_AUTHORITY_BASE_URL": f"{portal.origin}/authority",
            "MOTCUA_AUTHORITY_TIMEOUT_SECONDS": "2",
        }
    )
    yield Evening(World(held))
    held.close()


def give(evening: Evening, password: str = PASSWORD, username: str = "cslt-thu-01", **sent: Any) -> Any:
    body = {"authority_account": {"username": username, "password": password}, **sent.pop("json", {})}
    return evening.ask("PATCH", evening.lodging, json=body, **sent)


def account(evening: Evening) -> dict[str, Any]:
    told: dict[str, Any] = evening.ask("GET", evening.lodging).get_json()["authority_account"]
    return told


def test_a_lodging_is_told_from_the_first_day_that_it_has_no_account(evening: Evening) -> None:
    lodging = evening.ask("GET", evening.lodging).get_json()
    asked = {"name": "Nhà nghỉ Mới", "kind": "hotel", "address": "2 đường Thử", "commune_code": lodging["commune_code"]}
    body = {**asked, "organisation_id": lodging["organisation_id"]}
    for language, words in (("vi", "CHƯA được chuyển"), ("en", "NOT passed on")):
        body["name"] += " hai"
        made = evening.ask("POST", "/v1/lodgings", json=body, headers={"Accept-Language": language})
        assert made.status_code == 201, made.get_json()
        told = made.get_json()["authority_account"]
        assert (told["state"], told["username"], told["since"]) == ("missing", None, None)
        assert words in told["message"]


def test_an_account_that_works_is_said_to(evening: Evening, portal: Caller) -> None:
    told = give(evening).get_json()["authority_account"]
    assert (told["state"], told["username"]) == ("working", "cslt-thu-01")
    assert told["since"] is not None
    assert account(evening) == told
    assert portal.twin("authority")["calls"]["token"] == 1


@pytest.mark.parametrize("password", ["khong-dung", " ", PASSWORD.upper()])
def test_a_wrong_password_is_refused_by_name_and_nothing_is_kept(evening: Evening, password: str) -> None:
    answer = give(evening, password, json={"reminder_channel": "sms"}, headers={"Accept-Language": "vi"})
    assert answer.status_code == 422
    (error,) = answer.get_json()["errors"]
    assert (error["pointer"], error["code"]) == ("/authority_account", "account_refused")
    assert "Cổng" in error["message"]
    lodging = evening.ask("GET", evening.lodging).get_json()
    assert (lodging["authority_username"], lodging["authority_account"]["state"]) == (None, "missing")


def test_a_portal_that_is_away_is_said_so_and_the_account_kept(evening: Evening, portal: Caller) -> None:
    portal.control("POST", "/authority/faults", {"mode": "status", "op": "token", "status": 503})
    told = give(evening).get_json()["authority_account"]
    assert (told["state"], told["username"]) == ("untried", "cslt-thu-01")
    assert "tự thử lại" in told["message"]


def test_so_many_tries_do_not_lock_the_account_at_the_portal(evening: Evening, portal: Caller) -> None:
    assert [give(evening, "sai").status_code for _ in range(6)] == [422] * 5 + [429]
    assert portal.twin("authority")["calls"]["token"] == 5


def test_nobody_else_tries_passwords_there(evening: Evening, portal: Caller) -> None:
    for stranger in ("other hotel", "other citizen"):
        assert give(evening, by=stranger).status_code == 404
    assert portal.twin("authority")["calls"].get("token", 0) == 0


def test_what_waits_for_an_account_is_listed_at_once_and_says_why(evening: Evening) -> None:
    evening.report(evening.guest())
    night = evening.ask("GET", f"{evening.lodging}/night", query_string={"night": evening.today.isoformat()}).get_json()
    assert (night["on_the_way"], night["no_account"]) == (0, night["declared"])
    receipt = evening.ask("POST", f"{evening.lodging}/receipts", json={"night": evening.today.isoformat()}).get_json()
    assert receipt["state"] == "no_account"
    give(evening)
    later = evening.ask("POST", f"{evening.lodging}/receipts", json={"night": evening.today.isoformat()}).get_json()
    assert later["state"] == "accepted"
