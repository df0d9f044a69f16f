"""What a file's own bytes say it is. Pure.

Only types that an officer's screen and an archive can show are known here; a declared type that the bytes do not bear
out is refused, since a renamed program would otherwise reach an officer's desk.
"""

from typing import Final

# Signatures from the formats' specifications: ISO 10918 (JPEG), RFC 2083 (PNG), ISO 32000 (PDF), ISO 23008-12 (HEIF).
_SIGNATURES: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)
_HEIF_BRANDS: Final = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
_TAILS: Final[dict[str, tuple[bytes, int]]] = {
    "image/jpeg": (b"\xff\xd9", 64 * 1024),
    "image/png": (b"IEND\xaeB`\x82", 64 * 1024),
    "application/pdf": (b"%%EOF", 64 * 1024),
}
_EXTENSIONS: Final[dict[str, str]] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/heic": ".heic",
    "application/pdf": ".pdf",
}
KEPT_TYPES: Final = tuple(_EXTENSIONS)
KNOWN_TYPES: Final = frozenset(KEPT_TYPES)
HEAD = 64
TAIL = 64 * 1024


def media_type_of(head: bytes, tail: bytes) -> str | None:
    """The media type that the first HEAD and last TAIL bytes bear out, or None: unknown, or cut off before its end."""
    found = next((media_type for signature, media_type in _SIGNATURES if head.startswith(signature)), None)
    if found is None and head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "image/heic"
    if found is None:
        return None
    mark, window = _TAILS[found]
    return found if mark in tail[-window:] else None


def same_type(declared: str, found: str) -> bool:
    """Whether a declared media type names the found one; HEIC and HEIF are one family, JPEG has an old alias."""
    aliases = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/heif": "image/heic"}
    plain = declared.split(";", 1)[0].strip().lower()
    return aliases.get(plain, plain) == found


def extension_of(media_type: str) -> str:
    return _EXTENSIONS[media_type]
