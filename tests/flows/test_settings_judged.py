"""Every command and every process judges the settings before it does anything, and says all faults as sentences."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WRONG = {
    "MOTCUA_POOL_SIZE": "0",
    "MOTCUA_LOG_LEVEL": "verbose",
    "MOTCUA_GATEWAY_TIMEOUT_SECONDS": "nan",
    "MOTCUA_DATABASE_URL": "mysql://h/x",
    "MOTCUA_REDIS_URL": "127.0.0.1:6379",
    "MOTCUA_FILES_URL": "s3:bucket",
    "MOTCUA_PUBLIC_BASE_URL": "dvc.example.vn",
    "MOTCUA_EVENT_TRIE": "8",
}
COMMANDS = [
    "motcua up",
    "motcua serve",
    "motcua worker plan",
    "motcua worker send",
    "motcua cron",
    "motcua migrate",
    "motcua seed",
    "motcua audit verify",
    "motcua messages dead",
    "motcua zalo status",
    "motcua.processes.start urgent",
    "motcua.processes.start receipts",
    "motcua.processes.start batches",
    "motcua.processes.start sweep",
    "motcua.processes.start ring",
]


def _environment(mode: str) -> dict[str, str]:
    said = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    return {**said, **WRONG, "MOTCUA_MODE": mode}


@pytest.mark.parametrize("mode", ["development", "production"])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_names_every_fault_and_starts_nothing(command: str, mode: str, tmp_path: Path) -> None:
    options = ["--state", str(tmp_path / "state")] if command == "motcua up" else []
    done = subprocess.run(
        [sys.executable, "-m", *command.split(), *options],
        check=False,
        env=_environment(mode),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert [name for name in WRONG if f"{name}: " not in done.stderr] == []
    assert "phải là số nguyên" in done.stderr
    assert "is MOTCUA_EVENT_TRIES meant?" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not (tmp_path / "state").exists()


def test_a_web_worker_that_is_loaded_by_another_server_says_so_too() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        check=False,
        env=_environment("development"),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "MOTCUA_POOL_SIZE: " in done.stderr
