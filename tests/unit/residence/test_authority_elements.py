"""Declarations as the portal's arrays want them."""

from datetime import date, time

import pytest

from residence.authority.elements import EXTEND, LEAVE, change_of, element_of
from residence.guests import BirthPrecision, Moment
from residence.transmission.states import TransmissionKind
from tests.unit.residence.guests_made import foreign_guest, vietnamese_guest

DAY = date(2026, 11, 20)


def test_a_foreign_guest() -> None:
    assert element_of(TransmissionKind.FOREIGN, foreign_guest(DAY)) == {
        "hoTen": "TEST GUEST",
        "quocTich": "FRA",
        "soHoChieu": "K0000001",
        "gioiTinh": "F",
        "loaiNgayThangNamSinh": "D",
        "ngayThangNamSinhStr": "1990-03-08",
        "ngayDenCsltStr": "2026-11-20 14:30:00",
        "ngayDiDuKienStr": "2026-11-22 00:00:00",
        "soPhong": "101",
        "thoiHanTamTruStr": "2026-12-20 23:59:59",
    }


def test_of_a_birth_month_the_portal_learns_the_year() -> None:
    for precision in (BirthPrecision.YEAR, BirthPrecision.MONTH):
        element = element_of(
            TransmissionKind.FOREIGN, foreign_guest(DAY, birth_date=date(1990, 3, 1), birth_precision=precision)
        )
        assert (element["loaiNgayThangNamSinh"], element["ngayThangNamSinhStr"]) == ("Y", "1990-01-01")


def test_a_vietnamese_guest() -> None:
    guest = vietnamese_guest(
        DAY, reason=20, reason_text="Dự giỗ", phone="0905000001", province_code="501", commune_code="20551"
    )
    assert element_of(TransmissionKind.VIETNAMESE, guest) == {
        "hoTen": "Nguyễn Văn Thử",
        "gioiTinh": "M",
        "soDienThoai": "0905000001",
        "ngayThangNamSinhStr": "1990-03-08",
        "maTT": "501",
        "maPX": "20551",
        "ngayDenCsltStr": "2026-11-20 14:30:00",
        "ngayDiDuKienStr": "2026-11-22 00:00:00",
        "soPhong": "102",
        "lyDoCuTru": 20,
        "lyDoChiTiet": "Dự giỗ",
        "loaiGiayTo": 1,
        "soGiayTo": "049090000001",
    }


def test_a_reason_in_words_goes_with_reason_twenty_only() -> None:
    element = element_of(TransmissionKind.VIETNAMESE, vietnamese_guest(DAY, reason=1, reason_text="Dự giỗ"))
    assert "lyDoChiTiet" not in element


def test_leaving_on_the_day_of_arrival_is_not_before_it() -> None:
    element = element_of(TransmissionKind.FOREIGN, foreign_guest(DAY, departure=Moment(DAY)))
    assert element["ngayDiDuKienStr"] == "2026-11-20 23:59:59"


def test_changes() -> None:
    guest = vietnamese_guest(DAY, departure=Moment(date(2026, 11, 25)), left=Moment(date(2026, 11, 21), time(9)))
    common = {"soGiayTo": "049090000001", "loaiGiayTo": 1}
    assert change_of(EXTEND, guest) == {"loai": "GH", **common, "thoiGianStr": "2026-11-25 00:00:00"}
    assert change_of(LEAVE, guest) == {"loai": "TS", **common, "thoiGianStr": "2026-11-21 09:00:00"}


@pytest.mark.parametrize(
    ("room", "sent"),
    [
        ("Phòng 5B", "5B"),
        ("phòng số 101", "101"),
        ("P.203", "203"),
        ("Room 7", "7"),
        ("101", "101"),
        ("Phòng Hoa Sen", "Phòng Hoa Sen"),
        ("P203", "P203"),
    ],
)
def test_a_room_goes_out_by_its_number(room: str, sent: str) -> None:
    guest = vietnamese_guest(DAY, room=room)
    assert element_of(TransmissionKind.VIETNAMESE, guest)["soPhong"] == sent
