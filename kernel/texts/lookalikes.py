"""Signs that look alike, are invisible, or have a usual plain spelling. Data for `kernel.texts.folding`.

The letters follow Unicode's confusables (UTS #39), cut down to what can stand in a Vietnamese or Latin word.
"""

from collections.abc import Mapping
from typing import Final

# Variation selectors, fillers and joiners that are neither format nor control characters by category.
INVISIBLE: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\ufffc"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
APOSTROPHES: Final = "‘’‚‛′‵ʹʻʼʽʾʿˈˊˋ`´΄᾽᾿῾՚׳ꞌ＇｀"
QUOTES: Final = "“”„‟″‶«»〝〞〟❝❞＂"
DASHES: Final = "‐‑‒–—―⸺⸻⸗−⁃˗➖─━﹘﹣－֊᠆〜〰゠"

# By the shape of the letter as it is written. Cyrillic and Greek, then Armenian and Roman letters of other blocks.
_CAPITALS: Final = {
    **dict(zip("АВЕЅІЈКМНОРСТУХҮԚԜҺ", "ABESIJKMHOPCTYXYQWH", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ", "ABEZHIKMNOPTYXCJ", strict=True)),
    **dict(zip("ՕՍꓐꓔꓑꓓꓮꓳ", "OUBTPDAO", strict=True)),
}
_SMALL: Final = {
    **dict(zip("аеорсухѕіјԁԛԝһүѵӏ", "aeopcyxsijdqwhyvl", strict=True)),
    **dict(zip("αονρικχυϲϳ", "aovpikxucj", strict=True)),
    **dict(zip("օսոհɑɡ", "ounhag", strict=True)),
}
SHAPED: Final[Mapping[int, str]] = {ord(sign): letter for sign, letter in (_CAPITALS | _SMALL).items()}
OF_CAPITALS: Final[Mapping[int, str]] = {ord(sign): letter for sign, letter in _CAPITALS.items()}
# After case folding a capital is told from its small letter no more: both are read by the capital's shape, where that
# has one.
CASELESS: Final[Mapping[int, str]] = {
    ord(sign): letter
    for sign, letter in (
        _SMALL | {sign.casefold(): letter.casefold() for sign, letter in _CAPITALS.items() if len(sign.casefold()) == 1}
    ).items()
}
# Small letters whose own shape is that of another Latin letter than their capital's.
EYED: Final[Mapping[int, str]] = {ord("ν"): "v", ord("η"): "n", ord("υ"): "u"}

SPELLED_LETTERS: Final[Mapping[int, str]] = {
    ord(sign): letters
    for sign, letters in {
        "ß": "ss",
        "ẞ": "SS",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "þ": "th",
        "Þ": "Th",
        "ŋ": "ng",
        "Ŋ": "Ng",
        "ə": "e",
        "Ə": "E",
        "ĸ": "k",
    }.items()
}
SPELLED_SIGNS: Final[Mapping[int, str]] = {
    **dict.fromkeys(map(ord, "•·∙‧▪●■◦○□◆◇▸►▶‣⦁・･"), "-"),
    **dict.fromkeys(map(ord, "‹›「」『』《》〈〉"), '"'),
    **{
        ord(sign): plain
        for sign, plain in {
            "\t": " ",
            "…": "...",
            "‥": "..",
            "×": "x",
            "÷": ":",
            "⁄": "/",
            "∕": "/",
            "¦": "|",
            "→": "->",
            "⇒": "=>",
            "←": "<-",
            "≤": "<=",
            "≥": ">=",
            "≠": "!=",
            "≈": "~",
            "±": "+/-",
            "°": "o",
            "µ": "u",
            "μ": "u",
            "№": "So",
            "‰": "o/oo",
            "©": "(c)",
            "®": "(R)",
            "™": "(TM)",
            "、": ",",
            "。": ".",
        }.items()
    },
}
CURRENCIES: Final[Mapping[int, str]] = {
    ord(sign): name
    for sign, name in {
        "₫": "d",
        "₭": "LAK",
        "៛": "KHR",
        "฿": "THB",
        "₩": "KRW",
        "₽": "RUB",
        "₹": "INR",
        "¢": "c",
    }.items()
}
