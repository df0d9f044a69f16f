"""A web worker that people have logged in at and filed dossiers with stays within its memory."""

import os
import subprocess
import sys

import pytest

from bench import submit
from bench.ground import WEB_MEMORY_MB, WEB_WORKERS
from motcua.local.stack import ROOT


@pytest.fixture
def compiled() -> None:
    """What `make` does: a worker that has to compile what it loads keeps what that leaves behind."""
    program = (
        "import motcua.processes.web.worker, api.app, motcua.wiring.container, sqlalchemy.dialects.postgresql.psycopg"
    )
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run([sys.executable, "-OO", "-c", program], cwd=ROOT, env=environment, check=True)


@pytest.mark.usefixtures("compiled")
def test_a_worker_under_submissions_stays_within_its_memory() -> None:
    found = submit.measure(pairs=1).memory_mb
    assert len(found) == WEB_WORKERS
    assert max(found) <= WEB_MEMORY_MB
