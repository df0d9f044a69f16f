"""What an officer types to find a dossier: a code or its end, a phone, an identity number, or names. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from kernel.errors import DomainError, FieldError
from kernel.texts.folding import FOLD_VERSION, search_key, typed
from kernel.texts.vietnam import BadIdentityNumber, BadPhone, parse_identity_number, parse_mobile
from tracking.codes import TAKEN_FOR, digits_meant, normalise_code

LONGEST: Final = 80
SEARCH_VERSION: Final = FOLD_VERSION
"""Of the columns by which dossiers are found. Rows of an older one are renewed by the sweep."""
_MOST_WORDS: Final = 8
_SIGNS: Final = re.compile(r"[^\w]+|_+")
_IDENTITY_LENGTH: Final = 12
_NOT_DIGIT: Final = re.compile(r"[^0-9]+")
_NOT_SIGN: Final = re.compile(r"[^0-9A-Z]+")
# A number among other words ("SĐT 0912 345 678", "CCCD: 049…"), with what people write between its digits.
_NUMBER: Final = re.compile(r"(?<![0-9A-Z.])[(+]*[0-9OIL][0-9OIL ()./\-]{7,22}[0-9OIL](?![0-9A-Z])")
_BETWEEN_PARTS: Final = re.compile(r"[\s\-_/.]+")
# What stands before the end of a code, the day, the counter.
_LONG_TAIL: Final = re.compile(r"(?:([0-9A-Z\-]*)-)?([0-9]{6})-([0-9]{1,12})")
_TAIL: Final = re.compile(r"(?:([0-9]{2,5})-)?([0-9]{1,12})")
_JOINED: Final = re.compile(r"([0-9A-Z]*?)([0-9]{6})([0-9]{4})")
# Said before the name of a business, and not always part of it.
_KINDS_OF_BUSINESS: Final = (("ho", "kinh", "doanh"), ("hkd",))


class Kind(StrEnum):
    """What a typed text is taken for. `CODE_END` is read as words where no code ends so."""

    CODE = "code"
    CODE_END = "code_end"
    PHONE = "phone"
    IDENTITY = "identity"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Sought:
    """`value` is a canonical code, the end of one, a phone in E.164 or twelve digits; `words` are those typed.

    `before` is what was typed before the day and the counter of a code, letters and digits alone.
    """

    kind: Kind
    value: str
    words: tuple[str, ...]
    before: str = ""

    @property
    def is_personal(self) -> bool:
        """Whether the text may stand in no URL and no log."""
        return self.kind in (Kind.PHONE, Kind.IDENTITY)


def read_sought(text: str, pointer: str = "/text") -> Sought:
    """What `text`, sent at `pointer`, looks for. Raises DomainError("invalid_fields") for one that names nothing."""
    plain = typed(text)
    words = _without_kind(tuple(dict.fromkeys(words_of([text], whole=True))))[:_MOST_WORDS]
    if not words:
        raise DomainError("invalid_fields", fields=[FieldError(pointer, "says_nothing")])
    code = normalise_code(plain)
    if code is not None:
        return Sought(Kind.CODE, code, words, _NOT_SIGN.sub("", code.rsplit("-", 2)[0]))
    number = _number(plain)
    if number is not None:
        return Sought(*number, words)
    end = _code_end(plain.upper())
    return Sought(Kind.WORDS, "", words) if end is None else Sought(Kind.CODE_END, end[1], words, end[0])


def _number(plain: str) -> tuple[Kind, str] | None:
    """The identity number or the phone that a text is, or that stands in it alone."""
    for said in (plain, *_alone(_NUMBER.findall(plain.upper()))):
        digits = _NOT_DIGIT.sub("", said.translate(TAKEN_FOR))
        whole = len(digits) == _IDENTITY_LENGTH and len(digits) * 2 > len(said)
        if whole and _is_identity(digits):
            return Kind.IDENTITY, digits
        try:
            return Kind.PHONE, parse_mobile(said.translate(TAKEN_FOR))
        except BadPhone:
            lost = f"0{digits}"
        if whole:
            return Kind.IDENTITY, digits
        # A spreadsheet drops the zero in front.
        if len(lost) == _IDENTITY_LENGTH and said.isdecimal() and not _is_day(digits[:6]) and _is_identity(lost):
            return Kind.IDENTITY, lost
    return None


def _alone(found: Sequence[str]) -> Sequence[str]:
    return found if len(found) == 1 else ()


def _is_identity(digits: str) -> bool:
    try:
        parse_identity_number(digits)
    except BadIdentityNumber:
        return False
    return True


def _without_kind(words: tuple[str, ...]) -> tuple[str, ...]:
    for kind in _KINDS_OF_BUSINESS:
        if words[: len(kind)] == kind and len(words) > len(kind):
            return words[len(kind) :]
    return words


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


def _code_end(plain: str) -> tuple[str, str] | None:
    """What stands before the end of a code, and the end as it stands there: from "7", "0007", "261120-7",
    "20551-261120-0007", "2611200007" or "H17205512611200007"."""
    joined = "-".join(map(digits_meant, _BETWEEN_PARTS.sub("-", plain).strip("-#").split("-")))
    match = _LONG_TAIL.fullmatch(joined)
    if match is not None:
        return (match[1] or "").replace("-", ""), f"{match[2]}-{_counter(match[3])}"
    match = _JOINED.fullmatch(joined.replace("-", "")) if any(map(str.isdecimal, joined)) else None
    if match is not None and _is_day(match[2]) and (not match[1] or match[1][-1].isdecimal()):
        return match[1], f"{match[2]}-{match[3]}"
    match = _TAIL.fullmatch(joined)
    return None if match is None else ("", f"{match[1] or ''}-{_counter(match[2])}")


def _counter(digits: str) -> str:
    return digits.lstrip("0").zfill(4)


def _is_day(digits: str) -> bool:
    try:
        datetime.strptime(digits, "%y%m%d")  # noqa: DTZ007 - a date
    except ValueError:
        return False
    return True
