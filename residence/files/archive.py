"""A workbook's zip archive looked at before anything is unpacked, and unpacked only as far as it may grow."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from residence.files.source import MEGABYTE, MOST_BYTES, MOST_GUESTS
from residence.rules.findings import FileRefused

_MOST_MEMBERS: Final = 2000
_LARGEST_MEMBER: Final = 48 * MEGABYTE
_LARGEST_SUM: Final = 512 * MEGABYTE
# Sheets shrink to a tenth or, where every row is the same, to a thirtieth.
_SUSPICIOUS_RATIO: Final = 150
_SMALL: Final = 2 * MEGABYTE
_CHUNK: Final = 1 << 18
_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_PACKAGE: Final = "_rels/.rels"
_KNOWN: Final = (
    _WORKBOOK,
    _RELATIONS,
    _PACKAGE,
    "[Content_Types].xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    *(f"xl/worksheets/sheet{number}.xml" for number in range(1, 21)),
)
_MAIN: Final = re.compile(
    rb"<[^>]*?Target\s*=\s*[\"']([^\"']+)[\"'][^>]*?/officeDocument[\"']|<[^>]*?/officeDocument[\"'][^>]*?Target\s*=\s*[\"']([^\"']+)[\"']"
)
_BACKWARD: Final = re.compile(rb"Target\s*=\s*[\"'][^\"']*\\[^\"']*[\"']")
# A list of guests is a fraction of this; what is larger keeps its odd names and is not read.
_REWRITTEN: Final = 64 * MEGABYTE
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

    def standard(self) -> bytes | None:
        """The same archive with the names that readers look for, or None where it has them already.

        Programs write backslashes, other cases and other names of the main part ("xl/workbook2.xml"), which is then
        named by the relations of the package.
        """
        renamed = self._renamed()
        if all(old == new for old, new in renamed.items()) and not self._points_backwards():
            return None
        if len(set(renamed.values())) != len(renamed) or self.octets > _REWRITTEN:
            raise FileRefused("broken", detail="ZIP")
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for old, new in renamed.items():
                content = self.read(old)
                archive.writestr(new, _BACKWARD.sub(_forward, content) if new.endswith(".rels") else content)
        return out.getvalue()

    def _points_backwards(self) -> bool:
        """Whether the workbook's relations name its parts with backslashes."""
        return _RELATIONS in self and _BACKWARD.search(self.read(_RELATIONS)) is not None

    def _renamed(self) -> dict[str, str]:
        """Name as stored -> name as it should be."""
        plain = {name: name.replace("\\", "/").lstrip("/").removeprefix("./") for name in self._members}
        known = {name.lower(): name for name in _KNOWN}
        plain = {old: known.get(new.lower(), new) for old, new in plain.items()}
        main = self._main_part(plain)
        if main and main != _WORKBOOK and main in plain.values() and _WORKBOOK not in plain.values():
            folder, _, last = main.rpartition("/")
            moved = {main: _WORKBOOK, f"{folder}/_rels/{last}.rels": _RELATIONS}
            plain = {old: moved.get(new, new) for old, new in plain.items()}
        return plain

    def _main_part(self, plain: dict[str, str]) -> str:
        stored = next((old for old, new in plain.items() if new == _PACKAGE), None)
        match = _MAIN.search(self.read(stored)) if stored else None
        return "" if match is None else (match[1] or match[2]).decode("utf-8", "replace").replace("\\", "/").lstrip("/")

    @property
    def octets(self) -> int:
        """What its members say to hold when unpacked. None is unpacked any further."""
        return sum(info.file_size for info in self._members.values())

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
            name = info.filename.lower()
            if name.endswith(_MACROS) or name.startswith(_MACRO_FOLDERS):
                raise FileRefused("file_macros")
            if info.file_size > _SMALL and info.file_size > _SUSPICIOUS_RATIO * max(info.compress_size, 1):
                raise FileRefused("file_bomb")
        if self.octets > _LARGEST_SUM:
            raise FileRefused("file_bomb")


def _forward(match: re.Match[bytes]) -> bytes:
    return match[0].replace(b"\\", b"/")


def require_size(size: int) -> None:
    """Raises FileRefused for a file larger than any list of guests."""
    if size > MOST_BYTES:
        raise FileRefused("file_too_large", limit=MOST_BYTES // MEGABYTE, most=MOST_GUESTS)
