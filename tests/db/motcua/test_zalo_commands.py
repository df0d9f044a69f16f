"""Connecting the official account from the command line, against the sandbox."""

import base64
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from kernel.database.sessions import Database
from motcua.cli.main import main
from motcua.cli.zalo import challenge_of
from motcua.wiring.joins.edge import build_container
from notify.channels.zalo.settings import SANDBOX_APP_ID
from notify.pool.gateways import note_form
from notify.sending.loops import keep_zalo_tokens
from tests.unit.sandbox.support import Caller, running


@pytest.fixture
def account() -> Iterator[Caller]:
    with running() as origin:
        yield Caller(origin)


@pytest.fixture
def connectable(
    account: Caller,
    clean_database: Database,
    database_url: str,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Caller:
    said = {
        "MOTCUA_DATABASE_URL": database_url,
        "MOTCUA_REDIS_URL": redis_url,
        "MOTCUA_FILES_URL": tmp_path.as_uri(),
        "MOTCUA_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
        "MOTCUA_ZALO_APP_ID": SANDBOX_APP_ID,
        "MOTCUA_ZALO_OAUTH_URL": f"{account.origin}/zalo",
    }
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    return account


def _run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ["zalo", *arguments], input=typed)


def test_templates_that_are_not_in_use_are_listed_and_can_be_taken_back(
    connectable: Caller, clean_database: Database
) -> None:
    with clean_database.transaction() as session:
        note_form(session, "zalo", "430001", "DISABLE", datetime(2026, 11, 20, tzinfo=UTC), in_use=False)
    (told,) = map(json.loads, _run("forms").output.splitlines())
    assert (told["form"], told["in_use"], told["status"]) == ("430001", False, "DISABLE")
    (told,) = map(json.loads, _run("forms", "--use", "430001").output.splitlines())
    assert (told["in_use"], told["status"]) == (True, "SAID_BY_OPERATOR")


def test_a_challenge_is_the_digest_of_its_verifier() -> None:
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    made = json.loads(_run("challenge").output)
    assert len(made["code_verifier"]) == 43
    assert made["code_challenge"] == challenge_of(made["code_verifier"])


def test_an_account_is_connected_and_says_how_it_does(connectable: Caller) -> None:
    before = _run("status")
    assert (before.exit_code, json.loads(before.output)["connected"]) == (1, False)
    made = json.loads(_run("challenge").output)
    code = connectable.control("POST", "/zalo/codes", {"challenge": made["code_challenge"]})["code"]
    connected = _run("connect", "--code", code, "--verifier", made["code_verifier"])
    assert (connected.exit_code, "Connected" in connected.output) == (0, True)
    after = _run("status")
    told = json.loads(after.output)
    assert (after.exit_code, told["connected"], told["problem"]) == (0, True, None)
    assert told["expires_at"] > told["refreshed_at"]


def test_a_code_that_is_typed_is_not_shown_and_a_bad_one_refused(connectable: Caller) -> None:
    result = _run("connect", typed="bad-code\nbad-verifier\n")
    assert (result.exit_code, "refused: error -14006" in result.output) == (1, True)
    assert "bad-" not in result.output
    assert json.loads(_run("status").output)["problem"] is None


def test_without_an_app_there_is_nothing_to_connect(connectable: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_ZALO_APP_ID", "")
    result = _run("connect", "--code", "x", "--verifier", "y")
    assert (result.exit_code, "MOTCUA_ZALO_APP_ID" in result.output) == (1, True)


def test_tokens_are_kept_fresh_while_nothing_is_sent(connectable: Caller) -> None:
    held = build_container(os.environ)
    try:
        for _ in range(2):
            keep_zalo_tokens(held)
        assert (connectable.twin("zalo")["tokens"]["issued"], json.loads(_run("status").output)["connected"]) == (
            1,
            True,
        )
        with held.database.transaction() as session:
            session.execute(text("UPDATE oauth_token SET refreshed_at = refreshed_at - CAST('21 hours' AS interval)"))
            session.execute(text("UPDATE oauth_token SET expires_at = expires_at - CAST('21 hours' AS interval)"))
        connectable.control("POST", "/zalo/faults", {"mode": "empty_token", "count": 1})
        keep_zalo_tokens(held)
        assert json.loads(_run("status").output)["problem"] == "empty token: http 200"
    finally:
        held.close()


def test_a_gap_in_the_settings_is_named(connectable: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_MASTER_KEY", "")
    result = _run("status")
    assert (result.exit_code, "MOTCUA_MASTER_KEY" in result.output) == (1, True)
