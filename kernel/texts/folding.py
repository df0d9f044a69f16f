"""Text that people type, paste and read aloud, folded so that look-alikes meet. The one place that knows them. Pure.

Layers, each built on the one before:

- `visible` is for text that is shown: it removes invisible signs and writes every blank and line separator as a space.
- `typed` also writes full-width and other compatible signs, dashes, quotes and digits plainly: for codes and numbers.
- `latin` reads names: letters that look like Latin ones are these, and everything else stays as it was typed.
- `fold` also forgets case and tells no script's look-alikes apart: the key under which two spellings meet. It keeps
  Vietnamese accents; `search_key` drops them.
- `strip_accents` and `spell` write text for people who read without accents, in ASCII as far as there is a spelling.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from kernel.texts.lookalikes import (
    APOSTROPHES,
    CASELESS,
    CURRENCIES,
    DASHES,
    EYED,
    INVISIBLE,
    OF_CAPITALS,
    QUOTES,
    SHAPED,
    SPELLED_LETTERS,
    SPELLED_SIGNS,
)

# Raised when the keys that `fold` or `search_key` give change: stored ones are then made anew (see each domain's
# housekeeping), so that rows of before are still found.
FOLD_VERSION: Final = 2

_UNSEEN_CATEGORIES: Final = frozenset({"Cf", "Cc", "Cs"})
# Signs that nobody sees though they count as printable.
_HIDDEN: Final = re.compile(f"[\u2800{''.join(sorted(INVISIBLE))}]")
_PLAIN_SIGNS: Final = {
    **dict.fromkeys(map(ord, APOSTROPHES), "'"),
    **dict.fromkeys(map(ord, QUOTES), '"'),
    **dict.fromkeys(map(ord, DASHES), "-"),
}
_D_WITH_STROKE: Final = {ord("Ð"): "Đ", ord("Ɖ"): "Đ", ord("ð"): "đ", ord("ɖ"): "đ"}
_PLAIN_WIDTH: Final = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_LIKE_LATIN: Final = re.compile(f"[{''.join(map(chr, SHAPED))}]")
# A letter d under a stroke of its own, and marks that keyboards of other languages give for those of Vietnamese.
_MARKS: Final = (
    (re.compile("d[\u0335\u0336]"), "đ"),
    (re.compile("D[\u0335\u0336]"), "Đ"),
    (re.compile("(?<=[aA])\u030c"), "\u0306"),
    (re.compile("(?<=[oOuU])\u0315"), "\u031b"),
    (re.compile("\u0342"), "\u0303"),
)
# The two ways to place a tone mark in oa, oe, uy ("hòa", "hoà") are one word to a reader.
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_OLD_TONE_PLACE: Final = re.compile(f"(?:(o)([{_TONES}])([ae])|(u)([{_TONES}])(y))(?![{_TONES}\u0302\u0306\u031b])")
_WITH_SOMETHING: Final = re.compile(r"LATIN (CAPITAL|SMALL) LETTER ([A-Z]) WITH .+|LATIN LETTER SMALL CAPITAL ([A-Z])")
_MOST_ROUNDS: Final = 6

_SMALL_DIGITS: Final = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789", strict=True))
_POWER: Final = re.compile(r"(?<=\d)[⁰¹²³⁴-⁹]+")
_JOINED_NUMBER: Final = re.compile(r"(?<=\d)(?=[\u00bc-\u00be\u2150-\u215e\u2460-\u249b\u24ea-\u24ff\u2776-\u2793])")
_WORD: Final = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f])+")


def visible(text: str) -> str:
    """`text` in NFC on one line, without control, direction and zero-width marks. Joiners inside emoji stay."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = text if text.isprintable() and not _HIDDEN.search(text) else _seen(text, joiners=True)
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def typed(text: str) -> str:
    """What was meant by a text typed or pasted where a code or a number belongs: plain signs, single spaces, case kept.

    "０９１２\u200b–345" -> "0912-345". Letters of other scripts that look like Latin ones are read as those.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.translate(_PLAIN_SIGNS).split())
    return " ".join(_compatible(_seen(text)).translate(SHAPED).split())


def vietnamese_d(text: str) -> str:
    """The same with Đ and đ for the letters Ð, ð, Ɖ and ɖ of other alphabets, which keyboards give in their place."""
    return text.translate(_D_WITH_STROKE)


def latin(text: str) -> str:
    """A name in the letters that were meant: full-width ones plain, Đ for Ð, Latin for look-alikes of other scripts.

    Invisible signs are removed, as by `visible`. Words of another script stay, and so do dashes and quotes.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    plain = visible(text.translate(_PLAIN_WIDTH)).translate(_D_WITH_STROKE)
    if not _LIKE_LATIN.search(plain):
        return plain
    return unicodedata.normalize("NFC", _by_shape(unicodedata.normalize("NFD", plain)))


def only_signs(text: str, *, most: int) -> str:
    """The letters and digits of a typed code in capitals, nothing between them; "" for one of more than `most`."""
    if len(text) > 8 * most:
        return ""
    signs = "".join(sign for sign in typed(text).upper() if sign.isalnum())
    return signs if len(signs) <= most else ""


