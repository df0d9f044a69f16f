"""What an officer types to find a dossier: a code or its end, a phone, an identity number, or names. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from kernel.errors import DomainError, FieldError
from kernel.text import FOLD_VERSION, search_key, typed
from kernel.vietnam import BadPhone, parse_mobile
from tracking.codes import normalise_code

LONGEST: Final = 80
SEARCH_VERSION: Final = FOLD_VERSION
"""Of the columns by which dossiers are found. Rows of an older one are renewed by the sweep."""
_MOST_WORDS: Final = 8
_SIGNS: Final = re.compile(r"[^\w]+|_+")
_IDENTITY: Final = re.compile(r"[0-9]{12}")
_BETWEEN_DIGITS: Final = re.compile(r"[\s.\-]+")
_TAIL: Final = re.compile(r"(?:([0-9]{2,6})-)?([0-9]{1,12})")


class Kind(StrEnum):
    """What a typed text is taken for. `CODE_END` is read as words where no code ends so."""

    CODE = "code"
    CODE_END = "code_end"
    PHONE = "phone"
    IDENTITY = "identity"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Sought:
    """`value` is a canonical code, the end of one, a phone in E.164 or twelve digits; `words` are those typed."""

    kind: Kind
    value: str
    words: tuple[str, ...]

    @property
    def is_personal(self) -> bool:
        """Whether the text may stand in no URL and no log."""
        return self.kind in (Kind.PHONE, Kind.IDENTITY)


def read_sought(text: str, pointer: str = "/text") -> Sought:
    """What `text`, sent at `pointer`, looks for. Raises DomainError("invalid_fields") for one that names nothing."""
    plain = typed(text)
    words = tuple(dict.fromkeys(words_of([text], whole=True)))[:_MOST_WORDS]
    if not words:
        raise DomainError("invalid_fields", fields=[FieldError(pointer, "says_nothing")])
    code = normalise_code(plain)
    if code is not None:
        return Sought(Kind.CODE, code, words)
    digits = _BETWEEN_DIGITS.sub("", plain)
    if _IDENTITY.fullmatch(digits):
        return Sought(Kind.IDENTITY, digits, words)
    try:
        return Sought(Kind.PHONE, parse_mobile(plain), words)
    except BadPhone:
        end = _code_end(plain)
    return Sought(Kind.WORDS, "", words) if end is None else Sought(Kind.CODE_END, end, words)


def search_text(names: Iterable[str]) -> str:
    """The words of an applicant's and a business's names as the column holds them: between single blanks."""
    return f" {' '.join(dict.fromkeys(words_of(names)))} "


def words_of(names: Iterable[str], *, whole: bool = False) -> list[str]:
    """The words of names as they are searched. "H'Hen" is the word "hhen", and unless `whole` also "h" and "hen"."""
    found = []
    for token in (token for name in names for token in search_key(name).split()):
        parts = [part for part in _SIGNS.split(token) if part]
        found += ["".join(parts)] if parts else []
        found += parts if len(parts) > 1 and not whole else []
    return found


def patterns_of(words: Sequence[str]) -> list[str]:
    """For LIKE: each word is the beginning of one in the column."""
    return [f"% {word}%" for word in words]


def _code_end(plain: str) -> str | None:
    """The end of a code as it stands there, from "7", "0007", "261120-7" or "2611200007"."""
    joined = re.sub(r"[\s\-_/.]+", "-", plain).strip("-")
    match = _TAIL.fullmatch(joined)
    if match is None:
        return None
    day, counter = match.groups()
    if day is None and len(counter) >= 10 and _is_day(counter[:6]):
        day, counter = counter[:6], counter[6:]
    return f"{day or ''}-{counter.lstrip('0').zfill(4)}"


def _is_day(digits: str) -> bool:
    try:
        datetime.strptime(digits, "%y%m%d")  # noqa: DTZ007 - a date
    except ValueError:
        return False
    return True
