"""Letters of names and other texts: what a machine-readable zone holds, and what a wrong encoding leaves. Pure."""

import re
import unicodedata
from typing import Final

from kernel.texts.folding import strip_accents
from kernel.texts.lookalikes import APOSTROPHES, DASHES

_MRZ_SHAPE: Final = re.compile(r"[A-Z0-9 ]+")
_MRZ_FILLER: Final = re.compile(r"<+")
# No text holds these: control characters, the mark of a byte that could not be decoded, and two-letter debris of UTF-8
# read as Windows-1252.
_GARBLED: Final = re.compile(
    r"[\u0000-\u001f\u0080-\u009f\ufffd]|á[\u00ba\u00bb]|[ÃÄÆ][\u00a1-\u00bf\u2018-\u201e\u2020\u2021\u2030\u20ac]"
)
# No name holds these either: signs of Latin-1 where TCVN3 has letters.
_SIGNS: Final = re.compile(r"[\u00a0-\u00bf\u00d7\u00f7\u2020\u2021\u2030\u20ac]")
# A letter replaced by a question mark is what saving as "ANSI" leaves of Vietnamese.
_QUESTION: Final = re.compile(r"\w\?|\?\w")
# Letters of TCVN3 read as Windows-1252; real in names of other languages, so only a reason to look.
_ODD: Final = re.compile(r"[ÄÅÆËÎÏÖØÛÜÞßäåæëîïöøûüþÿðÐÇç]")

# VNI writes a tone or a hat as a letter of its own after the vowel. After a and e no Vietnamese word has these; after o
# and u some names of minorities do, so one pair alone says nothing.
_MARKS: Final = "âêáàãõïûùúéèëäåüøÂÊÁÀÃÕÏÛÙÚÉÈËÄÅÜØ"
_VNI: Final = re.compile(f"[aA][{_MARKS}]|[eE][{_MARKS}]")
_VNI_PERHAPS: Final = re.compile("[oOuUöÖôÔ][õïûùøÕÏÛÙØ]|[ñÑ][aeiouyöôAEIOUYÖÔ]")
_ENOUGH: Final = 2

_APOSTROPHE: Final = re.compile(f"['{APOSTROPHES}]")
_BETWEEN: Final = re.compile(rf"[\s\-{DASHES}.,]+")

# Letters that are spelled out; all others just lose their marks.
_SPELLED: Final = {
    "Ä": "AE",
    "Å": "AA",
    "Æ": "AE",
    "Ö": "OE",
    "Ø": "OE",
    "Ü": "UE",
    "ẞ": "SS",
    "Þ": "TH",
    "Œ": "OE",
    "Ð": "D",
    "Ł": "L",
    "Ħ": "H",
    "ı": "I",
    "Ŋ": "N",
    "Ŧ": "T",
    "Ĳ": "IJ",
}


def from_mrz_letters(name: str) -> str:
    """A name copied from a machine-readable zone, its fillers as spaces."""
    return _MRZ_FILLER.sub(" ", name).strip() if "<" in name else name


def is_mrz_shaped(name: str) -> bool:
    """Capital letters, digits and spaces only."""
    return _MRZ_SHAPE.fullmatch(name) is not None


def is_garbled(text: str) -> bool:
    """Whether a wrong encoding left marks that no text of this kind holds."""
    return not text.isascii() and _GARBLED.search(text) is not None


def is_garbled_name(name: str) -> bool:
    """The same for a name, where letters never turn to question marks by themselves."""
    if name.isascii():
        return "?" in name and _QUESTION.search(name) is not None
    return is_garbled(name) or _SIGNS.search(name) is not None or _QUESTION.search(name) is not None


def is_vni(text: str) -> bool:
    """Whether Vietnamese was typed for a font of VNI: "Nguyeãn Vaên Taâm"."""
    if text.isascii():
        return False
    return _VNI.search(text) is not None or len(_VNI_PERHAPS.findall(text)) >= _ENOUGH


def has_odd_letters(name: str) -> bool:
    """Whether a Vietnamese name holds letters that a wrong font leaves."""
    return not name.isascii() and _ODD.search(name) is not None


def transliterate(name: str) -> str:
    """A name as a machine-readable zone spells it (ICAO 9303-3, section 6); empty where letters are not Latin."""
    letters = "".join(_SPELLED.get(sign, sign) for sign in unicodedata.normalize("NFC", name).upper())
    spaced = _BETWEEN.sub(" ", _APOSTROPHE.sub("", strip_accents(letters))).strip()
    return spaced if is_mrz_shaped(spaced) else ""
