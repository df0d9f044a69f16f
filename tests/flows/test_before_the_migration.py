"""Everything that is started before the migration waits, says so, and goes on by itself after it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from journey.wire import Wire
from migrations import head_revision
from migrations.steps import migrate
from motcua.local.embedded import Engines, EngineUrls
from motcua.local.ports import Ports, free_ports
from motcua.local.stack import environment, serving, working
from motcua.processes.start import QUEUES, RING
from motcua.wiring.seeding import seed_system
from tests.support.waiting import eventually

_PATIENCE_S = 180.0


@pytest.fixture
def empty(open_folder: Path) -> Iterator[EngineUrls]:
    """Servers of the test's own without a schema."""
    (open_folder / "metrics").mkdir()
    with Engines(open_folder / "state", durable=False) as urls:
        yield urls


def _start(name: str, argv: list[str], env: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(argv, env=env, stdout=log, stderr=subprocess.STDOUT)


def _ready(ports: Ports) -> tuple[int, Any]:
    with closing(Wire(f"http://127.0.0.1:{ports.api}")) as wire:
        try:
            answer = wire.ask("GET", "/health/ready", headers={"Accept-Language": "en"})
        except OSError:
            return 0, None
    return answer.status, answer.json()


def test_workers_and_web_wait_for_the_migration(empty: EngineUrls, open_folder: Path) -> None:
    ports = free_ports()
    env = {**os.environ, **environment(open_folder, empty, ports, {})}
    tasks = [*QUEUES, RING]
    started = {task: _start(task, working(task), env, open_folder) for task in tasks}
    started["web"] = _start("web", serving(ports.api, 1), env, open_folder)

    def said(name: str, words: str) -> bool:
        return words in (open_folder / f"{name}.log").read_text(encoding="utf-8")

    try:
        missing = f"0001 … {head_revision()}; run motcua migrate"
        assert eventually(lambda: all(said(name, missing) for name in tasks), patience_s=_PATIENCE_S)
        assert eventually(lambda: _ready(ports)[0] == 503, patience_s=_PATIENCE_S)
        assert missing in _ready(ports)[1]["reasons"]["database"]
        migrate(empty.database_url)
        seed_system(env)
        assert eventually(lambda: _ready(ports)[0] == 200, patience_s=_PATIENCE_S)
        workers = {name: psutil.Process(process.pid) for name, process in started.items() if name in QUEUES}
        # One that listens has a connection to the broker.
        assert eventually(lambda: all(_holds_sockets(worker) for worker in workers.values()), patience_s=_PATIENCE_S)
        assert [name for name, process in started.items() if process.poll() is not None] == []
        assert [name for name in started if said(name, "Traceback")] == []
    finally:
        for process in started.values():
            process.terminate()
        for process in started.values():
            process.wait(60)


def _holds_sockets(process: psutil.Process) -> bool:
    return len(process.net_connections("unix")) >= 2


@pytest.mark.parametrize("command", [["seed"], ["audit", "verify"], ["messages", "dead"], ["zalo", "status"]])
def test_commands_say_what_is_missing(empty: EngineUrls, open_folder: Path, command: list[str]) -> None:
    env = {**os.environ, **environment(open_folder, empty, free_ports(), {})}
    done = subprocess.run(
        [sys.executable, "-m", "motcua", *command], check=False, env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert "run motcua migrate" in done.stderr
    assert "Traceback" not in done.stderr
    away = {**env, "MOTCUA_DATABASE_URL": "postgresql://motcua@127.0.0.1:9/motcua"}
    done = subprocess.run(
        [sys.executable, "-m", "motcua", *command], check=False, env=away, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "cannot be reached" in done.stderr
