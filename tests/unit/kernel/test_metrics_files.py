"""A full disk costs counts and never the process that counts."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from kernel.observing.metrics_files import ROOM, take_slot

_COUNTING = """
import os, resource, sys
if sys.argv[1] == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
from kernel.observing.metrics import EVENTS, HTTP_REQUESTS, HTTP_SECONDS, exposition
if sys.argv[1] == "later":
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
for operation in range(300):
    HTTP_REQUESTS.labels(f"operation{operation}", "200").inc()
    HTTP_SECONDS.labels(f"operation{operation}").observe(0.1)
EVENTS.inc()
print(exposition().decode())
"""


def _count(folder: Path, disk: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _COUNTING, disk],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)},
    )
    return done.stdout


def test_the_room_is_taken_before_anything_is_counted(tmp_path: Path) -> None:
    slot = take_slot(tmp_path)
    assert slot is not None
    for kind, room in ROOM.items():
        found = (tmp_path / f"{kind}_{slot.name()}.db").stat()
        assert found.st_size == room
        assert found.st_blocks * 512 >= room
    slot.give_back()


@pytest.mark.parametrize("disk", ["full", "later", "roomy"])
def test_a_process_counts_on_whatever_the_disk_does(tmp_path: Path, disk: str) -> None:
    said = _count(tmp_path, disk)
    assert ("motcua_outbox_events_total 1.0" in said) == (disk != "full")
    for kind, room in ROOM.items():
        files = [file.stat().st_size for file in tmp_path.glob(f"{kind}_*.db")]
        # Neither does a file grow, nor is a half made one left for the next process.
        assert files == ([] if disk == "full" else [room])


def test_whoever_follows_a_dead_process_counts_on_in_its_files(tmp_path: Path) -> None:
    _count(tmp_path, "roomy")
    said = _count(tmp_path, "roomy")
    assert "motcua_outbox_events_total 2.0" in said
    assert len(list(tmp_path.glob("*.db"))) == len(ROOM)


def test_processes_at_the_same_time_have_files_of_their_own(tmp_path: Path) -> None:
    first, second = take_slot(tmp_path), take_slot(tmp_path)
    assert first is not None
    assert second is not None
    assert first.name() != second.name()
    first.give_back()
    third = take_slot(tmp_path)
    assert third is not None
    assert third.name() == first.name()
    second.give_back()
    third.give_back()


@pytest.mark.parametrize("left", [b"", b"\x01", b"\xff" * 200, b"\x40\x9c\x00\x00" + bytes(60)])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "counter_slot0.db").write_bytes(left)
    assert "motcua_outbox_events_total 1.0" in _count(tmp_path, "roomy")


def test_a_folder_that_is_gone_is_no_reason_to_stop(tmp_path: Path) -> None:
    assert take_slot(tmp_path / "gone") is None
    assert "motcua_outbox_events" in _count(tmp_path / "gone", "roomy")
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0
