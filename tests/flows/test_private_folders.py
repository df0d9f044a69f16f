"""Folders of demos, benches and flow tests: what a killed run left goes, what still runs stays."""

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest

from motcua.local.private import private_folder
from tests.support.processes import running

_HOLDING = """
import sys, time
from motcua.local.private import private_folder
with private_folder(sys.argv[1]) as folder:
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def kind() -> str:
    return f"test-{os.getpid()}"


def test_runs_side_by_side_leave_one_another_alone(kind: str) -> None:
    with running([sys.executable, "-c", _HOLDING, kind]) as other:
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().decode().strip())
        with private_folder(kind) as first:
            with private_folder(kind) as second:
                assert len({first, second, theirs}) == 3
                assert all((folder / "run.json").exists() for folder in (first, second, theirs))
            assert first.exists()
            assert not second.exists()
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert theirs.exists()
        with private_folder(kind) as last:
            assert [folder.name for folder in last.parent.glob("run-*")] == [last.name]
    shutil.rmtree(Path(tempfile.gettempdir()) / f"motcua-{kind}-{os.getuid()}")
