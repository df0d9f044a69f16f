"""What a person's name may hold, whichever people of Vietnam they belong to. Pure.

One letter is a name ("Ơ"). Apostrophes and dashes are those that any keyboard gives: "H'Hen Niê", "H‘Hen Niê",
"Kim–Ngân". Letters are Latin, with every mark of the scripts of Ê-đê, Gia-rai, Ba-na, Cơ-ho and others.
"""

import unicodedata
from functools import lru_cache
from typing import Final

from kernel.texts.lookalikes import APOSTROPHES, DASHES

_BETWEEN: Final = frozenset(f" .'-{APOSTROPHES}{DASHES}")


def person_name_fault(name: str) -> str | None:
    """The field error code for what is no name of a person, None for a name. Look-alikes are read before: `latin`.

    `name_without_letters`, `name_signs` for digits and signs that no name holds, `name_not_latin`.
    """
    letters = [sign for sign in name if sign not in _BETWEEN and not unicodedata.combining(sign)]
    if not any(map(str.isalpha, letters)):
        return "name_without_letters"
    if not all(map(str.isalpha, letters)):
        return "name_signs"
    return None if all(map(is_latin_letter, letters)) else "name_not_latin"


def is_between_letters(sign: str) -> bool:
    """A space, a full stop, or any kind of apostrophe or dash."""
    return sign in _BETWEEN


@lru_cache(maxsize=4096)
def is_latin_letter(sign: str) -> bool:
    return sign.isascii() or unicodedata.name(sign, "").startswith(("LATIN ", "MODIFIER LETTER "))
