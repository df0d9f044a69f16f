"""Guests of lodgings for the measurements, plainly invented, and a list of them as hotel software writes it."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import islice
from typing import Any, Final

from residence.guests import GuestDeclaration, GuestKind, Moment, Sex
from residence.sheets.guests import write_guests

_FAMILIES: Final = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ")
_MIDDLES: Final = ("Văn", "Thị", "Đức", "Ngọc", "Minh", "Hữu", "Thanh", "Quang")
_GIVEN: Final = ("Thử", "Mẫu", "Nháp", "Tập", "Dụ", "Thí", "Phỏng", "Giả", "Kiểm", "Đo")
_COUNTRIES: Final = ("FRA", "KOR", "RUS", "CHN", "USA", "JPN", "AUS", "THA")
_STREETS: Final = ("đường Thử Nghiệm", "đường Ví Dụ", "phố Mẫu", "ngõ Tập")
_OF_TEN_FOREIGN: Final = 3
_SPOILT_EVERY: Final = 50
_ROOMS: Final = 500


def guests(day: date, *, first: int = 1) -> Iterator[GuestDeclaration]:
    """Without end: seven Vietnamese and three foreigners of ten, who arrived on `day`; each has a document of their
    own, numbered from `first`."""
    number = first
    while True:
        yield _foreigner(day, number) if number % 10 < _OF_TEN_FOREIGN else _vietnamese(day, number)
        number += 1


def workbook(day: date, rows: int, *, first: int = 1) -> bytes:
    """Our sheet with so many guests, one of fifty with a document number that cannot be."""
    out = io.BytesIO()
    write_guests(out, _spoilt(islice(guests(day, first=first), rows)))
    return out.getvalue()


def good_rows(rows: int) -> int:
    """How many guests of such a sheet can be accepted."""
    return rows - len(range(0, rows, _SPOILT_EVERY))


def wire(guest: GuestDeclaration) -> dict[str, Any]:
    """A guest as hotel software sends one."""
    told: dict[str, Any] = {
        "full_name": guest.full_name,
        "birth_date": guest.birth_date.isoformat(),
        "sex": guest.sex.value,
        "nationality": guest.nationality,
        "document_number": guest.document_number,
        "arrival": guest.arrival.day.isoformat(),
        "departure": guest.departure.day.isoformat(),
        "room": guest.room,
    }
    if guest.kind is GuestKind.FOREIGN:
        return {**told, "residence_expiry": str(guest.residence_expiry), "name_confirmed": True}
    own = {"document_kind": guest.document_kind, "reason": guest.reason, "phone": guest.phone}
    return {**told, **own, "address": guest.address}


def _spoilt(made: Iterable[GuestDeclaration]) -> Iterator[GuestDeclaration]:
    for place, guest in enumerate(made):
        yield guest if place % _SPOILT_EVERY else replace(guest, document_number="12", document_kind=1)


def _common(day: date, number: int) -> dict[str, Any]:
    return {
        "birth_date": date(1950 + number % 50, 1 + number % 12, 1 + number % 28),
        "arrival": Moment(day, time(number % 8, number % 60) if number % 4 == 0 else None),
        "departure": Moment(day + timedelta(days=1 + number % 5)),
        "room": f"{101 + number % _ROOMS}",
    }


def _vietnamese(day: date, number: int) -> GuestDeclaration:
    common, female = _common(day, number), number % 2
    # Place of birth, century with sex, and year of birth stand in the first six digits; the rest numbers the guest.
    return GuestDeclaration(
        **common,
        full_name=f"{_FAMILIES[number % 12]} {_MIDDLES[number % 8]} {_GIVEN[number // 7 % 10]}",
        sex=Sex.FEMALE if female else Sex.MALE,
        nationality="VNM",
        document_kind=1,
        document_number=f"049{female}{common['birth_date'].year % 100:02}{number:06}",
        phone="" if number % 20 == 3 else f"0905{number % 1_000_000:06}",
        residence_kind=1,
        address=f"{1 + number % 300} {_STREETS[number % 4]}, phường Điện Bàn",
        reason=2,
    )


def _foreigner(day: date, number: int) -> GuestDeclaration:
    return GuestDeclaration(
        **_common(day, number),
        full_name=f"TESTOV{'A' * (number % 2)} GUEST {chr(65 + number % 26)}{chr(65 + number // 26 % 26)}",
        sex=Sex.FEMALE if number % 2 else Sex.MALE,
        nationality=_COUNTRIES[number % 8],
        document_kind=4,
        document_number=f"K{number:08}",
        residence_expiry=day + timedelta(days=30),
        name_confirmed=True,
    )
