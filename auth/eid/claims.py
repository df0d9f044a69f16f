"""What providers say of a person, read into our own terms. Providers differ in shape; nothing here trusts one."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from auth.eid.answers import MARK
from auth.eid.http import EidRefused
from kernel.observing.masking import mask_text
from kernel.texts.folding import visible
from kernel.texts.vietnam import BadIdentityNumber, parse_identity_number

LONGEST_SUBJECT: Final = 255
LONGEST_TOKEN: Final = 16_384
LONGEST_NAME: Final = 300
_NAME_PARTS: Final = ("family_name", "middle_name", "given_name")
_NAME_STAND_INS: Final = ("preferred_username", "nickname")
_ISO_DATE: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)
_VIETNAMESE_DATE: Final = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)
# Registers write 00 for a day or a month that nobody knows.
_BIRTH_PART: Final = re.compile(r"(?P<year>\d{4})(?:-?(?P<month>\d{2})(?:-?00)?)?", re.ASCII)
_VIETNAMESE_BIRTH_PART: Final = re.compile(r"(?:(?:00/)?(?P<month>\d{2})/)?(?P<year>\d{4})", re.ASCII)
_EARLIEST_BIRTH: Final = 1900
# Of a company, of its branch, or of a household, whose code is its owner's personal number.
_TAX_CODE: Final = re.compile(r"\d{10}(-\d{3})?|\d{12}", re.ASCII)
_NOT_EXACT: Final = re.compile(f"[{MARK}\t\n\r]")
# What may stand in a header (RFC 9110 §5.5) without a space, which would end the token there.
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")


def required_text(answer: Mapping[str, Any], name: str, longest: int | None = None) -> str:
    """A member that must be there, character for character as it was sent. Raises EidRefused."""
    value = answer.get(name)
    if not isinstance(value, str) or not is_exact(value, longest):
        raise EidRefused(f"answer_{name}")
    return value


def required_token(answer: Mapping[str, Any], name: str) -> str:
    """A member that is to be sent on in a header. Raises EidRefused."""
    value = required_text(answer, name, LONGEST_TOKEN)
    if not _TOKEN.fullmatch(value):
        raise EidRefused(f"answer_{name}")
    return value


def is_exact(value: object, longest: int | None = None) -> bool:
    """Whether it is a text of which nothing was lost on its way in, so that two different ones stay different."""
    fits = isinstance(value, str) and 0 < len(value) <= (longest or len(value))
    return fits and not _NOT_EXACT.search(str(value))


def identity_number(claims: Mapping[str, Any], names: Iterable[str], today: date) -> str | None:
    """The personal number, from the first claim named that is there. The subject counts only if it is one.

    Raises EidRefused for a number that cannot be.
    """
    for name in names:
        value = claims.get(name)
        if value is None:
            continue
        try:
            return parse_identity_number(str(value), today=today).number
        except BadIdentityNumber:
            if name != "sub":
                raise EidRefused("identity_number") from None
    return None


def organisation_number(claims: Mapping[str, Any], kind: str, kinds: Iterable[str], number: str) -> str | None:
    """The tax code of an organisation's account; None for the account of a person.

    `kind` is the claim that tells the two apart, `kinds` what it says of an organisation, `number` the code's claim.
    Raises EidRefused for an organisation without a code that can be.
    """
    if str(claims.get(kind, "")).strip().lower() not in kinds:
        return None
    value = claims.get(number)
    if not isinstance(value, str) or not _TAX_CODE.fullmatch(value.strip()):
        raise EidRefused("tax_code")
    return value.strip()


def full_name(claims: Mapping[str, Any], name: str) -> str:
    """The name in one piece; else put together from its parts in Vietnamese order; else what the account is called."""
    whole = _line(claims.get(name)) or " ".join(filter(None, (_line(claims.get(part)) for part in _NAME_PARTS)))
    stand_ins = (_line(claims.get(other)) for other in _NAME_STAND_INS)
    return _shortened(whole or next((line for line in stand_ins if _showable(line)), ""))


def birth_date(value: object) -> date | None:
    """A whole date, as yyyy-MM-dd, yyyyMMdd or dd/MM/yyyy; OpenID allows the year alone, or a year of 0000."""
    text = value.strip() if isinstance(value, str) else ""
    if found := _ISO_DATE.fullmatch(text):
        year, month, day = found.groups()
    elif found := _VIETNAMESE_DATE.fullmatch(text):
        day, month, year = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def birth_part(value: object) -> str | None:
    """The year, or the month, of a birth of which no more is known: "1950", "1950-06"; a day of 00 is not known.

    None for a whole date, and for what tells no year.
    """
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    found = _BIRTH_PART.fullmatch(text) or _VIETNAMESE_BIRTH_PART.fullmatch(text)
    if found is None:
        return None
    year, month = found["year"], found["month"]
    if int(year) < _EARLIEST_BIRTH or int(month or 0) > 12:
        return None
    return year if int(month or 0) == 0 else f"{year}-{month}"


def level(value: object) -> int:
    """1 unless level 2 is said, as a number ("2") or as an assurance class ("loa2")."""
    return 2 if str(value).lower() in {"2", "loa2"} else 1


def reconciled(
    signed: Mapping[str, Any], told: Mapping[str, Any], names: Iterable[str], read: Callable[[Any], object]
) -> None:
    """Raises EidRefused where `told` contradicts what was signed, in a claim that says who somebody is."""
    for name in names:
        first, second = signed.get(name), told.get(name)
        if first is not None and second is not None and read(first) != read(second):
            raise EidRefused("userinfo_differs")


def _showable(name: str) -> bool:
    """Names are kept in plain; an account may be called by an e-mail address or a number, which are not."""
    return bool(name) and mask_text(name) == name


def _line(value: object) -> str:
    """A name on one line in NFC, without signs that do not show; nothing where no letter is left."""
    line = visible(value.replace(MARK, "")) if isinstance(value, str) else ""
    return line if any(sign.isalpha() for sign in line) else ""


def _shortened(line: str) -> str:
    """At most LONGEST_NAME characters, cut between words where there are several."""
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME + 1].rsplit(" ", 1)[0][:LONGEST_NAME]