@lru_cache(maxsize=2048)
def fold(text: str) -> str:
    """The key under which two spellings of one text meet. Idempotent; "" for a text of nothing visible.

    Case, spaces, Unicode form, tone place, kinds of dash and quote, and look-alikes do not count. Accents do.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.translate(_PLAIN_SIGNS).casefold().split())
    for _ in range(_MOST_ROUNDS):
        folded = _fold_once(text)
        if folded == text:
            break
        text = folded
    return text


@lru_cache(maxsize=4096)
def search_key(text: str) -> str:
    """A name, or a part of one, as it is searched: as `fold` gives it, and without accents."""
    return fold(strip_accents(fold(text)))


def strip_accents(text: str) -> str:
    """Latin letters without their marks: "Điện Bàn" -> "Dien Ban", "Łódź" -> "Lodz". Other signs stay."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text.translate(_D_WITH_STROKE))
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", "".join(map(_bare_letter, bare)))


def spell(text: str) -> str:
    """`text` without accents, in ASCII wherever a sign has a usual spelling: "120m²" -> "120m2", "½" -> "1/2".

    Line breaks stay. What has no spelling (letters of other scripts, emoji) stays for the caller to deal with.
    """
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    kept = "\n".join(_seen(line) for line in re.split(r"\r\n?|\n", text))
    kept = _POWER.sub(lambda power: "^" + "".join(_SMALL_DIGITS[sign] for sign in power[0]), kept)
    kept = _JOINED_NUMBER.sub(" ", kept).translate(SPELLED_SIGNS).translate(CURRENCIES)
    decomposed = unicodedata.normalize("NFD", _compatible(kept))
    latin = strip_accents(_by_shape(decomposed)).translate(SPELLED_LETTERS)
    return latin.translate(_PLAIN_SIGNS).translate(SPELLED_SIGNS)


def is_foreign(sign: str) -> bool:
    """Whether `sign` is a letter, a digit or a mark outside ASCII: one whose loss would change a word."""
    return not sign.isascii() and unicodedata.category(sign)[0] in "LNM"


def _seen(text: str, *, joiners: bool = False) -> str:
    """Without invisible signs; blanks and line separators become spaces. `joiners`: keep those that build emoji."""
    kept: list[str] = []
    for sign in text:
        if sign.isspace() or sign in "\x1c\x1d\x1e\x1f\u2800":
            kept.append(" ")
        elif sign in INVISIBLE or unicodedata.category(sign) in _UNSEEN_CATEGORIES:
            if joiners and sign in "\u200d\ufe0e\ufe0f" and kept and _takes_joiner(kept[-1]):
                kept.append(sign)
        else:
            kept.append(sign)
    return "".join(kept)


def _takes_joiner(sign: str) -> bool:
    return sign == "\ufe0f" or unicodedata.category(sign)[0] == "S"


def _compatible(text: str) -> str:
    """With plain dashes, quotes, widths, ligatures and digits. A spacing accent is an apostrophe or nothing."""
    plain = unicodedata.normalize("NFKC", text.translate(_PLAIN_SIGNS)).translate(_PLAIN_SIGNS)
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in plain)


def _fold_once(text: str) -> str:
    plain = _compatible(_seen(text)).translate(_D_WITH_STROKE)
    decomposed = unicodedata.normalize("NFD", plain)
    if not decomposed.isascii():
        decomposed = _WORD.sub(_as_eyed, decomposed)
        decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", decomposed.casefold()))
        decomposed = decomposed.translate(CASELESS)
    decomposed = decomposed.casefold()
    for pattern, mark in _MARKS:
        decomposed = pattern.sub(mark, decomposed)
    decomposed = unicodedata.normalize("NFD", " ".join(decomposed.split()))
    return unicodedata.normalize("NFC", _OLD_TONE_PLACE.sub(_move_tone, decomposed))


def _as_eyed(word: re.Match[str]) -> str:
    """Small Greek letters inside a Latin word by their own shape, which is not that of their capitals."""
    said = word[0]
    return said.translate(EYED) if any(sign.isascii() for sign in said) else said


def _by_shape(text: str) -> str:
    """Words read as Latin where each of their letters can be. In a text that has words of another script, whole words
    of that script stay as they are: "сор" beside them is no "cop"."""
    if text.isascii():
        return text
    shaped = {word: _shaped(word) for word in set(_WORD.findall(text)) if not _is_latin(word)}
    mixed = {word: latin for word, latin in shaped.items() if _is_latin(latin) and any(map(_is_latin, word))}
    if all(_is_latin(latin) for word, latin in shaped.items() if word not in mixed and word.lower() != word.upper()):
        mixed = shaped
    return _WORD.sub(lambda word: mixed.get(word[0], word[0]), text)


def _shaped(word: str) -> str:
    return word.translate(OF_CAPITALS if word.isupper() else SHAPED)


def _is_latin(word: str) -> bool:
    return word.isascii() or all(map(_is_latin_sign, word))


@lru_cache(maxsize=4096)
def _is_latin_sign(sign: str) -> bool:
    return sign.isascii() or "LATIN" in unicodedata.name(sign, "") or unicodedata.combining(sign) > 0


@lru_cache(maxsize=4096)
def _bare_letter(sign: str) -> str:
    if sign.isascii():
        return sign
    found = _WITH_SOMETHING.fullmatch(unicodedata.name(sign, ""))
    if found is None:
        return "i" if sign == "ı" else sign
    letter = found[2] or found[3]
    return letter.lower() if found[1] == "SMALL" else letter


def _move_tone(match: re.Match[str]) -> str:
    first, tone, second = (part for part in match.groups() if part is not None)
    return f"{first}{second}{tone}"
