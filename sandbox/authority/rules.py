"""What the portal refuses, in its own words: field rules of API v1.4, days, and guests it has already.

The texts that the published document lists are used letter by letter; those for a missing field are our guess.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sandbox.authority.store import FOREIGN, Imported, Stay

STAYING: Final = "Số hộ chiếu đang tạm trú tại CSLT và chưa checkout"
OVERLAPPING: Final = "Đã tồn tại khai báo trùng thời gian tại CSLT"
NOT_STAYING: Final = "Không tìm thấy thông tin lưu trú của giấy tờ tại CSLT"
_ARRIVAL: Final = "Ngày đến Cslt phải là ngày hiện tại hoặc hôm qua"
_DEPARTED: Final = "Ngày đi dự kiến phải lớn hoặc bằng ngày hôm qua"
_BACKWARDS: Final = "Ngày đi dự kiến phải lớn hoặc bằng ngày đến Cslt"
_EXPIRED: Final = "Thời hạn tạm trú phải lớn hoặc bằng hôm nay"
_KIND: Final = "Loại giấy tờ phải có giá trị từ 1 đến 8"
_CHANGE: Final = "Loại phải là GH hoặc TS"
_TOO_LONG: Final = "Ngày gia hạn không được vượt quá 30 ngày kể từ ngày đến CSLT"
_NOT_LATER: Final = "Ngày gia hạn phải lớn hơn ngày đi dự kiến hiện tại"
NO_CHANGES: Final = "Danh sách đổi ngày trả phòng không được để trống"
NO_GUESTS: Final = "Danh sách khai báo không được để trống"
_LONGEST: Final = timedelta(days=30)
_OTHER_REASON: Final = 20
_NUMBERS: Final = {
    1: (r"\d{12}", "Thẻ CCCD phải gồm đúng 12 chữ số"),
    2: (r"\d{9}|\d{12}", "Thẻ CMND phải gồm đúng 9 hoặc 12 chữ số"),
    3: (r"[A-Za-z0-9]{1,20}", "Số giấy phép lái xe không hợp lệ"),
    4: (r"[A-Za-z0-9]{1,10}", "Số hộ chiếu không hợp lệ"),
    6: (r"[A-Za-z0-9]{1,20}", "Số thẻ BHYT không hợp lệ"),
    8: (r"\d{12}", "Thẻ Căn cước phải gồm đúng 12 chữ số"),
}
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_NATIONALITY: Final = re.compile(r"[A-Z]{3}|D|0RQ|SC-")


@dataclass(frozen=True, slots=True)
class Desk:
    """Who declares, on what day, and what the portal has already."""

    account: str
    today: date
    now: datetime
    held: Imported
    room_required: bool = True
    refuses_duplicates: bool = True


def wrong_guest(desk: Desk, kind: str, guest: Any, others: Sequence[Any]) -> list[str]:
    """Every reason for which one element of an array is refused; `others` stand before it."""
    if not isinstance(guest, dict):
        return ["Dữ liệu không hợp lệ"]
    wrong = [f"{label} không được để trống" for name, label in _required(desk, kind) if not _given(guest, name)]
    if _given(guest, "gioiTinh") and guest["gioiTinh"] not in ("M", "F"):
        wrong.append("Giới tính phải là M hoặc F")
    if _given(guest, "ngayThangNamSinhStr") and day(guest["ngayThangNamSinhStr"], _DAY) is None:
        wrong.append("Ngày tháng năm sinh không đúng định dạng yyyy-MM-dd")
    wrong += _foreign(desk, guest) if kind == FOREIGN else _vietnamese(guest)
    wrong += _days(desk, guest)
    twin = next((n for n, other in enumerate(others, 1) if _same(kind, guest, other)), None)
    if twin is not None:
        wrong.append(f"Bị trùng giấy tờ với bản ghi {twin}")
    if not wrong and desk.refuses_duplicates:
        wrong += _already(desk, kind, guest)
    return wrong


def wrong_change(desk: Desk, kind: str, change: Any) -> list[str]:
    """Every reason for which one change of the day of leaving is refused."""
    if not isinstance(change, dict) or change.get("loai") not in ("TS", "GH"):
        return [_CHANGE]
    if not _whole(change.get("loaiGiayTo"), 8):
        return [_KIND]
    stay = open_stay(desk, kind, str(change.get("soGiayTo", "")))
    if stay is None:
        return [NOT_STAYING]
    given = day(change.get("thoiGianStr"), _INSTANT)
    if change["loai"] == "TS":
        return []
    if given is None or given <= stay.departure:
        return [_NOT_LATER]
    return [_TOO_LONG] if given.date() - stay.arrival.date() > _LONGEST else []


def open_stay(desk: Desk, kind: str, document: str) -> Stay | None:
    """The stay of a document with this lodging that has not been signed off."""
    return next((stay for stay in reversed(desk.held.of(desk.account, kind, document)) if stay.left is None), None)


def document_of(kind: str, guest: dict[str, Any]) -> str:
    return str(guest.get("soHoChieu" if kind == FOREIGN else "soGiayTo") or "")


def day(text: object, shape: re.Pattern[str] = _INSTANT) -> datetime | None:
    """The time a text tells, None if it tells none."""
    if not isinstance(text, str) or not shape.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def joined(wrong: Sequence[Sequence[str]]) -> str:
    """The portal's one text for everything wrong in an array; "" when nothing is."""
    return ",\n".join(f"Bản khai báo {n}: {', '.join(texts)}" for n, texts in enumerate(wrong, 1) if texts)


