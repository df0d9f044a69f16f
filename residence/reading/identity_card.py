"""The QR code of the citizen's card: CCCD, and thẻ căn cước of 2024. Pure.

Seven parts between bars: number, former CMND, name, birth ddMMyyyy, sex, residence, issue ddMMyyyy. The CMND may
be empty, the last part missing; cards of 2024 add further parts, which is unconfirmed, so parts are taken by position.
Of a birth date the day, or day and month, may be 00 or missing: old people whose papers tell the year only.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from kernel.errors import DomainError
from kernel.texts.folding import search_key
from kernel.texts.vietnam import BadIdentityNumber, parse_identity_number
from residence.guests import VIETNAMESE_NATIONALITY, BirthPrecision, Sex
from residence.reading.names import is_garbled_name
from residence.reading.scans import unframed

_FEWEST_PARTS: Final = 6
_SEXES: Final = {"nam": Sex.MALE, "nu": Sex.FEMALE}
_BIRTH: Final = re.compile(r"[0-9]{4}(?:1[89]|2\d)[0-9]{2}")
# From this day cards are thẻ căn cước (Luật Căn cước 26/2023/QH15).
_NEW_CARD: Final = date(2024, 7, 1)
_CCCD, _ID_CARD = 1, 8


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """What the code says. `former_number` is the CMND, `issued` None where the code tells no day of issue."""

    number: str
    former_number: str
    full_name: str
    birth_date: date
    birth_precision: BirthPrecision
    sex: Sex
    address: str
    issued: date | None

    def declared_fields(self) -> dict[str, Any]:
        """What it gives of a declaration. The code does not say which kind of card it is, so that is a guess."""
        return {
            "full_name": self.full_name,
            "birth_date": self.birth_date,
            **({} if self.birth_precision is BirthPrecision.DAY else {"birth_precision": self.birth_precision}),
            "sex": self.sex,
            "nationality": VIETNAMESE_NATIONALITY,
            "document_number": self.number,
            "document_kind": _ID_CARD if self.issued is not None and self.issued >= _NEW_CARD else _CCCD,
            "document_guessed": True,
            **({"address": self.address} if self.address else {}),
        }


def read_card_qr(text: str, today: date) -> IdentityCard:
    """Reads the text of the code. Raises DomainError card_qr_invalid with `part`: shape, number, name, birth_date, sex,
    address or issued."""
    parts = [part.strip() for part in unframed(text).replace("\n", " ").replace("｜", "|").split("|")]
    if len(parts) < _FEWEST_PARTS:
        raise DomainError("card_qr_invalid", part="shape")
    number, former, name, born, sex, address, issued, *_ = [*parts, ""]
    _require_number(number, today)
    if not name or is_garbled_name(name):
        raise DomainError("card_qr_invalid", part="name")
    told_sex = _SEXES.get(search_key(sex))
    if told_sex is None:
        raise DomainError("card_qr_invalid", part="sex")
    birth, precision = _birth(born)
    if birth > today:
        raise DomainError("card_qr_invalid", part="birth_date")
    if is_garbled_name(address):
        # A keyboard or a table of signs that spoils one part has spoilt the name as well, seen or not.
        raise DomainError("card_qr_invalid", part="address")
    issue_day = _day(issued, "issued") if issued else None
    return IdentityCard(number, former, " ".join(name.split()), birth, precision, told_sex, address, issue_day)


def _birth(text: str) -> tuple[date, BirthPrecision]:
    """ddMMyyyy, of which day or day and month may be 00; or the year alone."""
    if len(text) == 4:
        text = f"0000{text}"
    if not _BIRTH.fullmatch(text):
        raise DomainError("card_qr_invalid", part="birth_date")
    day, month = text[:2], text[2:4]
    if month == "00":
        return _day(f"0101{text[4:]}", "birth_date"), BirthPrecision.YEAR
    if day == "00":
        return _day(f"01{text[2:]}", "birth_date"), BirthPrecision.MONTH
    return _day(text, "birth_date"), BirthPrecision.DAY


def _require_number(number: str, today: date) -> None:
    try:
        parse_identity_number(number, today=today)
    except BadIdentityNumber as error:
        # An unknown province is a reason to look, not to refuse: see the rules.
        if error.code != "identity_number_province":
            raise DomainError("card_qr_invalid", part="number") from None


def _day(text: str, part: str) -> date:
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        raise DomainError("card_qr_invalid", part=part)
    try:
        return date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError:
        raise DomainError("card_qr_invalid", part=part) from None
