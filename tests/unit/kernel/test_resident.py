"""What a started process gives back: files that it can read again, and nothing of its own."""

import mmap
from pathlib import Path

import pytest

from kernel.resident import give_back_files, unwritten

LINES = """\
7f0000000000-7f0000001000 r--p 00000000 fe:00 260386                     /usr/lib/one.so
Rss:                   4 kB
Anonymous:             0 kB
7f0000001000-7f0000003000 r-xp 00001000 fe:00 260386                     /usr/lib/một thư viện.so
Rss:                   8 kB
Anonymous:             0 kB
7f0000003000-7f0000004000 r--p 00003000 fe:00 260386                     /usr/lib/one.so
Rss:                   4 kB
Anonymous:             4 kB
7f0000004000-7f0000005000 rw-p 00004000 fe:00 260386                     /usr/lib/one.so
Rss:                   0 kB
Anonymous:             0 kB
7f0000005000-7f0000006000 r--p 00000000 00:00 0
Rss:                   0 kB
Anonymous:             0 kB
7ffc00000000-7ffc00002000 r-xp 00000000 00:00 0                          [vdso]
Anonymous:             0 kB
"""


def test_only_what_a_file_holds_is_given_back() -> None:
    assert list(unwritten(LINES.splitlines())) == [(0x7F0000000000, 0x7F0000001000), (0x7F0000001000, 0x7F0000003000)]


BYTES = bytes(range(256)) * 4096


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bytes"
    path.write_bytes(BYTES)
    return path


def resident_kb(file: Path) -> int:
    """Of the mapping of this file."""
    _, _, lines = Path("/proc/self/smaps").read_text().partition(str(file))
    return next(int(line.split()[1]) for line in lines.splitlines() if line.startswith("Rss:"))


def test_a_file_that_was_read_is_resident_no_longer_and_reads_the_same(file: Path) -> None:
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert mapped[:] == BYTES
        assert resident_kb(file) == len(BYTES) / 1024
        assert give_back_files() > 0
        assert resident_kb(file) == 0
        assert mapped[:] == BYTES


def test_what_a_process_wrote_into_its_copy_of_a_file_stays(file: Path) -> None:
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_COPY) as mapped:
        mapped[:4] = b"mine"
        give_back_files()
        assert mapped[:8] == b"mine" + BYTES[4:8]
