"""A file's name as its sender's machine knows it, made fit to be shown and saved anywhere. Pure.

It is never used as a path of ours. An officer who saves the file must not be led astray by it either.
"""

import re
import unicodedata
from typing import Final
from urllib.parse import unquote_to_bytes

_LONGEST: Final = 120
# What most file systems take.
_MOST_OCTETS: Final = 255
_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_FORBIDDEN: Final = frozenset('<>:"/\\|?*')
# Names that Windows keeps for devices, whatever extension follows.
_RESERVED: Final = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])(?:\s*\..*)?", re.IGNORECASE
)


def clean_file_name(sent: str) -> str:
    """The last part of a path in NFC, without what cannot be seen or saved; empty where nothing is left.

    Where the name came in URL escapes, they are read first, so that none of this hides behind them.
    """
    name = unicodedata.normalize("NFC", _unescaped(sent))
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(sign for sign in name if sign.isprintable() and sign not in _FORBIDDEN and sign != "\ufffd")
    name = name.strip().rstrip(". ")
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return _cut(name)


def _unescaped(sent: str) -> str:
    if not _ESCAPE.search(sent):
        return sent
    try:
        return unquote_to_bytes(sent).decode()
    except UnicodeDecodeError:
        return sent


def _cut(name: str) -> str:
    """`name` within the bounds, with its extension where that is short."""
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or len(extension) > 10:
        stem, dot, extension = name, "", ""
    ending = dot + extension
    stem = stem[: _LONGEST - len(ending)]
    while len((stem + ending).encode()) > _MOST_OCTETS:
        stem = stem[:-1]
    return stem.rstrip(". ") + ending if ending else stem.rstrip(". ")
