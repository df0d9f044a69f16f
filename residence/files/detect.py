"""What a file is, by its bytes: names lie, and a receptionist renames what was refused."""

import codecs
import re
from typing import Final

from residence.files.archive import Archive, require_size
from residence.files.encodings import encoding_of, without_utf32
from residence.files.objects import open_json
from residence.files.official_xml import open_xml
from residence.files.separated import open_csv
from residence.files.source import Source
from residence.files.xlsx import open_xlsx
from residence.rules.findings import FileRefused

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
# Excel before 1997, without the container of later ones.
_OLD_SHEETS: Final = (
    b"\x09\x08\x10\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x00\x04\x00",
)
# dBase and FoxPro: a version, the date of the last change, the number of rows, and the length of the header.
_DATABASE: Final = re.compile(rb"[\x03\x30\x31\x43\x83\x8b\xf5][\x00-\xff][\x01-\x0c][\x01-\x1f]", re.DOTALL)
_DOS_END: Final = b"\x1a"
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
_HTML: Final = re.compile(
    rb"(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*)*<(?:!doctype html|html|head|body|table|style|meta|div|title|span|p|center"
    rb"|br|tr|td|font|script|link|h[1-6]|form)\b",
    re.IGNORECASE | re.DOTALL,
)
_SHEET_XML: Final = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet|progid=\"Excel\.Sheet\"", re.IGNORECASE)
_FLAT_ODS: Final = re.compile(rb"<office:document\b")
_ARCHIVED_PAGE: Final = re.compile(rb"(?:mime-version:|content-type:\s*multipart/|from:\s*<saved by)", re.IGNORECASE)
_START: Final = 1024
_BLANK: Final = b" \t\r\n"
# Control characters that no list of guests holds.
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def open_file(data: bytes) -> Source:
    """The guests of a file of whichever kind. Raises FileRefused."""
    require_size(len(data))
    if data.startswith(_ZIP):
        return open_xlsx(data)
    data = without_utf32(data)
    if data.endswith(_DOS_END) and not data.startswith(_OLE):
        # Programs of DOS times end a text with it.
        data = data.rstrip(_DOS_END)
    _require_list(data)
    start = data[:_START].removeprefix(codecs.BOM_UTF8).lstrip(_BLANK)
    if not start:
        raise FileRefused("file_empty")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = data[:_START].decode("utf-16", "ignore").lstrip().encode()
    _require_no_page(start)
    if start.startswith(b"<"):
        return open_xml(_from_first_tag(data))
    if start.startswith((b"[{", b"{")) or _opens_list(start):
        return open_json(data)
    return open_csv(data)


def octets_unpacked(data: bytes) -> int:
    """How much there is to read in a file, by what its archive says of itself; reading stops there.

    0 for one that `open_file` refuses unread.
    """
    if not data.startswith(_ZIP):
        return len(data)
    try:
        return Archive(data).octets
    except FileRefused:
        return 0


def _require_no_page(start: bytes) -> None:
    """Raises FileRefused for web pages and other markup that spreadsheets open."""
    if _HTML.match(start):
        raise FileRefused("file_kind_not_taken", kind="trang web (HTML) mang tên Excel")
    if _ARCHIVED_PAGE.match(start):
        raise FileRefused("file_kind_not_taken", kind="trang web lưu trọn (MHT) mang tên Excel")
    if start.startswith(b"<") and _SHEET_XML.search(start):
        raise FileRefused("file_kind_not_taken", kind="bảng tính XML 2003")
    if start.startswith(b"<") and _FLAT_ODS.search(start):
        raise FileRefused("file_kind_not_taken", kind="OpenDocument (.fods)")


def _from_first_tag(data: bytes) -> bytes:
    """Without blanks before the declaration, which no XML reader takes there."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data
    return data.removeprefix(codecs.BOM_UTF8).lstrip(_BLANK)


def _require_list(data: bytes) -> None:
    """Raises FileRefused for kinds of files that hold no list we read."""
    if data.startswith(_OLE):
        if _LOCKED in data:
            raise FileRefused("password")
        raise FileRefused("file_kind_not_taken", kind="Excel đời cũ (.xls)")
    if data.startswith(_OLD_SHEETS):
        raise FileRefused("file_kind_not_taken", kind="Excel đời cũ (.xls)")
    if _DATABASE.match(data) and b"\0" in data[:32]:
        raise FileRefused("file_kind_not_taken", kind="tệp dBase/FoxPro (.dbf)")
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
