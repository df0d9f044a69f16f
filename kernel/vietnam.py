"""Vietnam's identifiers and spelling: mobile numbers, personal identity numbers, names compared and unaccented."""

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import phonenumbers

from kernel.clock import SystemClock, local

Sex = Literal["male", "female"]

_COUNTRY_CODE: Final = 84
_PHONE_LENGTH: Final = 32
_PHONE_SHAPE: Final = re.compile(r"\+?[0-9 ().\-]+")
# The eleven-digit mobile prefixes that ended on 15/11/2018; the map old -> new is not confirmed, so none is converted.
_OLD_MOBILE: Final = re.compile(r"1(?:2[0-9]|6[2-9]|8[68]|99)\d{7}")
_MOBILE_TYPES: Final = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)

_IDENTITY_SHAPE: Final = re.compile(r"[0-9]{12}")
# A birth registered abroad carries a country's code instead of a province's (Thông tư 07/2016/TT-BCA). The list of
# those codes is unconfirmed, so a range is taken and no single code of it refused.
_BIRTH_COUNTRY_CODES: Final = range(101, 400)

# The two ways to place a tone mark in oa, oe, uy ("hòa", "hoà") are one word to a reader.
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_OLD_TONE_PLACE: Final = re.compile(f"(?:(o)([{_TONES}])([ae])|(u)([{_TONES}])(y))(?![{_TONES}\u0302\u0306\u031b])")
_UNMARKED: Final = str.maketrans("đĐ", "dD")


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
    plain = unicodedata.normalize("NFKC", text[: _PHONE_LENGTH + 1]).strip()
    if len(plain) > _PHONE_LENGTH or not _PHONE_SHAPE.fullmatch(plain):
        raise BadPhone("phone_invalid")
    try:
        number = phonenumbers.parse(plain, "VN")
    except phonenumbers.NumberParseException:
        raise BadPhone("phone_invalid") from None
    if number.country_code != _COUNTRY_CODE:
        raise BadPhone("phone_foreign")
    if _OLD_MOBILE.fullmatch(str(number.national_number)):
        raise BadPhone("phone_old_prefix")
    if not phonenumbers.is_valid_number(number):
        raise BadPhone("phone_invalid")
    kind = phonenumbers.number_type(number)
    if kind not in _MOBILE_TYPES:
        raise BadPhone("phone_landline" if kind == phonenumbers.PhoneNumberType.FIXED_LINE else "phone_not_mobile")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@cache
def birth_province_codes() -> dict[str, str]:
    """Three-digit code -> name of the 63 provinces of 2004-2025, which identity numbers keep for ever."""
    table = files("kernel").joinpath("data/birth_province_codes.csv").read_text(encoding="utf-8")
    return {row["code"]: row["province_2004_2025"] for row in csv.DictReader(table.splitlines())}


def parse_identity_number(text: str, *, today: date | None = None) -> IdentityNumber:
    """Read a personal identity number (số định danh cá nhân): 3 birthplace + 1 century and sex + 2 year + 6 digits.

    There is no checksum. `today` defaults to the date in Vietnam. Raises BadIdentityNumber with one of:
    identity_number_shape, identity_number_province, identity_number_birth_year (born in the future).
    """
    number = text.strip()
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


def strip_accents(text: str) -> str:
    """Vietnamese without diacritics: "Điện Bàn" -> "Dien Ban". Other letters with marks lose them as well."""
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c))).translate(
        _UNMARKED
    )


def fold_name(text: str, *, ignore_prefixes: Sequence[str] = ()) -> str:
    """The key under which two spellings of one name meet: case, spaces, Unicode form and tone place do not count.

    Accents do count. The first of `ignore_prefixes` (compared the same way, as whole words) is cut off:
    fold_name("HỘ KINH DOANH  Mì Quảng", ignore_prefixes=["Hộ kinh doanh"]) == "mì quảng". May be empty.
    """
    folded = _fold(text)
    for prefix in map(_fold, ignore_prefixes):
        if folded == prefix:
            return ""
        if prefix and folded.startswith(prefix + " "):
            return folded[len(prefix) + 1 :]
    return folded


def _fold(text: str) -> str:
    compatible = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(c for c in compatible if unicodedata.category(c) != "Cf")
    decomposed = unicodedata.normalize("NFD", " ".join(visible.split()))
    return unicodedata.normalize("NFC", _OLD_TONE_PLACE.sub(_move_tone, decomposed))


def _move_tone(match: re.Match[str]) -> str:
    first, tone, second = (part for part in match.groups() if part is not None)
    return f"{first}{second}{tone}"
