"""How many parts a text message takes: GSM 03.38 septets or UCS-2 code units (3GPP TS 23.038, 23.040)."""

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"
_ALL_BASIC = re.compile(f"[{re.escape(_BASIC)}]*")
_ALL_GSM = re.compile(f"[{re.escape(_BASIC + _EXTENDED)}]*")


class Segments(NamedTuple):
    """`units` are septets (GSM-7) or 16-bit code units (UCS-2); `parts` is at least 1, also for no text at all."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    parts: int


def count(text: str) -> Segments:
    """The parts a text is sent in. A character of two units never straddles two parts."""
    if _ALL_BASIC.fullmatch(text):
        return Segments("GSM-7", len(text), 1 if len(text) <= 160 else -(-len(text) // 153))
    if _ALL_GSM.fullmatch(text):
        return Segments("GSM-7", *_fill((2 if char in _EXTENDED else 1 for char in text), 160, 153))
    return Segments("UCS-2", *_fill((2 if char > "\uffff" else 1 for char in text), 70, 67))


def _fill(widths: Iterable[int], single: int, each: int) -> tuple[int, int]:
    units, parts, used = 0, 1, 0
    for width in widths:
        units += width
        if used + width > each:
            parts, used = parts + 1, 0
        used += width
    return units, 1 if units <= single else parts
