"""The Vietnamese formats a form can demand of a text, by the name that stands in the schema's `format`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from agencies.places import communes, provinces
from kernel.texts.folding import latin
from kernel.texts.names import person_name_fault
from kernel.texts.vietnam import BadIdentityNumber, BadPhone, parse_identity_number, parse_mobile, parse_phone
from procedures.forms.births import read_birth
from procedures.forms.business_names import business_name_fault, other_name_fault

_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EARLIEST_BIRTH: Final = 1900


@dataclass(frozen=True, slots=True)
class FormText:
    """A text of the form values: where it stands, the node that describes it, the object around it."""

    pointer: str
    text: str
    node: Mapping[str, Any]
    beside: Mapping[str, Any]

    def sibling(self, keyword: str) -> Any:
        """The value of the field beside it that a keyword of its node names."""
        return self.beside.get(self.node.get(keyword, ""))


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text does not fit: a field error's code, and what its sentence tells."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)


Check = Callable[[FormText, date], Fault | None]


def _fault(code: str | None) -> Fault | None:
    return None if code is None else Fault(code)


def _mobile(held: FormText, _today: date) -> Fault | None:
    try:
        parse_mobile(held.text)
    except BadPhone as refusal:
        return Fault(refusal.code)
    return None


def _phone(held: FormText, _today: date) -> Fault | None:
    try:
        parse_phone(held.text)
    except BadPhone as refusal:
        return Fault(refusal.code)
    return None


def _identity_number(held: FormText, today: date) -> Fault | None:
    try:
        parse_identity_number(held.text, today=today)
    except BadIdentityNumber as refusal:
        return Fault(refusal.code)
    return None


def _birth_date(held: FormText, today: date) -> Fault | None:
    """A day, a month or a year alone; of someone old enough where the form says `x-min-age`."""
    birth = read_birth(held.text)
    if birth is None:
        # Shaped like a whole date, it is none; else it is told how to write one.
        return Fault("date_invalid" if _ISO_DATE.fullmatch(held.text) else "birth_invalid")
    if birth.first > today:
        return Fault("date_in_future")
    if birth.year < _EARLIEST_BIRTH:
        return Fault("date_too_early")
    least = held.node.get("x-min-age", 0)
    return Fault("under_age", {"age": least}) if birth.surely_under(least, today) else None


def _province(held: FormText, _today: date) -> Fault | None:
    return None if held.text in provinces() else Fault("province_unknown")


def _commune(held: FormText, _today: date) -> Fault | None:
    lies_in = communes().get(held.text)
    if lies_in is None:
        return Fault("commune_unknown")
    province = held.sibling("x-province-field")
    if not isinstance(province, str) or province not in provinces():
        return None
    return None if province == lies_in else Fault("commune_not_in_province")


FORMATS: Final[Mapping[str, Check]] = {
    "vn-mobile": _mobile,
    "vn-phone": _phone,
    "vn-identity-number": _identity_number,
    "vn-birth-date": _birth_date,
    "vn-province": _province,
    "vn-commune": _commune,
    "vn-person-name": lambda held, _: _fault(person_name_fault(held.text)),
    "vn-business-name": lambda held, _: _fault(business_name_fault(held.text)),
    "vn-other-business-name": lambda held, _: _fault(other_name_fault(held.text)),
    # What these hold may be doubted, never refused.
    "vn-business-line": lambda _held, _today: None,
    "vn-amount-words": lambda _held, _today: None,
}
# Texts that are stored in another spelling than they were typed in.
SPELLINGS: Final[Mapping[str, Callable[[str], str]]] = {
    "vn-person-name": latin,
    "vn-business-name": latin,
    "vn-other-business-name": latin,
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
