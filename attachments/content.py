"""What a file's own bytes say it is, and whether it is whole. Pure.

Only types that an officer's screen and an archive can show are known here. What the sender says of a file is a hint at
most: phones call a photo `application/octet-stream`, and a renamed program calls itself a photo.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from attachments.content_walks import HeifWalk, JpegWalk, PngWalk, brands_of

Refusal = Literal["file_type_unknown", "file_damaged", "file_locked"]
_EXTENSIONS: Final[dict[str, str]] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/heic": ".heic",
    "application/pdf": ".pdf",
}
KEPT_TYPES: Final = tuple(_EXTENSIONS)
KNOWN_TYPES: Final = frozenset(KEPT_TYPES)
# Enough to tell a type: readers look for a PDF's header in the first 1,024 octets (ISO 32000-1, annex H, note 13).
HEAD: Final = 2048
_PDF_WITHIN: Final = 1024
_HEVC_BRANDS: Final = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"})
_HEIF_BRANDS: Final = frozenset({b"mif1", b"mif2", b"msf1"})
_PDF_HEADER: Final = re.compile(rb"%PDF-|%!PS-Adobe-\d+\.\d+ PDF-\d")
# What may not stand before a PDF's header: other formats that hide behind it, and markup.
_OTHER_FORMATS: Final = (
    b"MZ",
    b"PK\x03\x04",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xd0\xcf\x11\xe0",
    b"Rar!",
    b"7z\xbc\xaf",
    b"GIF8",
    b"#!",
    b"<",
)
_SPACE: Final = b"\xef\xbb\xbf \t\r\n\f\0"
# A phone that says one of these has chosen a file that cannot become a paper, whatever its first octets are.
_HOPELESS: Final = re.compile(r"(?:video|audio)/.*|application/(?:zip|msword|x-msdownload|vnd\..*)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`media_type` by the bytes, with the reason where the file is refused all the same."""

    media_type: str | None
    refusal: Refusal | None


class _Walk(Protocol):
    """Reads a file of one kind in pieces; `whole` once its end has been seen."""

    def feed(self, chunk: bytes) -> None: ...

    @property
    def whole(self) -> bool: ...


class Inspector:
    """Looks at a file piece by piece, in order, and holds a few kilobytes of it at most."""

    def __init__(self) -> None:
        self._head = b""
        self._media_type: str | None = None
        self._walk: _Walk | None = None
        self._fed = 0

    def feed(self, chunk: bytes) -> None:
        self._fed += len(chunk)
        if self._walk is not None:
            self._walk.feed(chunk)
        elif self._media_type is None and len(self._head) < HEAD:
            self._head += chunk
            if len(self._head) >= HEAD:
                self._choose()

    @property
    def maybe_locked(self) -> bool:
        """Whether the file is a PDF that names an encryption: the whole of it must be looked at."""
        return isinstance(self._walk, PdfWalk) and self._walk.encrypted

    def verdict(self) -> Verdict:
        """Call it once all pieces were fed."""
        if self._walk is None:
            self._choose()
        if self._walk is None:
            return Verdict(None, "file_type_unknown")
        cut_off = isinstance(self._walk, PdfWalk) and self._walk.announced > self._fed
        return Verdict(self._media_type, None if self._walk.whole and not cut_off else "file_damaged")

    def _choose(self) -> None:
        self._media_type = kind_of(self._head)
        if self._media_type is not None:
            self._walk = _WALKS[self._media_type]()
            self._walk.feed(self._head)
            self._head = b""


class PdfWalk:
    """Looks for a PDF's end mark; what may follow it is anything but the beginning of another revision.

    Mail programs, scanners and web servers leave zeros, blanks or lines of their own behind the mark. Fax servers and
    print drivers lose the mark itself or a part of it; what stands before it leads a reader to all of the file.
    """

    _END: Final = b"%%EOF"
    _OBJECT: Final = re.compile(rb"\d\s+\d+\s+obj\b")
    _LENGTH: Final = re.compile(rb"/Linearized\b.{0,200}?/L\s+(\d{1,10})\b", re.DOTALL)
    _OVERLAP: Final = 32
    _LAST_LINES: Final = re.compile(rb"startxref\s+\d+\s+%{0,2}E?O?\s*\Z")
    _TAIL: Final = 64

    def __init__(self) -> None:
        self._carry = b""
        self._begun_again = False
        self._ended = False
        self._first = True
        self._tail = b""
        self.encrypted = False
        self.announced = 0

    def feed(self, chunk: bytes) -> None:
        if self._first:
            # A file laid out for the web has an end mark near its beginning, and says how long it is (annex F).
            found = self._LENGTH.search(chunk)
            self.announced = int(found[1]) if found else 0
            self._first = False
        window = self._carry + chunk
        self.encrypted = self.encrypted or b"/Encrypt" in window
        end = window.rfind(self._END)
        if end >= 0:
            self._ended, self._begun_again = True, False
        self._begun_again = self._begun_again or self._OBJECT.search(window, max(end, 0)) is not None
        self._carry = window[-self._OVERLAP :]
        self._tail = (self._tail + chunk)[-self._TAIL :]

    @property
    def whole(self) -> bool:
        return (self._ended and not self._begun_again) or self._LAST_LINES.search(self._tail) is not None


_WALKS: Final[dict[str, type[JpegWalk] | type[PngWalk] | type[HeifWalk] | type[PdfWalk]]] = {
    "image/jpeg": JpegWalk,
    "image/png": PngWalk,
    "image/heic": HeifWalk,
    "application/pdf": PdfWalk,
}


def kind_of(head: bytes) -> str | None:
    """The media type that the first HEAD octets (or all there are) bear out, or None."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[4:8] == b"ftyp":
        return "image/heic" if _is_heic(head) else None
    header = _PDF_HEADER.search(head, 0, _PDF_WITHIN + len(b"%PDF-"))
    if header is None:
        return None
    before = head[: header.start()].lstrip(_SPACE)
    return None if before.startswith(_OTHER_FORMATS) else "application/pdf"


def hopeless(head: bytes, size: int) -> bool:
    """Whether no more octets can make a known type of a file of `size` octets that begins with `head`."""
    return len(head) >= min(HEAD, size) and kind_of(head) is None


def is_hopeless_type(declared: str) -> bool:
    """Whether a declared media type names a format of which no file is taken; a vague or wrong name does not."""
    return _HOPELESS.fullmatch(declared.split(";", 1)[0].strip().lower()) is not None


def file_name(dossier_code: str | None, code: str, media_type: str) -> str:
    """The name a file of a dossier is downloaded by: safe in a header, never the sender's own."""
    return f"{dossier_code or 'nhap'}-{code}{_EXTENSIONS[media_type]}"


def _is_heic(head: bytes) -> bool:
    brands = brands_of(head)
    if not brands.isdisjoint(_HEVC_BRANDS):
        return True
    # AVIF calls itself mif1 too; no desk's viewer is sure to show it.
    return not brands.isdisjoint(_HEIF_BRANDS) and brands.isdisjoint({b"avif", b"avis"})
