"""Which Unicode a text file is in; what Excel saves as "ANSI" has lost letters before it comes here and is refused."""

import codecs
import re
from typing import Final

from residence.rules.findings import FileRefused

_CHUNK: Final = 1 << 18
_START: Final = 4096
_FEWEST_OF_UTF32: Final = 16
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Vietnamese in single bytes: the letters, read as Windows-1252, that betray the table TCVN3, and the combining tone
# marks after a letter that betray Windows-1258.
_TCVN3: Final = frozenset("µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞãßáâä«åèæçé¬êíëìîóïñòô\xadõøö÷ùúýûüþ§")
_WINDOWS_1258: Final = re.compile(rb"[A-Za-z\xc2\xca\xd4\xe2\xea\xf4\xe3\xf5\xfd\xdd\xc3][\xcc\xec\xd2\xde\xf2]")


def encoding_of(data: bytes) -> str:
    """The Python name of the Unicode encoding of a whole text. Raises FileRefused naming the likely other one."""
    if data.startswith(_UTF16_MARKS):
        name = "utf-16"
    elif b"\0" in data[:_START]:
        start = data[:_START]
        name = "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    else:
        name = "utf-8-sig"
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for place in range(0, len(data), _CHUNK):
            decoder.decode(data[place : place + _CHUNK])
        decoder.decode(b"", True)  # noqa: FBT003 - the signature is the library's
    except UnicodeDecodeError:
        raise FileRefused("encoding", guess=_likely(data)) from None
    return name


def without_utf32(data: bytes) -> bytes:
    """A text in UTF-32 as UTF-8; anything else as it is. Raises FileRefused for one that is cut."""
    start = data[:_START]
    little = start.startswith(codecs.BOM_UTF32_LE) and b"\0\0" in start[4:12]
    big = start.startswith(codecs.BOM_UTF32_BE)
    # Without a mark: three of four bytes of Latin text are 0, always the same three.
    if not (little or big) and len(start) >= _FEWEST_OF_UTF32:
        little = not any(start[2::4]) and not any(start[3::4]) and any(start[::4]) and not any(start[1:16:4])
        big = not any(start[::4]) and not any(start[1::4]) and any(start[3::4]) and not any(start[2:16:4])
    if not (little or big):
        return data
    try:
        text = data.decode("utf-32-le" if little else "utf-32-be")
    except UnicodeDecodeError:
        raise FileRefused("encoding", guess="UTF-32 bị cắt") from None
    return text.removeprefix("\ufeff").encode("utf-8", "replace")


def _likely(data: bytes) -> str:
    if data.startswith(_UTF16_MARKS) or b"\0" in data[:_START]:
        return "UTF-16 bị cắt"
    high = [byte for byte in data if byte > 127]
    signs = bytes(high).decode("cp1252", "replace")
    if len(_WINDOWS_1258.findall(data)) * 6 > len(high):
        return "Windows-1258"
    if sum(sign in _TCVN3 for sign in signs) * 10 > len(signs) * 9:
        return "TCVN3 (ABC)"
    return "Windows-1252 hoặc VNI"
