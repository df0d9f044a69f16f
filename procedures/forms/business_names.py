"""Names of household businesses by Nghị định 168/2025/NĐ-CP. Pure.

A name is "Hộ kinh doanh" and a proper name. The proper name is written in letters of the Vietnamese alphabet, F, J, Z
and W; digits and signs may accompany them. "Công ty" and "doanh nghiệp" may not stand in it. Which article says so is
UNCONFIRMED (it was Điều 88 of Nghị định 01/2021/NĐ-CP). Whether a name offends history, culture or morals is for the
officer to judge; whether another business holds it is asked of the register.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from kernel.texts.folding import fold, search_key
from kernel.texts.printing import REPLACEMENT, printable
from kernel.texts.vietnam import fold_name

PREFIX: Final = "Hộ kinh doanh"
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_VOWELS: Final = frozenset("aeiouyAEIOUY")
_SHAPED: Final = {"\u0302": frozenset("aeoAEO"), "\u0306": frozenset("aA"), "\u031b": frozenset("ouOU")}
# Letters and marks of Ê-đê, Gia-rai, Ba-na, Cơ-ho, M'nông and others, beside those of Vietnamese.
_PEOPLES_LETTERS: Final = frozenset("ƀɃčČñÑ")
_BREVE: Final = "\u0306"
# Between the letters of a forbidden phrase anything may stand that is none: "Công-ty", "C.Ô.N.G T.Y".
_GAP: Final = r"[\W_]*"


def _phrase(*spellings: str) -> re.Pattern[str]:
    spelled = "|".join(_GAP.join(spelling) for spelling in spellings)
    return re.compile(rf"(?<![^\W_])(?:{spelled})(?![^\W_])")


_FORBIDDEN: Final = _phrase("côngty", "côngti", "doanhnghiệp")
# The same without accents, and what stands for it in other words: for an officer's eye.
_FORBIDDEN_PLAIN: Final = _phrase("congty", "congti", "doanhnghiep")
_LIKE_A_COMPANY: Final = re.compile(
    r"(?<![^\W_])(?:cty|tnhh|dntn|company|corporation|corp|enterprise|limited|ltd|inc|llc|jsc)(?![^\W_])"
)


def business_name_fault(name: str) -> str | None:
    """The field error code for a name that the decree forbids. Look-alikes were read by `kernel.texts.folding.latin`.

    `name_company`, `name_without_letters`, `name_letters`, `name_unprintable`. A name of the prefix alone has none of
    these: that it is empty is said elsewhere.
    """
    proper = fold_name(name, ignore_prefixes=[PREFIX])
    if not proper:
        return None
    fault = _fault(proper, name)
    if fault is not None:
        return fault
    return "name_letters" if any(_kind(letter) == "foreign" for letter in _letters(name)) else None


def other_name_fault(name: str) -> str | None:
    """The same for a short name and for one in a foreign language, whose letters may be those of that language."""
    return _fault(fold(name), name)


def _fault(folded: str, name: str) -> str | None:
    plain = folded.isascii() and _FORBIDDEN_PLAIN.search(folded)
    if _FORBIDDEN.search(folded) or plain:
        return "name_company"
    if not any(map(str.isalnum, folded)):
        return "name_without_letters"
    return "name_unprintable" if _unprintable(name) else None


def business_name_doubts(name: str) -> Iterator[str]:
    """What an officer should look at: `name_of_digits`, `name_like_company`, `name_letters_of_a_people`."""
    proper = fold_name(name, ignore_prefixes=[PREFIX])
    if proper and not any(map(str.isalpha, proper)):
        yield "name_of_digits"
    if _LIKE_A_COMPANY.search(search_key(name)):
        yield "name_like_company"
    if any(_kind(letter) == "people" for letter in _letters(name)):
        yield "name_letters_of_a_people"


def _unprintable(name: str) -> bool:
    """Signs that a certificate could not show: pictures, drawings. Letters are judged for themselves."""
    signs = (sign for sign in name if not (sign.isalpha() or sign.isdecimal() or sign.isspace()))
    return any(REPLACEMENT in printable(f"a{sign}a") for sign in signs)


def _letters(name: str) -> Iterator[str]:
    """Each letter with the marks that stand on it, decomposed."""
    held = ""
    for sign in unicodedata.normalize("NFD", name):
        if held and unicodedata.combining(sign):
            held += sign
            continue
        if held:
            yield held
        held = sign if sign.isalpha() or (sign.isdecimal() and not sign.isascii()) else ""
    if held:
        yield held


@lru_cache(maxsize=4096)
def _kind(letter: str) -> str:
    """Whether a letter is one of Vietnamese ("ours"), of another people of Vietnam ("people"), or "foreign"."""
    base, marks = letter[0], letter[1:]
    if unicodedata.normalize("NFC", letter[:2]) in _PEOPLES_LETTERS or base in _PEOPLES_LETTERS:
        return "people"
    if not (base in "đĐ" or (base.isascii() and base.isalpha())):
        return "foreign"
    left = [mark for mark in marks if not _fits(base, mark)]
    if not left:
        return "ours"
    return "people" if set(left) <= {_BREVE} else "foreign"


def _fits(base: str, mark: str) -> bool:
    return base in _SHAPED.get(mark, ()) or (mark in _TONES and base in _VOWELS)
