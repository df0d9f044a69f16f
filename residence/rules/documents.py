"""The document of a guest: its number by its kind, and what the number says of its holder."""

import re
from datetime import date
from functools import lru_cache
from typing import Final

from kernel.texts.vietnam import BadIdentityNumber, IdentityNumber, parse_identity_number
from residence.guests import Sex
from residence.reading.catalogues import catalogue
from residence.rules.days import shown
from residence.rules.findings import Finding
from residence.rules.judgement import Judgement

_CCCD, _CMND, _LICENCE, _PASSPORT, _BIRTH, _INSURANCE, _NUMBER_NOTICE, _ID_CARD, _OTHER = 1, 2, 3, 4, 5, 6, 7, 8, 9
_TWELVE_DIGITS: Final = frozenset({_CCCD, _NUMBER_NOTICE, _ID_CARD})
_CLEAN: Final = re.compile(r"[A-Za-z0-9]+")
_VIETNAMESE_PASSPORT: Final = re.compile(r"[A-Z]\d{7,8}")
_DIGITS_OF_A_PERSON: Final = 12
_SHORTEST_CMND, _LONGEST_CMND = 7, 9
_SCIENTIFIC: Final = re.compile(r"\d(?:[.,]\d+)?E\+?\d+")
# "12/2015", "Số 45 - 2016": the number of an entry in a register of births, with its year.
_OF_A_REGISTER: Final = re.compile(r"\d{1,6}\s*[/\-.]\s*(?:19|20)\d{2}")
_SHAPES: Final[dict[int, tuple[re.Pattern[str], str]]] = {
    **dict.fromkeys(_TWELVE_DIGITS, (re.compile(r"[0-9]{12}"), "12 chữ số")),
    _CMND: (re.compile(r"[0-9]{9}|[0-9]{12}"), "9 hoặc 12 chữ số"),
    **dict.fromkeys((_LICENCE, _INSURANCE), (re.compile(r"[A-Za-z0-9]{1,20}"), "tối đa 20 chữ và số")),
    _PASSPORT: (re.compile(r"[A-Za-z0-9]{1,10}"), "tối đa 10 chữ và số"),
}


def judge_document(guest: Judgement) -> None:
    """The number's signs and length, and the name of a document outside the catalogue."""
    values = guest.values
    number: str = values.get("document_number", "")
    kind: int | None = values.get("document_kind")
    if kind == _OTHER and not values.get("document_name"):
        guest.note("document_name_missing", "document_name")
    if not number:
        if "document_number" not in guest.unreadable:
            guest.note("document_number_empty", "document_number")
        return
    if guest.foreign and kind is None:
        kind = _PASSPORT
    found = _wrong_number(number, kind)
    if found is not None:
        guest.findings.append(found)
    elif guest.context.numeric_number and kind not in _TWELVE_DIGITS:
        guest.note("number_was_numeric", "document_number", number)
    if values.get("document_guessed"):
        guest.note("document_kind_guessed", "document_kind", str(kind or ""))


def kind_by_number(number: str, kind_of_heading: int | None) -> int | None:
    """The kind of a Vietnamese's document where only its number is told, and perhaps a heading of one kind alone; None
    where it could be several. A number that lost its zeros is judged as what it was."""
    if kind_of_heading == _PASSPORT and not (number.isdigit() and len(number) == _DIGITS_OF_A_PERSON):
        return _PASSPORT
    if number.isdigit() and len(number) >= _SHORTEST_CMND:
        return _CMND if len(number) <= _LONGEST_CMND else _CCCD
    if kind_of_heading is not None:
        return kind_of_heading
    return _PASSPORT if _VIETNAMESE_PASSPORT.fullmatch(number) else None


def _wrong_number(number: str, kind: int | None) -> Finding | None:
    if not _CLEAN.fullmatch(number):
        return Finding(_rule_of_signs(number, kind), "document_number", number)
    pattern, expected = _SHAPES.get(kind or 0, (None, ""))
    if pattern is None or pattern.fullmatch(number):
        return None
    label = catalogue("document_kinds")[str(kind)]
    whole = 9 if kind == _CMND and len(number) < 9 else 12
    if kind not in (_PASSPORT, _LICENCE, _INSURANCE) and number.isdigit() and len(number) < whole:
        params: dict[str, str | int] = {"kind": label, "expected": whole, "found": len(number)}
        return Finding("document_number_zeros_lost", "document_number", number, params)
    return Finding("document_number_shape", "document_number", number, {"kind": label, "expected": expected})


def _rule_of_signs(number: str, kind: int | None) -> str:
    if _SCIENTIFIC.fullmatch(number):
        return "document_number_scientific"
    if kind in (None, _BIRTH, _OTHER) and _OF_A_REGISTER.fullmatch(number):
        return "document_number_of_register"
    return "document_number_characters"


def judge_identity_number(guest: Judgement) -> None:
    """Sex and year of birth against what the digits of a personal identity number say."""
    values = guest.values
    number: str = values.get("document_number", "")
    if values.get("document_kind") not in _TWELVE_DIGITS or len(number) != 12:
        return
    told = _identity(number, guest.context.today)
    if told == "identity_number_province":
        guest.note("identity_province", "document_number", number)
    if not isinstance(told, IdentityNumber):
        return
    sex: Sex | None = values.get("sex")
    if sex is not None and (sex is Sex.FEMALE) != (told.sex == "female"):
        guest.note("identity_differs", "sex", sex.value, told="Nữ" if told.sex == "female" else "Nam")
    birth: date | None = values.get("birth_date")
    if birth is not None and birth.year != told.birth_year:
        guest.note("identity_differs", "birth_date", shown(birth), told=told.birth_year)


@lru_cache(16384)
def _identity(number: str, today: date) -> IdentityNumber | str:
    try:
        return parse_identity_number(number, today=today)
    except BadIdentityNumber as error:
        return error.code
