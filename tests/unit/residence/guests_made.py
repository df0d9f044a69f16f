"""Made-up guests, plainly so."""

from datetime import date, time, timedelta
from typing import Any

from residence.guests import GuestDeclaration, Moment, Sex


def foreign_guest(day: date, number: str = "K0000001", **changes: Any) -> GuestDeclaration:
    """Arrived on `day` at 14:30, for two nights."""
    values: dict[str, Any] = {
        "full_name": "TEST GUEST",
        "birth_date": date(1990, 3, 8),
        "sex": Sex.FEMALE,
        "nationality": "FRA",
        "document_number": number,
        "arrival": Moment(day, time(14, 30)),
        "departure": Moment(day + timedelta(days=2)),
        "room": "101",
        "residence_expiry": day + timedelta(days=30),
        "name_confirmed": True,
    }
    return GuestDeclaration(**{**values, **changes})


def vietnamese_guest(day: date, number: str = "049090000001", **changes: Any) -> GuestDeclaration:
    values: dict[str, Any] = {
        "full_name": "Nguyễn Văn Thử",
        "birth_date": date(1990, 3, 8),
        "sex": Sex.MALE,
        "nationality": "VNM",
        "document_kind": 1,
        "document_number": number,
        "arrival": Moment(day, time(14, 30)),
        "departure": Moment(day + timedelta(days=2)),
        "room": "102",
        "reason": 1,
    }
    return GuestDeclaration(**{**values, **changes})
