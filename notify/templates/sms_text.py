"""Texts as a phone network counts them: GSM 03.38 septets or UCS-2 units (3GPP TS 23.038, 23.040)."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby
from typing import Final, Literal, NamedTuple

from kernel.texts.folding import is_foreign, spell

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
_LOST: Final = "\0"
_SEVERAL_LOST: Final = re.compile(r"\0(?:[\s,;/&-]*\0)*")
_EMPTY_BRACKETS: Final = re.compile(r"\(\s*\)|\[\s*\]|\{\s*\}|\"\s*\"|'\s*'")
_ENDS: Final = " ,;:/|&-"


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


class Spelled(NamedTuple):
    """One line of GSM-7; `lost`: whether letters or digits had no spelling and are gone."""

    text: str
    lost: bool


def to_gsm7(text: str) -> str:
    """`text` without Vietnamese accents, in the GSM-7 alphabet: every sign by its usual plain spelling.

    Raises NotGsm7 for what has none.
    """
    plain = spell(text)
    if strangers := "".join(dict.fromkeys(_NOT_GSM.findall(plain))):
        raise NotGsm7(strangers)
    return plain


def spelled(text: str, *, gap: str = "") -> Spelled:
    """One line of `text` in GSM-7. Symbols without a spelling are left out; so are words of other scripts, in whose
    place `gap` stands."""
    plain = spell(text)
    if not _NOT_GSM.search(plain):
        return Spelled(" ".join(plain.split()), lost=False)
    words = [_without_strangers(word) for word in plain.split()]
    line = " ".join(word for word in words if word)
    if _LOST not in line:
        return Spelled(line, lost=False)
    line = _EMPTY_BRACKETS.sub("", _SEVERAL_LOST.sub(gap, line).replace(f"({gap})", gap))
    return Spelled(" ".join(line.split()).strip(_ENDS), lost=True)


def _without_strangers(word: str) -> str:
    """A letter of an alphabet takes the letters beside it with it: half a word is another word."""
    kept: list[str] = []
    for letters, run in groupby(word, key=_is_letter):
        signs = "".join(run)
        strange = _NOT_GSM.findall(signs)
        if letters and any(sign.lower() != sign.upper() for sign in strange):
            kept.append(_LOST)
        else:
            kept.append(_NOT_GSM.sub(_gap_or_nothing, signs) if strange else signs)
    return "".join(kept)


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LM"


def _gap_or_nothing(stranger: re.Match[str]) -> str:
    return _LOST if is_foreign(stranger[0]) else ""
