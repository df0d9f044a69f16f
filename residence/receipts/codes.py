"""The code and the short signature printed on a receipt, as people type them off the paper. Pure."""

from typing import Final

from kernel.ids import new_lookup_secret
from kernel.texts.folding import only_signs

_PREFIX: Final = "BN"
_LENGTH: Final = 10
_LONGEST_MARK: Final = 40
# Base32 has no 0, 1 and 8, and prints I and L alike: each is read as the letter it was taken for.
_TAKEN_FOR: Final = str.maketrans("01L8", "OIIB")


def new_code() -> str:
    """ "BN-K7…": the prefix and ten signs of the look-up alphabet."""
    return f"{_PREFIX}-{new_lookup_secret(_LENGTH)}"


def read_code(text: str) -> str:
    """A typed code in the spelling that is printed, whatever stands between its letters; "" if it cannot be one."""
    signs = only_signs(text, most=len(_PREFIX) + _LENGTH)
    signs = signs.removeprefix(_PREFIX) if len(signs) > _LENGTH else signs
    return f"{_PREFIX}-{signs}" if len(signs) == _LENGTH else ""


def read_mark(text: str) -> str:
    """A short signature for comparing: signs alone, those that look alike made one."""
    return only_signs(text, most=_LONGEST_MARK).translate(_TAKEN_FOR)
