"""One declaration as an element of the authority's arrays (API v1.4). Pure: equal declarations give equal elements.

Times not told are written as the portal's own files write them, 00:00:00.
"""

from datetime import date, datetime, time
from typing import Any, Final

from residence.authority.port import Element
from residence.guests import BirthPrecision, GuestDeclaration, Moment
from residence.reading.meant import bare_room
from residence.transmission.states import TransmissionKind

EXTEND: Final = "GH"
LEAVE: Final = "TS"
_END_OF_DAY: Final = time(23, 59, 59)
HIGHEST_DOCUMENT_KIND: Final = 8
_REASON_IN_WORDS: Final = 20


def element_of(kind: TransmissionKind, guest: GuestDeclaration) -> Element:
    """The element that declares a guest's arrival; `kind` is FOREIGN or VIETNAMESE."""
    return _told(_foreign(guest) if kind is TransmissionKind.FOREIGN else _vietnamese(guest))


def change_of(loai: str, guest: GuestDeclaration) -> Element:
    """The element that extends a stay to `departure` (GH), or ends it when the guest `left` (TS)."""
    at = guest.left if loai == LEAVE and guest.left is not None else guest.departure
    return _told(
        {
            "loai": loai,
            "soGiayTo": guest.document_number,
            "loaiGiayTo": guest.document_kind,
            "thoiGianStr": _instant(at, guest.arrival),
        }
    )


def _foreign(guest: GuestDeclaration) -> dict[str, Any]:
    # The portal knows a full date or a year; of a month it can only be told the year.
    whole = guest.birth_precision is BirthPrecision.DAY
    born = guest.birth_date if whole else date(guest.birth_date.year, 1, 1)
    return {
        "hoTen": guest.full_name,
        "quocTich": guest.nationality,
        "soHoChieu": guest.document_number,
        "gioiTinh": guest.sex.value,
        "loaiNgayThangNamSinh": "D" if whole else "Y",
        "ngayThangNamSinhStr": born.isoformat(),
        **_stay(guest),
        "thoiHanTamTruStr": _text(datetime.combine(guest.residence_expiry, _END_OF_DAY))
        if guest.residence_expiry
        else None,
    }


def _vietnamese(guest: GuestDeclaration) -> dict[str, Any]:
    return {
        "hoTen": guest.full_name,
        "gioiTinh": guest.sex.value,
        "soDienThoai": guest.phone,
        "ngayThangNamSinhStr": guest.birth_date.isoformat(),
        "ghiChu": guest.note,
        "noiCuTru": guest.residence_kind,
        "maTT": guest.province_code,
        "maPX": guest.commune_code,
        "diaChi": guest.address,
        **_stay(guest),
        "lyDoCuTru": guest.reason,
        "lyDoChiTiet": guest.reason_text if guest.reason == _REASON_IN_WORDS else None,
        "loaiGiayTo": guest.document_kind,
        "soGiayTo": guest.document_number,
    }


def _stay(guest: GuestDeclaration) -> dict[str, Any]:
    return {
        "ngayDenCsltStr": _text(_naive(guest.arrival)),
        "ngayDiDuKienStr": _instant(guest.departure, guest.arrival),
        "soPhong": bare_room(guest.room),
    }


def _instant(at: Moment, arrival: Moment) -> str:
    """A day told without a time ends with the day where its first minute would come before the arrival."""
    told = _naive(at)
    if at.clock is None and told < _naive(arrival):
        told = datetime.combine(at.day, _END_OF_DAY)
    return _text(told)


def _naive(moment: Moment) -> datetime:
    return datetime.combine(moment.day, moment.clock or time())


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}
