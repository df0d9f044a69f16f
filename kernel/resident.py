"""Memory that a process needed to start and does not need to serve."""

import ctypes
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

# The head of a mapping of a file nobody may write through: low and high address. What is no file has inode 0.
_READ_ONLY: Final = re.compile(r"([0-9a-f]+)-([0-9a-f]+) .-.. [0-9a-f]+ \S+ [1-9]")
_ANY_HEAD: Final = re.compile(r"[0-9a-f]+-[0-9a-f]+ ")
_MADV_DONTNEED: Final = 4


def give_back_files() -> int:
    """Lets go of mapped files where nothing was written, most of all code; returns how many mappings that were.

    For the end of a start: a library is read through while it is loaded. What is used again comes back from the page
    cache at once. Does nothing where there is no Linux.
    """
    if sys.platform != "linux":
        return 0
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    smaps = Path("/proc/self/smaps").read_text(encoding="utf-8", errors="replace").splitlines()
    return sum(advise(low, high - low, _MADV_DONTNEED) == 0 for low, high in unwritten(smaps))


def unwritten(smaps: Iterable[str]) -> Iterator[tuple[int, int]]:
    """The address range of each mapping that is but the bytes of its file, out of the lines of `/proc/self/smaps`."""
    area: tuple[int, int] | None = None
    for line in smaps:
        if _ANY_HEAD.match(line):
            found = _READ_ONLY.match(line)
            area = (int(found[1], 16), int(found[2], 16)) if found else None
        # Pages of its own, such as addresses that the linker has filled in, would be lost.
        elif area is not None and line.startswith("Anonymous:") and line.split()[1] == "0":
            yield area
