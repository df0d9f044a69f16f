"""The rules of one declaration: what refuses it and what only warns. Pure.

E01 to E14 and W01 to W07 are those known of the authority's form; shapes of document numbers are the lodging API's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from kernel.clock import local
from kernel.vietnam import BadIdentityNumber, IdentityNumber, parse_identity_number
from residence.catalogues import catalogue
from residence.findings import Finding
from residence.guests import VIETNAMESE_NATIONALITY, GuestDeclaration, Moment, Sex
from residence.names import has_odd_letters, is_mrz_shaped, transliterate

_ALWAYS: Final = ("full_name", "birth_date", "sex", "nationality", "document_number", "arrival", "departure")
_OF_VIETNAMESE: Final = ("document_kind", "reason")
_OF_FOREIGNERS: Final = ("residence_expiry",)

_CCCD, _CMND, _LICENCE, _PASSPORT, _INSURANCE, _NUMBER_NOTICE, _ID_CARD, _OTHER = 1, 2, 3, 4, 6, 7, 8, 9
_TWELVE_DIGITS: Final = frozenset({_CCCD, _NUMBER_NOTICE, _ID_CARD})
_IN_WORDS: Final = 20
_DEFAULT_REASON: Final = 1
_CLEAN: Final = re.compile(r"[A-Za-z0-9]+")
_SCIENTIFIC: Final = re.compile(r"\d(?:[.,]\d+)?E\+?\d+")
_SHAPES: Final[dict[int, tuple[re.Pattern[str], str]]] = {
    **dict.fromkeys(_TWELVE_DIGITS, (re.compile(r"[0-9]{12}"), "12 chữ số")),
    _CMND: (re.compile(r"[0-9]{9}|[0-9]{12}"), "9 hoặc 12 chữ số"),
    **dict.fromkeys((_LICENCE, _INSURANCE), (re.compile(r"[A-Za-z0-9]{1,20}"), "tối đa 20 chữ và số")),
    _PASSPORT: (re.compile(r"[A-Za-z0-9]{1,10}"), "tối đa 10 chữ và số"),
}
_PHONE: Final = re.compile(r"(?:0|\+?84)(?:[35789]\d{8}|2\d{8,9})")
_DAY: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Context:
    """`now` is aware, `today` its day in Vietnam.

    `foreign_form` tells how a row without a nationality is meant; `unreadable` names fields that were given and could
    not be read, so they are not missing; `numeric_number` that the document number stood in a numeric cell.
    """

    now: datetime
    today: date
    foreign_form: bool = False
    unreadable: frozenset[str] | set[str] = frozenset()
    numeric_number: bool = False


Values = Mapping[str, Any]


def check_declaration(declaration: GuestDeclaration, now: datetime) -> list[Finding]:
    """Findings of one declaration at the instant `now`, refusals and warnings."""
    told = {name: value for name in _FIELDS if (value := getattr(declaration, name)) not in ("", None)}
    return check_values(told, Context(now, local(now).date()))


def check_values(values: Values, context: Context) -> list[Finding]:
    """Findings of the typed values of a row, of which some may be missing."""
    findings: list[Finding] = []
    for rule in _RULES:
        rule(values, context, findings)
    return findings


def is_foreign(values: Values, context: Context) -> bool:
    nationality = values.get("nationality")
    return context.foreign_form if nationality is None else nationality != VIETNAMESE_NATIONALITY


def _required(values: Values, context: Context, out: list[Finding]) -> None:
    own: tuple[str, ...] = _OF_FOREIGNERS if is_foreign(values, context) else _OF_VIETNAMESE
    if "nationality" in context.unreadable:
        # Until it can be read nobody knows which of both a guest must tell.
        own = ()
    out.extend(
        Finding("required", name) for name in (*_ALWAYS, *own) if name not in values and name not in context.unreadable
    )


def _name(values: Values, context: Context, out: list[Finding]) -> None:
    name: str = values.get("full_name", "")
    if not name:
        return
    if " " not in name and not values.get("one_word_name"):
        out.append(Finding("one_word_name", "full_name", name))
    if is_foreign(values, context):
        if not is_mrz_shaped(name):
            spelled = transliterate(name)
            hint = f" Có phải là {spelled}?" if spelled else ""
            out.append(Finding("name_not_mrz", "full_name", name, {"hint": hint}))
        if not values.get("name_confirmed"):
            out.append(Finding("name_not_confirmed", "full_name", name))
    elif has_odd_letters(name):
        out.append(Finding("name_letters_odd", "full_name", name))


def _document(values: Values, context: Context, out: list[Finding]) -> None:
    number: str = values.get("document_number", "")
    kind: int | None = values.get("document_kind")
    if kind == _OTHER and not values.get("document_name"):
        out.append(Finding("document_name_missing", "document_name"))
    if not number:
        if "document_number" not in context.unreadable:
            out.append(Finding("document_number_empty", "document_number"))
        return
    if is_foreign(values, context) and kind is None:
        kind = _PASSPORT
    found = _wrong_number(number, kind)
    if found is not None:
        out.append(found)
    elif context.numeric_number and kind not in _TWELVE_DIGITS:
        out.append(Finding("number_was_numeric", "document_number", number))
    if values.get("document_guessed"):
        out.append(Finding("document_kind_guessed", "document_kind", str(kind or "")))


def _wrong_number(number: str, kind: int | None) -> Finding | None:
    if not _CLEAN.fullmatch(number):
        rule = "document_number_scientific" if _SCIENTIFIC.fullmatch(number) else "document_number_characters"
        return Finding(rule, "document_number", number)
    pattern, expected = _SHAPES.get(kind or 0, (None, ""))
    if pattern is None or pattern.fullmatch(number):
        return None
    label = catalogue("document_kinds")[str(kind)]
    whole = 9 if kind == _CMND and len(number) < 9 else 12
    if kind not in (_PASSPORT, _LICENCE, _INSURANCE) and number.isdigit() and len(number) < whole:
        params: dict[str, str | int] = {"kind": label, "expected": whole, "found": len(number)}
        return Finding("document_number_zeros_lost", "document_number", number, params)
    return Finding("document_number_shape", "document_number", number, {"kind": label, "expected": expected})


def _identity_number(values: Values, context: Context, out: list[Finding]) -> None:
    number: str = values.get("document_number", "")
    if values.get("document_kind") not in _TWELVE_DIGITS or len(number) != 12:
        return
    told = _identity(number, context.today)
    if told == "identity_number_province":
        out.append(Finding("identity_province", "document_number", number))
    if not isinstance(told, IdentityNumber):
        return
    sex: Sex | None = values.get("sex")
    if sex is not None and (sex is Sex.FEMALE) != (told.sex == "female"):
        out.append(Finding("identity_differs", "sex", sex.value, {"told": "Nữ" if told.sex == "female" else "Nam"}))
    birth: date | None = values.get("birth_date")
    if birth is not None and birth.year != told.birth_year:
        out.append(Finding("identity_differs", "birth_date", _shown(birth), {"told": told.birth_year}))


@lru_cache(16384)
def _identity(number: str, today: date) -> IdentityNumber | str:
    try:
        return parse_identity_number(number, today=today)
    except BadIdentityNumber as error:
        return error.code


def _stay(values: Values, context: Context, out: list[Finding]) -> None:
    arrival: Moment | None = values.get("arrival")
    departure: Moment | None = values.get("departure")
    left: Moment | None = values.get("left")
    birth: date | None = values.get("birth_date")
    if birth is not None and birth > min(arrival.day if arrival else context.today, context.today):
        out.append(Finding("birth_date_in_future", "birth_date", _shown(birth)))
    if arrival is None:
        return
    if departure is not None and _before(departure, arrival):
        params = {"arrival": _shown(arrival.day)}
        out.append(Finding("departure_before_arrival", "departure", _shown(departure.day), params))
    if left is not None and _before(left, arrival):
        out.append(Finding("checked_out_before_arrival", "left", _shown(left.day)))
    if arrival.day > context.today:
        out.append(Finding("arrival_in_future", "arrival", _shown(arrival.day)))
    elif context.now - arrival.instant > _DAY:
        out.append(Finding("undeclared_over_a_day", "arrival", _shown(arrival.day)))


def _before(first: Moment, second: Moment) -> bool:
    if first.clock is None or second.clock is None:
        return first.day < second.day
    return first.instant < second.instant


def _residence(values: Values, context: Context, out: list[Finding]) -> None:
    if not is_foreign(values, context):
        return
    expiry: date | None = values.get("residence_expiry")
    departure: Moment | None = values.get("departure")
    if expiry is None:
        if "residence_expiry" not in context.unreadable:
            out.append(Finding("residence_expiry_missing", "residence_expiry"))
        return
    if departure is not None and expiry < departure.day:
        params = {"departure": _shown(departure.day)}
        out.append(Finding("residence_expiry_before_departure", "residence_expiry", _shown(expiry), params))
    if expiry == values.get("passport_expiry"):
        out.append(Finding("residence_expiry_is_passport_expiry", "residence_expiry", _shown(expiry)))


def _reason(values: Values, _: Context, out: list[Finding]) -> None:
    reason: int | None = values.get("reason")
    if reason == _IN_WORDS and not values.get("reason_text"):
        out.append(Finding("reason_text_missing", "reason_text"))
    if reason == _DEFAULT_REASON:
        out.append(Finding("reason_is_default", "reason", "1 - Du lịch"))


def _room_and_phone(values: Values, context: Context, out: list[Finding]) -> None:
    if "room" not in values and "room" not in context.unreadable:
        out.append(Finding("room_missing", "room"))
    if is_foreign(values, context) or not context.unreadable.isdisjoint(("phone", "nationality")):
        return
    phone: str = values.get("phone", "")
    if not phone:
        out.append(Finding("phone_missing", "phone"))
    elif not _PHONE.fullmatch(phone):
        out.append(Finding("phone_unusual", "phone", phone))


def _machine(values: Values, _: Context, out: list[Finding]) -> None:
    if values.get("needs_review"):
        out.append(Finding("needs_review"))


def _shown(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


_FIELDS: Final = tuple(each.name for each in fields(GuestDeclaration))
_RULES: Final[tuple[Callable[[Values, Context, list[Finding]], None], ...]] = (
    _required,
    _name,
    _document,
    _identity_number,
    _stay,
    _residence,
    _reason,
    _room_and_phone,
    _machine,
)
