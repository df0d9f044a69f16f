"""Printed papers as PDF, and the QR codes on them."""

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import quote

from kernel.texts.printing import printable

# One for an archive, one for a screen reader; both refuse a document with a character that no font can show.
_ARCHIVE: Final = "a-2a"
_ACCESSIBLE: Final = "ua-1"
_LONG_WORD: Final = re.compile(r"\S{28}(?=\S)")
_ZERO_WIDTH_SPACE: Final = "\u200b"


@dataclass(frozen=True, slots=True)
class Heading:
    """What names a paper: its title and code, who issues it, and the instant (aware) that it tells of.

    The instant is the PDF's own date, so that the same facts give the same bytes.
    """

    title: str
    code: str
    author: str
    at: datetime


def write_pdf(template: bytes, heading: Heading, facts: Mapping[str, object]) -> bytes:
    """A paper as PDF/A-2a and PDF/UA-1, tagged, with built-in fonts alone.

    `template` is Typst; it finds the heading's and its own values in `facts`, and the helpers of `data/paper.typ`.
    Every value reaches it as data. Texts must be `shown` before, or be ours: a character that no font has is an error.
    """
    at = heading.at.astimezone(UTC).replace(microsecond=0)
    named = {"title": heading.title, "code": heading.code, "author": heading.author, "at": at.timetuple()[:6]}
    # Loaded with the first paper: most web workers' memory never needs a typesetter.
    import typst

    pdf = typst.compile(
        _paper() + template,
        sys_inputs={"facts": json.dumps({**named, **facts})},
        ignore_system_fonts=True,
        pdf_standards=[_ARCHIVE, _ACCESSIBLE],
        timestamp=at,
    )
    if not isinstance(pdf, bytes):
        raise TypeError("a list comes only for formats of one file a page")
    return pdf


def shown(text: str) -> str:
    """The text with only what the built-in font has, else U+FFFD; a word too long for a line may be broken."""
    return _LONG_WORD.sub(rf"\g<0>{_ZERO_WIDTH_SPACE}", printable(text))


def qr_svg(payload: str) -> str:
    """The QR code of a text, as SVG."""
    import segno

    drawing = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(drawing, kind="svg", border=2, xmldecl=False)
    return drawing.getvalue().decode()


def checked_at(page_url: str, payload: str) -> str:
    """The address that a QR code holds: the payload behind the `#` of a page, a part that no browser ever sends."""
    return f"{page_url}#{quote(payload)}"


@cache
def _paper() -> bytes:
    return files("kernel").joinpath("data/paper.typ").read_bytes()
