"""Folders of tests that start whole systems."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.embedded.runfolder import claim, release


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter, unlike tmp_path. A test that fails leaves nothing running in it."""
    folder = Path(tempfile.mkdtemp(prefix="motcua test "))
    folder.chmod(0o755)
    yield folder
    for left in folder.rglob("run.json"):
        release(claim(left.parent))
    shutil.rmtree(folder)
