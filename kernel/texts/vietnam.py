"""Vietnam's identifiers and names: mobile numbers, personal identity numbers, names compared."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import phonenumbers

from kernel.clock import SystemClock, local
from kernel.texts.folding import fold, typed

Sex = Literal["male", "female"]

_COUNTRY_CODE: Final = 84
_PHONE_LENGTH: Final = 64
# What people and address books write before a number, and between its digits.
_PHONE_LABEL: Final = re.compile(
    r"(?:(?:tel|sms|callto|phone|mobile|whatsapp|zalo|viber|hotline|s?[dđ]t(?:d[dđ]|dđ)?|điện thoại|dien thoai"
    r"|di động|di dong)\s*[:.]?\s*)?",
    re.IGNORECASE,
)
_PHONE_SHAPE: Final = re.compile(r"[(\[]?\+{0,2}[0-9 ()\[\].,;/\\|~*_•·∙‧・ー-]+")
_NOT_DIGIT: Final = re.compile(r"[^0-9]")
# Every number of ten digits that begins so is a mobile one (Thông tư 22/2014/TT-BTTTT and its changes of numbers from
# 2018). Which ranges of them are allotted changes from year to year (a list is unconfirmed), and a range that the
# library does not know yet shuts nobody out: the code sent to a phone proves that it is there.
_MOBILE_SHAPE: Final = re.compile(r"[35789][0-9]{8}")
# The eleven-digit mobile prefixes that ended on 15/11/2018; the map old -> new is not confirmed, so none is converted.
_OLD_MOBILE: Final = re.compile(r"1(?:2[0-9]|6[2-9]|8[68]|99)\d{7}")
_MOBILE_TYPES: Final = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)

_IDENTITY_SHAPE: Final = re.compile(r"[0-9]{12}")
_BETWEEN_DIGITS: Final = re.compile(r"(?<=[0-9])[ .\-](?=[0-9])")
# A birth registered abroad carries a country's code instead of a province's (Thông tư 07/2016/TT-BCA). The list of
# those codes is unconfirmed, so a range is taken and no single code of it refused.
_BIRTH_COUNTRY_CODES: Final = range(101, 400)


class BadPhone(ValueError):  # noqa: N818 - reads as what it says of the text
    """A text that is no Vietnamese mobile number. `code` is a field error code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadIdentityNumber(ValueError):  # noqa: N818 - reads as what it says of the text
    """A text that is no personal identity number. `code` is a field error code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """What twelve digits say of a person: `birthplace_code` is a province (or country) of birth registration."""

    number: str
    birthplace_code: str
    sex: Sex
    birth_year: int


def parse_mobile(text: str) -> str:
    """A Vietnamese mobile number as E.164 ("+84912345678"), from any common way to write it.

    Raises BadPhone with one of: phone_invalid, phone_old_prefix, phone_landline, phone_foreign, phone_not_mobile.
    """
    number, kind = _vietnamese_number(text)
    if kind not in _MOBILE_TYPES:
        raise BadPhone("phone_landline" if kind == phonenumbers.PhoneNumberType.FIXED_LINE else "phone_not_mobile")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_phone(text: str) -> str:
    """Any Vietnamese number that can be called, landlines and hotlines too, as E.164.

    Raises BadPhone with one of: phone_invalid, phone_old_prefix, phone_foreign.
    """
    number, _ = _vietnamese_number(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _vietnamese_number(text: str) -> tuple[phonenumbers.PhoneNumber, int]:
    digits = _dialled(text)
    if digits is None:
        raise BadPhone("phone_invalid")
    try:
        number = phonenumbers.parse(digits, "VN")
    except phonenumbers.NumberParseException:
        raise BadPhone("phone_invalid") from None
    if number.country_code != _COUNTRY_CODE:
        raise BadPhone("phone_foreign")
    if _OLD_MOBILE.fullmatch(str(number.national_number)):
        raise BadPhone("phone_old_prefix")
    kind = phonenumbers.number_type(number)
    if kind == phonenumbers.PhoneNumberType.UNKNOWN and _MOBILE_SHAPE.fullmatch(str(number.national_number)):
        kind = phonenumbers.PhoneNumberType.MOBILE
    if kind == phonenumbers.PhoneNumberType.UNKNOWN:
        raise BadPhone("phone_invalid")
    return number, kind


def _dialled(text: str) -> str | None:
    """The digits of a number as they are dialled, a "+" before them where one was written."""
    if len(text) > _PHONE_LENGTH:
        return None
    plain = typed(text)
    plain = plain[_label_end(plain) :]
    if not _PHONE_SHAPE.fullmatch(plain):
        return None
    return ("+" if "+" in plain else "") + _NOT_DIGIT.sub("", plain)


def _label_end(text: str) -> int:
    found = _PHONE_LABEL.match(text)
    return found.end() if found else 0


@cache
def birth_province_codes() -> dict[str, str]:
    """Three-digit code -> name of the 63 provinces of 2004-2025, which identity numbers keep for ever."""
    table = files("kernel").joinpath("data/birth_province_codes.csv").read_text(encoding="utf-8")
    return {row["code"]: row["province_2004_2025"] for row in csv.DictReader(table.splitlines())}


def parse_identity_number(text: str, *, today: date | None = None) -> IdentityNumber:
    """Read a personal identity number (số định danh cá nhân): 3 birthplace + 1 century and sex + 2 year + 6 digits.

    It may be grouped ("049 090 000 001"). There is no checksum. `today` defaults to the date in Vietnam. Raises
    BadIdentityNumber with one of: identity_number_shape, identity_number_province, identity_number_birth_year (born in
    the future).
    """
    number = _BETWEEN_DIGITS.sub("", typed(text[:_PHONE_LENGTH]))
    if not _IDENTITY_SHAPE.fullmatch(number):
        raise BadIdentityNumber("identity_number_shape")
    birthplace = number[:3]
    if birthplace not in birth_province_codes() and int(birthplace) not in _BIRTH_COUNTRY_CODES:
        raise BadIdentityNumber("identity_number_province")
    century, sex = divmod(int(number[3]), 2)
    birth_year = 1900 + 100 * century + int(number[4:6])
    if birth_year > (today or local(SystemClock().now()).date()).year:
        raise BadIdentityNumber("identity_number_birth_year")
    return IdentityNumber(number, birthplace, "female" if sex else "male", birth_year)


def fold_name(text: str, *, ignore_prefixes: Sequence[str] = ()) -> str:
    """The key under which two spellings of one name meet, as `kernel.texts.folding.fold` makes it: accents count.

    The first of `ignore_prefixes` (compared the same way, as whole words) is cut off:
    fold_name("HỘ KINH DOANH  Mì Quảng", ignore_prefixes=["Hộ kinh doanh"]) == "mì quảng". May be empty.
    """
    folded = fold(text)
    for prefix in map(fold, ignore_prefixes):
        if folded == prefix:
            return ""
        if prefix and folded.startswith(prefix + " "):
            return folded[len(prefix) + 1 :]
    return folded
