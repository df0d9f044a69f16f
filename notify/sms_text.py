"""Texts as a phone network counts them: GSM 03.38 septets or UCS-2 units (3GPP TS 23.038, 23.040)."""

import re
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from kernel.vietnam import strip_accents

Encoding = Literal["GSM-7", "UCS-2"]

_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = "\f^{}\\[~]|€"
_ONLY_BASIC: Final = re.compile(f"[{re.escape(_BASIC)}]*")
_ONLY_GSM: Final = re.compile(f"[{re.escape(_BASIC + _EXTENSION)}]*")
_DOUBLE: Final = re.compile(f"[{re.escape(_EXTENSION)}]")
_NOT_GSM: Final = re.compile(f"[^{re.escape(_BASIC + _EXTENSION)}]")
_SPELLED: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))), " "),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
        **dict.fromkeys("•·▪●", "-"),
        "\t": " ",
        "…": "...",
        "×": "x",
        "÷": ":",
        "→": "->",
        "≤": "<=",
        "≥": ">=",
        "₫": "d",
        "№": "So",
    }
)


class Measure(NamedTuple):
    """What a text costs: `units` are septets (GSM-7) or 16-bit units (UCS-2), `segments` the parts sent, at least 1."""

    encoding: Encoding
    units: int
    segments: int


class NotGsm7(ValueError):  # noqa: N818 - reads as what it says of the text
    """A text that the GSM-7 alphabet cannot carry; `characters` are those at fault, each once, in order."""

    def __init__(self, characters: str) -> None:
        super().__init__("outside GSM-7: " + ", ".join(f"U+{ord(c):04X}" for c in characters))
        self.characters = characters


def measure(text: str) -> Measure:
    """Encoding, units and segments of `text` as it stands. A character of two units never straddles two segments."""
    if _ONLY_BASIC.fullmatch(text):
        return Measure("GSM-7", len(text), 1 if len(text) <= 160 else -(-len(text) // 153))
    if _ONLY_GSM.fullmatch(text):
        return Measure("GSM-7", *_fill((2 if c in _EXTENSION else 1 for c in text), single=160, each=153))
    return Measure("UCS-2", *_fill((2 if c > "\uffff" else 1 for c in text), single=70, each=67))


def septets(text: str) -> int:
    """Room that `text` takes in GSM-7; a character outside the alphabet counts as one."""
    return len(text) + len(_DOUBLE.findall(text))


def utf16_units(text: str) -> int:
    """Room that `text` takes in UCS-2."""
    return len(text) + sum(char > "\uffff" for char in text)


def _fill(widths: Iterable[int], *, single: int, each: int) -> tuple[int, int]:
    total, segments, used = 0, 1, 0
    for width in widths:
        total += width
        if used + width > each:
            segments, used = segments + 1, 0
        used += width
    return total, 1 if total <= single else segments


def to_gsm7(text: str, *, unknown: str | None = None) -> str:
    """`text` without Vietnamese accents, in the GSM-7 alphabet: typographic quotes, dashes and spaces get plain ones.

    What still lies outside is replaced by `unknown`, or raises NotGsm7 when that is None.
    """
    # Not only Vietnamese letters lose their marks: è and ä are GSM-7, yet beside unaccented words they look like slips.
    # Spelled out twice, because normalising turns some look-alikes into characters of the table.
    plain = strip_accents(text.translate(_SPELLED)).translate(_SPELLED)
    if unknown is not None:
        return _NOT_GSM.sub(unknown, plain)
    if strangers := "".join(dict.fromkeys(_NOT_GSM.findall(plain))):
        raise NotGsm7(strangers)
    return plain
