"""Every command finds a system by the folder that it was started with, wherever it is called from."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from motcua.local.loopback import request
from motcua.local.ports import free_ports
from motcua.local.private import private_folder
from motcua.local.stack import ROOT
from tests.support.processes import running

_MOTCUA = [sys.executable, "-m", "motcua"]


def _environment() -> dict[str, str]:
    """Without a word of where anything is; the package is found from any folder, as when it is installed."""
    said = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    return {**said, "PYTHONPATH": str(ROOT)}


class Commands:
    """Calls commands from a folder that is neither the product's nor the system's."""

    def __init__(self, state: Path, away: Path) -> None:
        self._state, self._away = state, away

    def __call__(self, *words: str, typed: str | None = None, state: Path | None = None) -> tuple[int, str, str]:
        done = subprocess.run(
            [*_MOTCUA, *words, "--state", str(state or self._state)],
            cwd=self._away,
            env=_environment(),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return done.returncode, done.stdout, done.stderr


@contextmanager
def _system(away: Path) -> Iterator[tuple[Commands, Path]]:
    ports = free_ports()
    with private_folder("flows") as folder:
        state = folder / "elsewhere"
        options = ["--port", str(ports.api), "--sandbox-port", str(ports.sandbox), "--state", str(state)]
        up = [*_MOTCUA, "up", "--web-workers", "1", *options]
        with running(up, env=_environment()) as command:
            assert command.stdout is not None
            assert any("Ctrl-C" in line.decode() for line in iter(command.stdout.readline, b"")), "it did not come up"
            assert request("GET", f"http://127.0.0.1:{ports.api}/health/ready")[0] == 200
            try:
                yield Commands(state, away), state
            finally:
                # Killed, it would leave all that it started.
                command.terminate()
                command.wait(60)


def test_every_command_finds_the_system_that_was_started_in_another_folder(tmp_path: Path) -> None:
    with _system(tmp_path) as (motcua, state):
        code, told, _ = motcua("status", "--json")
        assert (code, json.loads(told)["running"]) == (0, True)
        assert motcua("migrate")[1].startswith("schema ")
        code, told, _ = motcua("seed")
        assert (code, json.loads(told)["new_officers"]) == (0, 0)
        appointed = motcua("appoint", "H17.20587", "receiver", "--name", "Người Mới", typed="001305000009\n")
        assert appointed[0] == 0, appointed
        assert "Appointed" in appointed[1]
        assert motcua("messages", "dead", "--json")[:2] == (0, "")
        assert motcua("messages", "revive", "--all")[1].endswith("left: 0\n")
        assert json.loads(motcua("zalo", "status")[1])["problem"] is None
        assert motcua("zalo", "forms")[0] == 0
        assert motcua("audit", "export")[0] == 0
        code, told, _ = motcua("audit", "verify")
        assert (code, told.splitlines()[-1]) == (0, "OK")
        file = tmp_path / "backup"
        assert motcua("backup", str(file))[0] == 0
        assert file.stat().st_size > 0
        code, _, said = motcua("restore", str(file), "--replace")
        assert code == 1
        assert str(state) in said
        assert motcua("status", state=tmp_path / "nothing")[0] == 3
        code, _, said = motcua("migrate", state=tmp_path / "nothing")
        assert code == 1
        assert "MOTCUA_DATABASE_URL" in said
