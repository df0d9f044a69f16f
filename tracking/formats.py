"""The Vietnamese formats a form can demand of a text, by the name that stands in the schema's `format`."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from kernel.vietnam import BadIdentityNumber, BadPhone, parse_identity_number, parse_mobile
from tracking.places import communes, provinces

# (text, schema node, the object the text stands in, today in Vietnam) -> the field error's code, None if it fits.
Check = Callable[[str, Mapping[str, Any], Mapping[str, Any], date], str | None]
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EARLIEST_BIRTH: Final = 1900
_SEX_WORDS: Final = {"nam": "male", "nu": "female"}


def _mobile(text: str, _node: Mapping[str, Any], _beside: Mapping[str, Any], _today: date) -> str | None:
    try:
        parse_mobile(text)
    except BadPhone as refusal:
        return refusal.code
    return None


def _identity_number(text: str, _node: Mapping[str, Any], _beside: Mapping[str, Any], today: date) -> str | None:
    try:
        parse_identity_number(text, today=today)
    except BadIdentityNumber as refusal:
        return refusal.code
    return None


def _birth_date(text: str, _node: Mapping[str, Any], _beside: Mapping[str, Any], today: date) -> str | None:
    day = read_date(text)
    if day is None:
        return "date_invalid"
    if day > today:
        return "date_in_future"
    return "date_too_early" if day.year < _EARLIEST_BIRTH else None


def _province(text: str, _node: Mapping[str, Any], _beside: Mapping[str, Any], _today: date) -> str | None:
    return None if text in provinces() else "province_unknown"


def _commune(text: str, node: Mapping[str, Any], beside: Mapping[str, Any], _today: date) -> str | None:
    lies_in = communes().get(text)
    if lies_in is None:
        return "commune_unknown"
    province = beside.get(node.get("x-province-field", ""))
    if not isinstance(province, str) or province not in provinces():
        return None
    return None if province == lies_in else "commune_not_in_province"


FORMATS: Final[Mapping[str, Check]] = {
    "vn-mobile": _mobile,
    "vn-identity-number": _identity_number,
    "vn-birth-date": _birth_date,
    "vn-province": _province,
    "vn-commune": _commune,
}
# Checked by the schema validator itself.
STANDARD_FORMATS: Final = frozenset({"date", "email"})


def read_date(text: object) -> date | None:
    """A date written YYYY-MM-DD, None for anything else."""
    if not isinstance(text, str) or not _ISO_DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def identity_doubts(text: str, node: Mapping[str, Any], beside: Mapping[str, Any], today: date) -> list[str]:
    """What an identity number says otherwise than the fields beside it. Doubts, for registers hold old errors."""
    try:
        number = parse_identity_number(text, today=today)
    except BadIdentityNumber:
        return []
    sex = _SEX_WORDS.get(str(beside.get(node.get("x-sex-field", ""))))
    birth = read_date(beside.get(node.get("x-birth-field", "")))
    doubts = ["identity_number_sex_differs"] if sex is not None and sex != number.sex else []
    if birth is not None and birth.year != number.birth_year:
        doubts.append("identity_number_birth_year_differs")
    return doubts
