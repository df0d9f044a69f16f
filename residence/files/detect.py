"""What a file is, by its bytes: names lie, and a receptionist renames what was refused."""

import codecs
import re
from typing import Final

from residence.files.archive import require_size
from residence.files.encodings import encoding_of
from residence.files.objects import open_json
from residence.files.official_xml import open_xml
from residence.files.separated import open_csv
from residence.files.source import Source
from residence.files.xlsx import open_xlsx
from residence.findings import FileRefused

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_NOT_LISTS: Final = (
    (b"%PDF", "tệp PDF"),
    (b"\xff\xd8\xff", "ảnh JPEG"),
    (b"\x89PNG", "ảnh PNG"),
    (b"GIF8", "ảnh GIF"),
    (b"{\\rtf", "văn bản RTF"),
    (b"Rar!", "tệp nén RAR"),
    (b"7z\xbc\xaf", "tệp nén 7z"),
    (b"\x1f\x8b", "tệp nén GZIP"),
    (b"MZ", "chương trình"),
    (b"\x7fELF", "chương trình"),
)
_HTML: Final = re.compile(rb"<(?:!doctype html|html|head|body|table|style)\b", re.IGNORECASE)
_START: Final = 1024
_BLANK: Final = b" \t\r\n"
# Control characters that no list of guests holds.
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def open_file(data: bytes) -> Source:
    """The guests of a file of whichever kind. Raises FileRefused."""
    require_size(len(data))
    if data.startswith(_ZIP):
        return open_xlsx(data)
    _require_list(data)
    start = data[:_START].removeprefix(codecs.BOM_UTF8).lstrip(_BLANK)
    if not start:
        raise FileRefused("file_empty")
    if _HTML.match(start):
        raise FileRefused("file_kind_not_taken", kind="trang HTML mang tên Excel")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = data[:_START].decode("utf-16", "ignore").lstrip().encode()
    if start.startswith(b"<"):
        return open_xml(data)
    if start.startswith((b"[{", b"{")) or _opens_list(start):
        return open_json(data)
    return open_csv(data)


def _require_list(data: bytes) -> None:
    """Raises FileRefused for kinds of files that hold no list we read."""
    if data.startswith(_OLE):
        if _LOCKED in data:
            raise FileRefused("password")
        raise FileRefused("file_kind_not_taken", kind="Excel đời cũ (.xls)")
    for mark, kind in _NOT_LISTS:
        if data.startswith(mark):
            raise FileRefused("file_not_a_list", kind=kind)
    if data and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and _BINARY.search(data[:_START]):
        _require_utf16(data)


def _require_utf16(data: bytes) -> None:
    try:
        text = data[: _START // 2 * 2].decode(encoding_of(data[: _START // 2 * 2]))
    except FileRefused:
        raise FileRefused("file_unknown") from None
    if _BINARY.search(text.encode()):
        raise FileRefused("file_unknown")


def _opens_list(start: bytes) -> bool:
    """A JSON list, and not a CSV whose first cell is "[EXAMPLE]"."""
    return start.startswith(b"[") and start[1:].lstrip(_BLANK)[:1] in (b"{", b"]")
