"""`python -m sandbox` as a supervisor sees it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.app import loopback
from sandbox.world import Settings, SettingsError
from tests.unit.sandbox.support import PATIENCE_S, Caller, eventually

ROOT = Path(__file__).parents[3]


@contextmanager
def started(*arguments: str, **environ: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    ready = tmp_path / "thư mục" / "ready.json"
    ready.parent.mkdir()
    with started("--port", "0", "--ready-file", str(ready)) as process:
        eventually(ready.exists)
        document = json.loads(ready.read_text(encoding="utf-8"))
        assert document == {"url": f"http://127.0.0.1:{document['port']}", "port": document["port"], "pid": process.pid}
        assert Caller(document["url"])("GET", "/health").status == 200
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 0
    assert list(ready.parent.iterdir()) == []


def test_it_ends_while_a_caller_waits_for_silence(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    with started("--port", "0", "--ready-file", str(ready)) as process:
        eventually(ready.exists)
        document = json.loads(ready.read_text(encoding="utf-8"))
        call = Caller(document["url"])
        call.control("POST", "/twilio/faults", {"mode": "timeout", "ms": 600_000})
        with socket.create_connection(("127.0.0.1", document["port"])) as waiting:
            waiting.sendall(b"GET /twilio/2010-04-01/Accounts/AC1/Messages.json HTTP/1.1\r\nHost: x\r\n\r\n")
            eventually(lambda: call.twin("twilio")["faults"][0]["fired"] == 1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0


def test_the_environment_speaks_where_the_command_line_does_not(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    environ = {
        "MOTCUA_SANDBOX_PORT": "0",
        "MOTCUA_SANDBOX_HOST": "localhost",
        "MOTCUA_SANDBOX_READY_FILE": str(ready),
        "MOTCUA_SANDBOX_SEED": "42",
    }
    with started(**environ) as process:
        eventually(ready.exists)
        call = Caller(json.loads(ready.read_text(encoding="utf-8"))["url"])
        assert call.control("GET", "/state")["seed"] == 42
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "mot-cua.example", "::"])  # noqa: S104
def test_it_refuses_to_be_seen_from_outside(host: str) -> None:
    with started("--host", host, "--port", "0") as process:
        assert process.wait(PATIENCE_S) == 2
        assert process.stderr is not None
        assert "loopback only" in process.stderr.read()


def test_a_taken_port_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with started("--port", str(taken.getsockname()[1])) as process:
            assert process.wait(PATIENCE_S) == 2
            assert process.stderr is not None
            assert "in use" in process.stderr.read()


def test_settings_from_the_environment() -> None:
    environ = {"MOTCUA_SANDBOX_KEEP": "10", "MOTCUA_SANDBOX_EID_CLIENT_SECRET": "sandbox-x", "MOTCUA_SANDBOX_SEED": " "}
    assert Settings.read(environ) == Settings(keep=10, eid_client_secret="sandbox-x")
    with pytest.raises(SettingsError, match="MOTCUA_SANDBOX_KEEP"):
        Settings.read({"MOTCUA_SANDBOX_KEEP": "nhieu"})


@pytest.mark.parametrize("said", ["１０", "1_000", "-1", "1.5", "²"])
def test_a_number_in_other_digits_is_no_number(said: str) -> None:
    with pytest.raises(SettingsError, match="MOTCUA_SANDBOX_SEED"):
        Settings.read({"MOTCUA_SANDBOX_SEED": said})


def test_a_misspelt_name_is_told_with_the_one_that_is_meant() -> None:
    with pytest.raises(SettingsError, match=r"MOTCUA_SANDBOX_SEEDS.*MOTCUA_SANDBOX_SEED"):
        Settings.read({"MOTCUA_SANDBOX_SEEDS": "1"})


def test_every_credential_is_marked_as_the_sandboxs() -> None:
    settings = Settings()
    for value in (settings.twilio_auth_token, settings.eid_client_id, settings.eid_client_secret):
        assert value.startswith("sandbox-")


@pytest.mark.parametrize(("host", "address"), [("localhost", "127.0.0.1"), ("127.0.0.9", "127.0.0.9"), ("::1", "::1")])
def test_loopback_addresses(host: str, address: str) -> None:
    assert loopback(host) == address
