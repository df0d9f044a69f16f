"""The mapped files in which processes count together: all of their room is taken before anything is counted.

Writing to a mapped page for which the disk has no room ends the process (SIGBUS), so a full disk must cost counts and
nothing else. A process takes a numbered slot with a lock. Whoever comes after a dead process counts on in its files, so
a process that crashes again and again fills nothing.
"""

import fcntl
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

from prometheus_client.mmap_dict import MmapedDict

# Several times what every series together needs, so that no file ever grows.
ROOM: Final = {"counter": 512 * 1024, "histogram": 1024 * 1024}
_SLOTS: Final = 1000
# The library's own head of a file: how much of it is in use, itself and its padding included.
_HEAD: Final = struct.Struct("i")
_LEAST_USED: Final = 8


class Slot:
    """The files of one process, its own for as long as it lives."""

    def __init__(self, number: int, lock: int) -> None:
        self._name = f"slot{number}"
        self._lock = lock

    def name(self) -> str:
        """What the library puts into the names of the files."""
        return self._name

    def give_back(self) -> None:
        """For the next process; the system does the same when this one ends."""
        os.close(self._lock)


def take_slot(folder: Path) -> Slot | None:
    """A free slot with its room taken; None where there is no room, and the process then counts for itself alone."""
    for number in range(_SLOTS):
        try:
            lock = os.open(folder / f"slot{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            continue
        slot = Slot(number, lock)
        try:
            for kind, room in ROOM.items():
                _take_room(folder / f"{kind}_{slot.name()}.db", room)
        except OSError:
            os.close(lock)
            return None
        return slot
    return None


def _take_room(file: Path, room: int) -> None:
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _is_sound(file):
            os.ftruncate(handle, 0)
        os.posix_fallocate(handle, 0, room)
    except OSError:
        # Half of a file would be mapped by whoever takes the slot next.
        with suppress(OSError):
            file.unlink()
        raise
    finally:
        os.close(handle)


def _is_sound(file: Path) -> bool:
    """Whether what a dead process counted can be read."""
    try:
        with file.open("rb") as opened:
            (used,) = _HEAD.unpack(opened.read(_HEAD.size))
        if used != 0 and not _LEAST_USED <= used <= file.stat().st_size:
            return False
        return all(True for _ in MmapedDict.read_all_values_from_file(str(file)))  # type: ignore[no-untyped-call]
    except Exception:
        return False
