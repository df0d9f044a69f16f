"""A workbook's zip archive looked at before anything is unpacked, and unpacked only as far as it may grow."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from residence.files.source import MEGABYTE, MOST_BYTES, MOST_GUESTS
from residence.findings import FileRefused

_MOST_MEMBERS: Final = 2000
_LARGEST_MEMBER: Final = 48 * MEGABYTE
_LARGEST_SUM: Final = 512 * MEGABYTE
# Sheets shrink to a tenth or, where every row is the same, to a thirtieth.
_SUSPICIOUS_RATIO: Final = 150
_SMALL: Final = 2 * MEGABYTE
_CHUNK: Final = 1 << 18
_ENCRYPTED: Final = 0x1
_MACROS: Final = ("vbaproject.bin", "vbadata.xml")
_MACRO_FOLDERS: Final = ("xl/macrosheets/", "xl/activex/", "xl/dialogsheets/")


class Archive:
    """One zip file. Every method raises FileRefused for what is broken, locked, armed or out of proportion."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, RuntimeError, OSError):
            raise FileRefused("broken", detail="ZIP") from None
        self._members = {info.filename: info for info in self._zip.infolist()}
        self._require_harmless()

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def names(self) -> list[str]:
        return list(self._members)

    def read(self, name: str) -> bytes:
        """A whole member, at most as large as a sheet may be."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """A member in pieces; the checksum is verified at its end."""
        if name not in self._members:
            raise FileRefused("broken", detail=name)
        grown = 0
        try:
            with self._zip.open(self._members[name]) as member:
                while chunk := member.read(_CHUNK):
                    grown += len(chunk)
                    if grown > _LARGEST_MEMBER:
                        raise FileRefused("file_bomb")
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError):
            raise FileRefused("broken", detail="ZIP") from None

    def _require_harmless(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > _MOST_MEMBERS or len(infos) != len(self._members):
            raise FileRefused("file_bomb")
        for info in infos:
            if info.flag_bits & _ENCRYPTED:
                raise FileRefused("password")
            name = info.filename.casefold()
            if name.endswith(_MACROS) or name.startswith(_MACRO_FOLDERS):
                raise FileRefused("file_macros")
            if info.file_size > _SMALL and info.file_size > _SUSPICIOUS_RATIO * max(info.compress_size, 1):
                raise FileRefused("file_bomb")
        if sum(info.file_size for info in infos) > _LARGEST_SUM:
            raise FileRefused("file_bomb")


def require_size(size: int) -> None:
    """Raises FileRefused for a file larger than any list of guests."""
    if size > MOST_BYTES:
        raise FileRefused("file_too_large", limit=MOST_BYTES // MEGABYTE, most=MOST_GUESTS)
