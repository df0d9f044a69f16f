"""Walks through photos piece by piece to their end, as their formats prescribe. Pure.

A phone may append what it likes behind that end: the film of a Motion Photo, further pictures of a multi-picture file,
notes of the camera. And a photo holds another as its thumbnail, so an end mark alone proves nothing.
Sources: ITU T.81 (JPEG), RFC 2083 (PNG), ISO 14496-12 and 23008-12 (HEIF).
"""

import re
from abc import ABC, abstractmethod
from typing import Final

_BOX_TYPE: Final = re.compile(rb"[ -~]{4}")


class JpegWalk:
    """Segments up to the end-of-image marker of the first picture."""

    _PAST_STUFFING: Final = re.compile(rb"\xff+[^\xff\x00\xd0-\xd7\x01]")
    _END: Final = b"\xff\xd9"
    _PADDING: Final = b"\0\r\n\t \x1a"

    def __init__(self) -> None:
        self._carry = b""
        self._skip = len(b"\xff\xd8")
        self._searching = False
        self._ended = False
        self._last = b""

    def feed(self, chunk: bytes) -> None:
        self._last = (self._last + chunk.rstrip(self._PADDING))[-len(self._END) :]
        if self._ended:
            return
        data, at = self._carry + chunk, 0
        while not self._ended:
            step = self._step(data, at)
            if step is None:
                break
            at = step
        self._carry = b"" if self._ended else data[at:]

    @property
    def whole(self) -> bool:
        """Also where a segment tells a wrong length, as some cameras write, as long as the file ends as one does."""
        return self._ended or self._last == self._END

    def _step(self, data: bytes, at: int) -> int | None:
        """Where to go on, or None for want of octets."""
        if self._skip:
            step = min(self._skip, len(data) - at)
            self._skip -= step
            return at + step if step else None
        if self._searching:
            return self._find_marker(data, at)
        return self._read_marker(data, at)

    def _find_marker(self, data: bytes, at: int) -> int | None:
        found = self._PAST_STUFFING.search(data, at)
        if found is not None:
            self._searching = False
            return found.start()
        rest = len(data) - (1 if data.endswith(b"\xff") else 0)
        return rest if rest > at else None

    def _read_marker(self, data: bytes, at: int) -> int | None:
        if len(data) - at < 2:
            return None
        if data[at] != 0xFF:
            self._searching = True
            return at
        code = data[at + 1]
        if code == 0xFF:
            return at + 1
        if code == 0xD9:
            self._ended = True
            return at + 2
        if code in (0x00, 0x01, 0xD8) or 0xD0 <= code <= 0xD7:
            return at + 2
        if len(data) - at < 4:
            return None
        # Behind the header of a scan come its coded octets, to be searched through.
        self._searching = code == 0xDA
        self._skip = 2 + max(int.from_bytes(data[at + 2 : at + 4]), 2)
        return at


class _Blocks(ABC):
    """A file of blocks that say their own length."""

    def __init__(self) -> None:
        self._carry = b""
        self._skip = 0
        self._name = b""
        self._stopped = False

    def feed(self, chunk: bytes) -> None:
        data, at = self._carry + chunk, 0
        while not self._stopped:
            if self._skip:
                step = min(self._skip, len(data) - at)
                self._skip -= step
                at += step
                if self._skip:
                    break
                self._passed(self._name)
            read = None if self._stopped else self._open(data, at)
            if read is None:
                break
            at, self._name, self._skip = read
        self._carry = b"" if self._stopped else data[at:]

    @abstractmethod
    def _open(self, data: bytes, at: int) -> tuple[int, bytes, int] | None:
        """(where to skip from, name, how many octets to the next block), or None for want of octets."""

    @abstractmethod
    def _passed(self, name: bytes) -> None:
        """A block was there as a whole."""


class PngWalk(_Blocks):
    """Chunks up to IEND."""

    def __init__(self) -> None:
        super().__init__()
        self._skip, self._name = len(b"\x89PNG\r\n\x1a\n"), b"signature"
        self.whole = False

    def _open(self, data: bytes, at: int) -> tuple[int, bytes, int] | None:
        if len(data) - at < 8:
            return None
        return at + 8, data[at + 4 : at + 8], int.from_bytes(data[at : at + 4]) + 4

    def _passed(self, name: bytes) -> None:
        self.whole = self._stopped = name == b"IEND"


class HeifWalk(_Blocks):
    """Boxes up to where both the index and the coded pictures have been; a small file may keep them in one box."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[bytes] = set()
        self._to_the_end = False

    @property
    def whole(self) -> bool:
        indexed = not self._seen.isdisjoint({b"meta", b"moov"})
        between_boxes = not self._skip and not self._carry and not self._stopped
        return self._to_the_end or (indexed and (b"mdat" in self._seen or between_boxes))

    def _open(self, data: bytes, at: int) -> tuple[int, bytes, int] | None:
        if len(data) - at < 16:
            return self._short(data, at)
        size, name, body = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8], 8
        if size == 1:
            size, body = int.from_bytes(data[at + 8 : at + 16]), 16
        if _BOX_TYPE.fullmatch(name) is None or 0 < size < body:
            self._stopped = True
            return None
        if size == 0:
            self._to_the_end = self._stopped = bool(self._seen)
            return None
        return at, name, size

    def _short(self, data: bytes, at: int) -> tuple[int, bytes, int] | None:
        """A box of fewer than sixteen octets at the end of what is here."""
        size = int.from_bytes(data[at : at + 4])
        if len(data) - at >= 8 and 8 <= size <= len(data) - at:
            return at, data[at + 4 : at + 8], size
        return None

    def _passed(self, name: bytes) -> None:
        self._seen.add(name)


def brands_of(head: bytes) -> frozenset[bytes]:
    """The major and compatible brands of a file that begins with an `ftyp` box."""
    size = int.from_bytes(head[:4])
    listed = head[16 : min(size, len(head))]
    return frozenset({head[8:12], *(listed[at : at + 4] for at in range(0, len(listed), 4))})
