"""A guest as a lodging declares them (thông báo lưu trú, khai báo tạm trú). Value types, pure.

Fields are those of Luật Cư trú Đ.30, Thông tư 53/2016/TT-BCA (NA17) and the lodging API v1.4.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime, time
from enum import StrEnum
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, Final

from kernel.clock import VIETNAM

VIETNAMESE_NATIONALITY: Final = "VNM"
MOST_AT_ONCE: Final = 200
"""Guests that one request judges and declares. Each takes 0.3 ms, in which other requests of the process wait for their
turn; hardly a lodging has more in an evening. A longer file is left to a worker."""
_VERSION: Final = 1


class GuestKind(StrEnum):
    """Which of the two declarations of the law a guest needs."""

    VIETNAMESE = "vietnamese"
    FOREIGN = "foreign"


class Sex(StrEnum):
    MALE = "M"
    FEMALE = "F"


class BirthPrecision(StrEnum):
    """What of a birth date the document says. The unknown parts of the stored date are 1."""

    DAY = "D"
    MONTH = "M"
    YEAR = "Y"


@dataclass(frozen=True, slots=True)
class Moment:
    """A day in Vietnam, with the time of day where it was told."""

    day: date
    clock: time | None = None

    @property
    def instant(self) -> datetime:
        """Aware, +07:00; the first minute of the day where no time was told."""
        return datetime.combine(self.day, self.clock or time(), VIETNAM)

    def isoformat(self) -> str:
        return self.day.isoformat() if self.clock is None else f"{self.day.isoformat()}T{self.clock.isoformat()}"

    @classmethod
    def fromisoformat(cls, text: str) -> "Moment":
        """Reads what `isoformat` wrote. Raises ValueError."""
        day, _, clock = text.partition("T")
        return cls(date.fromisoformat(day), time.fromisoformat(clock) if clock else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestDeclaration:
    """One guest, one stay. Codes are those of the authority's catalogues (`residence.reading.catalogues`).

    `nationality` is its code ("VNM", "D" for Germany), `document_kind` 1 to 9, `reason` 1 to 20, `residence_kind` 1 to
    3. `document_number` is the passport's for a foreigner. `departure` is the expected one, `left` the real one.
    `name_confirmed` says that a person compared a foreigner's name with the passport, `one_word_name` that a name of
    one word is right; `document_guessed` and `needs_review` say that a machine was not sure. Texts are NFC.
    """

    full_name: str
    birth_date: date
    sex: Sex
    nationality: str
    document_number: str
    arrival: Moment
    departure: Moment
    birth_precision: BirthPrecision = BirthPrecision.DAY
    document_kind: int | None = None
    document_name: str = ""
    phone: str = ""
    residence_kind: int | None = None
    province_code: str = ""
    commune_code: str = ""
    address: str = ""
    left: Moment | None = None
    room: str = ""
    reason: int | None = None
    reason_text: str = ""
    note: str = ""
    residence_expiry: date | None = None
    passport_expiry: date | None = None
    passport_kind: str = ""
    entry_document_kind: str = ""
    entry_document_number: str = ""
    entry_document_expiry: date | None = None
    entry_document_issued: date | None = None
    entry_document_issuer: str = ""
    entry_date: date | None = None
    entry_gate: str = ""
    entry_purpose: str = ""
    one_word_name: bool = False
    name_confirmed: bool = False
    document_guessed: bool = False
    needs_review: bool = False

    @property
    def kind(self) -> GuestKind:
        return GuestKind.VIETNAMESE if self.nationality == VIETNAMESE_NATIONALITY else GuestKind.FOREIGN

    def to_json(self) -> str:
        """Compact JSON, the same text for the same declaration; values left at their default are not written."""
        told = zip(_OPENINGS, _VALUES(self), strict=True)
        members = [
            opening + (encode_basestring(value) if value.__class__ is str else _plain(value))
            for (opening, default), value in told
            if value is not default and value != default
        ]
        return f'{{{",".join(members)},"v":{_VERSION}}}'

    @classmethod
    def from_json(cls, text: str) -> "GuestDeclaration":
        """Reads what `to_json` wrote. Raises ValueError for anything else."""
        document = json.loads(text)
        if not isinstance(document, dict) or document.pop("v", None) != _VERSION:
            raise ValueError("not a stored guest declaration")
        return cls(**_typed(document))


def _plain(value: Any) -> str:
    """A value that is no plain text, as JSON."""
    kind = value.__class__
    if kind is date or kind is Moment:
        return f'"{value.isoformat()}"'
    if isinstance(value, StrEnum):
        return encode_basestring(value.value)
    return str(value) if kind is int else json.dumps(value)


def _typed(document: Mapping[str, Any]) -> dict[str, Any]:
    unknown = document.keys() - set(_NAMES)
    missing = {name for name in _NAMES if _DEFAULTS[name] is MISSING} - document.keys()
    if unknown or missing:
        raise ValueError(f"not a stored guest declaration: {sorted(unknown | missing)}")
    return {name: _READERS[name](value) if name in _READERS else value for name, value in document.items()}


# In the order of the JSON text, which is the alphabet's, with "v" last.
_DEFAULTS: Final = {field.name: field.default for field in sorted(fields(GuestDeclaration), key=lambda each: each.name)}
_NAMES: Final = tuple(_DEFAULTS)
_VALUES: Final = attrgetter(*_NAMES)
_OPENINGS: Final = tuple((f'"{name}":', default) for name, default in _DEFAULTS.items())
_DATES: Final = (
    "birth_date",
    "residence_expiry",
    "passport_expiry",
    "entry_document_expiry",
    "entry_document_issued",
    "entry_date",
)
_READERS: Final[dict[str, Callable[[str], Any]]] = {
    **dict.fromkeys(_DATES, date.fromisoformat),
    **dict.fromkeys(("arrival", "departure", "left"), Moment.fromisoformat),
    "sex": Sex,
    "birth_precision": BirthPrecision,
}
