"""The machine-readable zone of passports and cards (ICAO Doc 9303, formats TD1, TD2 and TD3). Pure.

The first line of a passport, which holds the name, is covered by no check digit: a person has to compare it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from kernel.errors import DomainError
from residence.guests import BirthPrecision, Sex
from residence.reading.catalogues import NationalityCode, find_nationality
from residence.reading.scans import typed_through_an_input_method, unframed

_LINES: Final = re.compile(r"[\s/|]+")
_SIGNS: Final = re.compile(r"[A-Z0-9<]+")
_FILLERS: Final = str.maketrans({"«": "<<", "»": "<<", "‹": "<", "›": "<", "＜": "<", "≪": "<<"})
_WEIGHTS: Final = (7, 3, 1)
# Length of a line -> how many lines; a scanner may send them as one.
_FORMATS: Final = {44: ("TD3", 2), 36: ("TD2", 2), 30: ("TD1", 3)}
_LONGEST: Final = 90
_PASSPORT, _CITIZEN_CARD = 4, 1
# Visas have the lengths of passports and of cards (MRV-A and MRV-B), and other fields.
_VISA: Final = "V"
# On a citizen's card of Vietnam the optional data begins with the whole personal number, of which the number of the
# card is the last nine digits.
_VIETNAM: Final = "VNM"
_PERSONAL_NUMBER: Final = re.compile(r"(\d{12})<*\d?")
_UNKNOWN: Final = "00"
# Validity never exceeds this, so it is the half-width of the window in which an expiry is looked for.
_HALF_CENTURY: Final = 50


@dataclass(frozen=True, slots=True)
class Mrz:
    """What a zone says. `nationality` is as printed ("D" for "D<<"); `birth_date` None where the document tells none,
    `sex` None where it is unspecified. `personal_number` is that of a Vietnamese citizen's card, else empty."""

    form: str
    document_code: str
    issuer: str
    surname: str
    given_names: str
    number: str
    nationality: str
    birth_date: date | None
    birth_precision: BirthPrecision
    sex: Sex | None
    expiry: date | None
    personal_number: str = ""

    @property
    def full_name(self) -> str:
        """Surname first, as the authority's files write it."""
        return f"{self.surname} {self.given_names}".strip()

    def declared_fields(self) -> dict[str, Any]:
        """What it gives of a declaration. The name still has to be confirmed, the residence expiry is not in it."""
        found = find_nationality(self.nationality)
        fields = {
            "full_name": self.full_name,
            "nationality": found.code if isinstance(found, NationalityCode) else self.nationality,
            "document_number": self.personal_number or self.number,
            "document_kind": self._kind(),
            # The zone does not say whether it is a CCCD or a thẻ căn cước.
            "document_guessed": True if self.personal_number else None,
            "needs_review": True if self._differs() else None,
            "birth_date": self.birth_date,
            "birth_precision": self.birth_precision,
            "sex": self.sex,
            "passport_expiry": self.expiry if self.form == "TD3" else None,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def _kind(self) -> int | None:
        if self.form == "TD3":
            return _PASSPORT
        return _CITIZEN_CARD if self.personal_number else None

    def _differs(self) -> bool:
        """Whether the two numbers of a citizen's card contradict each other."""
        return bool(self.personal_number) and not self.personal_number.endswith(self.number)


def read_mrz(text: str, today: date) -> Mrz:
    """Reads a zone as scanners send it: lines apart or in one, with any blanks between and other words around it.

    Raises DomainError: mrz_shape, mrz_visa, scan_input_method, or mrz_check_digit with `wrong`, the parts that do not
    agree with their digit.
    """
    refusal: DomainError | None = None
    for form, lines in _zones(text):
        try:
            return _read_zone(form, lines, today)
        except DomainError as error:
            refusal = refusal or error
    if refusal is None and typed_through_an_input_method(text):
        raise DomainError("scan_input_method")
    raise refusal or DomainError("mrz_shape")


def _read_zone(form: str, lines: list[str], today: date) -> Mrz:
    if lines[0].startswith(_VISA) and form != "TD1":
        raise DomainError("mrz_visa")
    parts = _PARTS[form]
    taken = {name: lines[line][start:end] for name, (line, start, end) in parts.items()}
    number, digit = _number(form, taken)
    checked = {
        "document_number": (number, digit),
        "birth_date": (taken["birth"], taken["birth_digit"]),
        "expiry": (taken["expiry"], taken["expiry_digit"]),
        "composite": (_composite(form, lines), taken["composite_digit"]),
    }
    if form == "TD3":
        checked["personal_number"] = (taken["optional"], taken["optional_digit"])
    wrong = [name for name, (value, given) in checked.items() if not _agrees(value, given)]
    if wrong:
        raise DomainError("mrz_check_digit", wrong=wrong)
    return _read(form, taken, number, today)


def check_digit(value: str) -> int:
    """The check digit of ICAO 9303: weights 7, 3, 1; letters are 10 to 35, the filler is 0."""
    return sum(_worth(sign) * _WEIGHTS[place % 3] for place, sign in enumerate(value)) % 10


def birth_year(two_digits: int, month: int, day: int, today: date) -> int:
    """The latest year in which that day is not in the future: 90 -> 1990, 26 -> 2026 or 1926 by the day."""
    year = today.year - today.year % 100 + two_digits
    return year - 100 if (year, month, day) > (today.year, today.month, today.day) else year


def expiry_year(two_digits: int, today: date) -> int:
    """The year within half a century of today: 35 -> 2035."""
    year = today.year - today.year % 100 + two_digits
    if year > today.year + _HALF_CENTURY:
        return year - 100
    return year + 100 if year <= today.year - _HALF_CENTURY else year


def _zones(text: str) -> Iterator[tuple[str, list[str]]]:
    """Every run of the text's words that has the length of a zone; usually the only one is the text."""
    words = [word for word in _LINES.split(unframed(text.translate(_FILLERS)).upper()) if word]
    for first in range(len(words)):
        joined = ""
        for word in words[first:]:
            joined += word
            if len(joined) > _LONGEST:
                break
            for length, (form, count) in _FORMATS.items():
                if len(joined) == length * count and _SIGNS.fullmatch(joined):
                    yield form, [joined[place : place + length] for place in range(0, len(joined), length)]


_Parts = Mapping[str, tuple[int, int, int]]
# Part -> line, start, end.
_PARTS: Final[dict[str, _Parts]] = {
    "TD3": {
        "code": (0, 0, 2),
        "issuer": (0, 2, 5),
        "names": (0, 5, 44),
        "number": (1, 0, 9),
        "number_digit": (1, 9, 10),
        "nationality": (1, 10, 13),
        "birth": (1, 13, 19),
        "birth_digit": (1, 19, 20),
        "sex": (1, 20, 21),
        "expiry": (1, 21, 27),
        "expiry_digit": (1, 27, 28),
        "optional": (1, 28, 42),
        "optional_digit": (1, 42, 43),
        "composite_digit": (1, 43, 44),
    },
    "TD2": {
        "code": (0, 0, 2),
        "issuer": (0, 2, 5),
        "names": (0, 5, 36),
        "number": (1, 0, 9),
        "number_digit": (1, 9, 10),
        "nationality": (1, 10, 13),
        "birth": (1, 13, 19),
        "birth_digit": (1, 19, 20),
        "sex": (1, 20, 21),
        "expiry": (1, 21, 27),
        "expiry_digit": (1, 27, 28),
        "optional": (1, 28, 35),
        "composite_digit": (1, 35, 36),
    },
    "TD1": {
        "code": (0, 0, 2),
        "issuer": (0, 2, 5),
        "number": (0, 5, 14),
        "number_digit": (0, 14, 15),
        "optional": (0, 15, 30),
        "birth": (1, 0, 6),
        "birth_digit": (1, 6, 7),
        "sex": (1, 7, 8),
        "expiry": (1, 8, 14),
        "expiry_digit": (1, 14, 15),
        "nationality": (1, 15, 18),
        "composite_digit": (1, 29, 30),
        "names": (2, 0, 30),
    },
}


def _composite(form: str, lines: list[str]) -> str:
    if form == "TD1":
        return lines[0][5:30] + lines[1][0:7] + lines[1][8:15] + lines[1][18:29]
    end = 43 if form == "TD3" else 35
    return lines[1][0:10] + lines[1][13:20] + lines[1][21:end]


def _number(form: str, taken: Mapping[str, str]) -> tuple[str, str]:
    """The number with its digit; on cards a long one goes on in the optional data, with the digit at its end."""
    if form != "TD3" and taken["number_digit"] == "<":
        rest = taken["optional"].partition("<")[0]
        return taken["number"] + rest[:-1], rest[-1:]
    return taken["number"], taken["number_digit"]


def _agrees(value: str, digit: str) -> bool:
    if digit == "<":
        return not value.strip("<")
    return digit.isdigit() and check_digit(value) == int(digit)


def _worth(sign: str) -> int:
    return 0 if sign == "<" else int(sign, 36)


def _read(form: str, taken: Mapping[str, str], number: str, today: date) -> Mrz:
    surname, _, given = taken["names"].partition("<<")
    birth, precision = _birth(taken["birth"], today)
    sex = taken["sex"]
    return Mrz(
        form,
        taken["code"].rstrip("<"),
        taken["issuer"].rstrip("<"),
        _spaced(surname),
        _spaced(given),
        number.rstrip("<"),
        taken["nationality"].rstrip("<"),
        birth,
        precision,
        Sex(sex) if sex in ("M", "F") else None,
        _expiry(taken["expiry"], today),
        _personal_number(form, taken, number),
    )


def _personal_number(form: str, taken: Mapping[str, str], number: str) -> str:
    """The twelve digits of a Vietnamese citizen's card; "" on every other document."""
    if form != "TD1" or taken["issuer"] != _VIETNAM:
        return ""
    match = _PERSONAL_NUMBER.fullmatch(taken["optional"])
    if match is not None:
        return match[1]
    return number if len(number) == 12 and number.isdigit() else ""


def _spaced(names: str) -> str:
    return " ".join(names.replace("<", " ").split())


def _birth(text: str, today: date) -> tuple[date | None, BirthPrecision]:
    """An unknown month or day is printed as fillers or as 00."""
    year, month, day = text[:2], text[2:4], text[4:]
    if not year.isdigit() or text == _UNKNOWN * 3:
        return None, BirthPrecision.DAY
    precision = BirthPrecision.DAY if _is_told(day) else BirthPrecision.MONTH
    if not _is_told(month):
        precision, day = BirthPrecision.YEAR, ""
    numbers = (int(month) if _is_told(month) else 1, int(day) if _is_told(day) else 1)
    return _day(birth_year(int(year), *numbers, today), *numbers), precision


def _is_told(part: str) -> bool:
    return part.isdigit() and part != _UNKNOWN


def _expiry(text: str, today: date) -> date | None:
    """None for a document without end, which is printed as fillers or zeros."""
    if not text.isdigit() or _UNKNOWN in (text[2:4], text[4:]):
        return None
    return _day(expiry_year(int(text[:2]), today), int(text[2:4]), int(text[4:]))


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise DomainError("mrz_shape") from None