def _required(desk: Desk, kind: str) -> list[tuple[str, str]]:
    fields = [
        ("hoTen", "Họ tên"),
        ("gioiTinh", "Giới tính"),
        ("ngayThangNamSinhStr", "Ngày tháng năm sinh"),
        ("ngayDenCsltStr", "Ngày đến Cslt"),
        ("ngayDiDuKienStr", "Ngày đi dự kiến"),
    ]
    if kind == FOREIGN:
        fields += [("quocTich", "Quốc tịch"), ("soHoChieu", "Số hộ chiếu"), ("thoiHanTamTruStr", "Thời hạn tạm trú")]
        fields.append(("loaiNgayThangNamSinh", "Loại ngày tháng năm sinh"))
    else:
        fields += [("lyDoCuTru", "Lý do cư trú"), ("loaiGiayTo", "Loại giấy tờ"), ("soGiayTo", "Số giấy tờ")]
    return [*fields, ("soPhong", "Số phòng")] if desk.room_required else fields


def _foreign(desk: Desk, guest: dict[str, Any]) -> list[str]:
    wrong = []
    if _given(guest, "soHoChieu") and not re.fullmatch(r"[A-Za-z0-9]{1,10}", str(guest["soHoChieu"])):
        wrong.append("Số hộ chiếu không hợp lệ")
    if _given(guest, "quocTich") and not _NATIONALITY.fullmatch(str(guest["quocTich"])):
        wrong.append("Quốc tịch không tồn tại")
    if _given(guest, "loaiNgayThangNamSinh") and guest["loaiNgayThangNamSinh"] not in ("D", "Y"):
        wrong.append("Loại ngày tháng năm sinh phải là D hoặc Y")
    expiry = day(guest.get("thoiHanTamTruStr"))
    if _given(guest, "thoiHanTamTruStr") and (expiry is None or expiry.date() < desk.today):
        wrong.append(_EXPIRED)
    return wrong


def _vietnamese(guest: dict[str, Any]) -> list[str]:
    wrong = []
    reason, kind = guest.get("lyDoCuTru"), guest.get("loaiGiayTo")
    if reason is not None and not _whole(reason, _OTHER_REASON):
        wrong.append("Lý do cư trú phải có giá trị từ 1 đến 20")
    if reason == _OTHER_REASON and not guest.get("lyDoChiTiet"):
        wrong.append("Lý do chi tiết không được để trống")
    if kind is not None and not _whole(kind, 8):
        wrong.append(_KIND)
    elif kind in _NUMBERS and _given(guest, "soGiayTo"):
        shape, text = _NUMBERS[kind]
        if not re.fullmatch(shape, str(guest["soGiayTo"])):
            wrong.append(text)
    return wrong


def _days(desk: Desk, guest: dict[str, Any]) -> list[str]:
    arrival, departure = day(guest.get("ngayDenCsltStr")), day(guest.get("ngayDiDuKienStr"))
    yesterday = desk.today - timedelta(days=1)
    wrong = []
    if _given(guest, "ngayDiDuKienStr") and (departure is None or departure.date() < yesterday):
        wrong.append(_DEPARTED)
    if _given(guest, "ngayDenCsltStr") and (arrival is None or arrival.date() not in (desk.today, yesterday)):
        wrong.append(_ARRIVAL)
    if arrival and departure and departure < arrival:
        wrong.append(_BACKWARDS)
    return wrong


def _already(desk: Desk, kind: str, guest: dict[str, Any]) -> list[str]:
    document, arrival, departure = document_of(kind, guest), day(guest["ngayDenCsltStr"]), day(guest["ngayDiDuKienStr"])
    if arrival is None or departure is None:
        return []
    stays = desk.held.of(desk.account, kind, document)
    if kind == FOREIGN and any(stay.left is None and stay.departure >= arrival for stay in stays):
        return [STAYING]
    overlaps = any(stay.arrival == arrival or (stay.arrival < departure and arrival < stay.ends) for stay in stays)
    return [OVERLAPPING] if overlaps else []


def _same(kind: str, guest: dict[str, Any], other: Any) -> bool:
    document = document_of(kind, guest)
    return isinstance(other, dict) and bool(document) and document_of(kind, other).upper() == document.upper()


def _given(values: dict[str, Any], name: str) -> bool:
    return values.get(name) not in (None, "")


def _whole(value: object, highest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= highest
