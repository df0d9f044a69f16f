"""Numbers written out in Vietnamese ("năm mươi triệu đồng"), read back. Pure.

Spellings of all regions count: nghìn and ngàn, linh and lẻ, mười lăm and mười nhăm, tỷ and tỉ; also words without
accents, and digits before a unit ("50 triệu").
"""

import re
from collections.abc import Iterator
from typing import Final

from kernel.texts.folding import fold, strip_accents

_DIGITS: Final = {
    "không": 0,
    "một": 1,
    "mốt": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "tư": 4,
    "năm": 5,
    "lăm": 5,
    "nhăm": 5,
    "sáu": 6,
    "bảy": 7,
    "bẩy": 7,
    "tám": 8,
    "chín": 9,
}
_THOUSANDS: Final = {"nghìn": 10**3, "ngàn": 10**3, "triệu": 10**6}
_BILLION: Final = frozenset({"tỷ", "tỉ"})
_TENS: Final = frozenset({"mươi", "chục"})
_FILLED: Final = frozenset({"linh", "lẻ", "lẽ", "và"})
# What stands around the number.
_AROUND: Final = frozenset({"đồng", "dong", "chẵn", "chan", "vnd", "vnđ", "đ"})
_COUNTRY: Final = re.compile(r"\b(?:việt nam|viet nam)\b")
_HALF: Final = "rưỡi"
_WORD: Final = re.compile(r"\d[\d.,]*|[^\W\d_]+")
_MOST: Final = 300
_PLAIN_DIGITS: Final = frozenset(map(strip_accents, _DIGITS))


def read_number_words(text: str) -> int | None:
    """The number that a text writes out, or None for a text that does not say one for certain."""
    if len(text) > _MOST:
        return None
    folded = _COUNTRY.sub(" ", fold(text))
    words = [word for word in _WORD.findall(folded) if word not in _AROUND]
    words = _accented(words) if folded.isascii() else words
    at = next((place for place, word in enumerate(words) if word in _BILLION), None)
    try:
        if at is None:
            return _below_billion(words)
        billions, rest = _below_billion(words[:at]) * 10**9, words[at + 1 :]
        if rest == [_HALF]:
            return billions + 10**9 // 2
        return billions + (_below_billion(rest) if rest else 0)
    except (KeyError, ValueError):
        return None


def _accented(words: list[str]) -> list[str]:
    """Words without accents as the number words that they stand for: "muoi" behind a digit is "mươi", else "mười"."""
    plain = {strip_accents(word): word for word in (*_DIGITS, *_THOUSANDS, *_BILLION, *_FILLED, "trăm", "chục", _HALF)}
    return [
        ("mươi" if place and strip_accents(words[place - 1]) in _PLAIN_DIGITS else "mười")
        if word == "muoi"
        else plain.get(word, word)
        for place, word in enumerate(words)
    ]


def _below_billion(words: list[str]) -> int:
    """Raises ValueError for words that are no number below a thousand billion."""
    if not words:
        raise ValueError("no number")
    total, unit, group = 0, 10**9, []
    for word in words:
        step = _THOUSANDS.get(word)
        if step is None:
            group.append(word)
            continue
        if step >= unit or not group:
            raise ValueError("units out of order")
        total, unit, group = total + _below_thousand(group) * step, step, []
    # "hai triệu rưỡi" is two and a half million.
    if group == [_HALF] and unit < 10**9:
        return total + unit // 2
    return total + (_below_thousand(group) if group else 0)


def _below_thousand(words: list[str]) -> int:
    """Raises KeyError or ValueError for words that are no number of three digits. Digits stand for themselves."""
    if len(words) == 1 and words[0][0].isdecimal():
        return int(re.sub(r"[.,]", "", words[0]))
    hundreds, rest = 0, list(words)
    if len(rest) > 1 and rest[1] == "trăm":
        hundreds, rest = _DIGITS[rest[0]] * 100, rest[2:]
        if rest == [_HALF]:
            return hundreds + 50
    return hundreds + sum(_tens(rest))


def _tens(words: list[str]) -> Iterator[int]:
    if not words:
        return
    if words[0] in _FILLED:
        words = words[1:]
    elif words[0] == "mười":
        yield 10
        words = words[1:]
    elif len(words) > 1 and words[1] in _TENS:
        yield _DIGITS[words[0]] * 10
        words = words[2:]
    elif len(words) == 2:
        # "hai lăm": twenty-five.
        yield _DIGITS[words[0]] * 10
        words = words[1:]
    if len(words) > 1:
        raise ValueError("too many words")
    if words:
        yield _DIGITS[words[0]]
