"""Folders of tests that start whole systems."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from motcua.local.embedded.runfolder import claim, release
from tests.support.system import System, running_system

# Needs what only Debian has; see there.
collect_ignore = [] if os.environ.get("MOTCUA_TEST_PROFILE") == "long" else ["test_installed_servers.py"]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter, unlike tmp_path. A test that fails leaves nothing running in it."""
    folder = Path(tempfile.mkdtemp(prefix="motcua test "))
    folder.chmod(0o755)
    yield folder
    for left in folder.rglob("run.json"):
        release(claim(left.parent))
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The whole system, shared by all tests of a process that leave it as they found it. Zalo is open at night too, so
    that a test says the same at any hour."""
    with running_system(ACCESS_TOKEN_SECONDS="600", ZALO_HOURS="00:00-24:00") as system:
        yield system


@pytest.fixture(scope="session")
def strained() -> Iterator[System]:
    """A system for tests that kill and break; it loses patience with the gateway soon."""
    patience = {"GATEWAY_TIMEOUT_SECONDS": "3", "SEND_MARGIN_SECONDS": "2", "SEND_START_WITHIN_SECONDS": "2"}
    with running_system(ACCESS_TOKEN_SECONDS="600", **patience) as system:
        yield system
