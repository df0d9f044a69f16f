"""Headings of hotel programs and of lists in two languages."""

from datetime import date, time

import pytest

from residence.files.columns import field_of, kind_by_heading
from residence.guests import Moment, Sex
from tests.unit.residence.declared import judged, refusals
from tests.unit.residence.lists import HEADINGS, a_guest, listed

ENGLISH = [
    *("No", "Full name", "Date of birth", "Sex", "Nationality", "Document type", "Document no"),
    *("Arrival", "Departure", "Room", "Purpose"),
]


@pytest.mark.parametrize("between", ["/", " / ", " - ", " – ", " | ", "\n", " (", "-"])
def test_headings_in_two_languages(between: str) -> None:
    headings = [f"{one}{between}{other}" for one, other in zip(HEADINGS, ENGLISH, strict=True)]
    for each in (headings, [f"{other}{between}{one}" for one, other in zip(HEADINGS, ENGLISH, strict=True)]):
        assert refusals(judged(listed([a_guest(1)], each))) == []


def test_a_language_nobody_knows_beside_one_that_is_known() -> None:
    assert field_of("Họ tên / 성명") == "full_name"
    assert field_of("姓名/Họ và tên") == "full_name"
    assert field_of("3. Ngày sinh") == field_of("(3) Ngày sinh") == "birth_date"


@pytest.mark.parametrize("heading", ["Ngày vào/ra", "Nhận/Trả phòng", "Check-in/Check-out", "Ngày đến - Ngày đi"])
def test_two_fields_in_one_heading_are_neither(heading: str) -> None:
    assert field_of(heading) is None
    headings = [heading if name == "Ngày đến" else name for name in HEADINGS if name != "Ngày đi"]
    [note] = judged(listed([a_guest(1)], headings)).rejected
    assert note.finding.rule == "columns_missing_others"
    assert heading in note.finding.reason()


PROGRAMS = [
    (
        "Khách hàng,Số giấy tờ,Giới tính,Ngày sinh,Quốc gia,Nhận phòng,Trả phòng,Phòng,Điện thoại,Mục đích",
        "Nguyễn Văn Thử,049090000001,Male,22/09/1990,VNM,22/11/2026 14:00,24/11/2026 12:00,101,0912345678,2",
    ),
    (
        "Họ,Tên,Nam/Nữ,Ngày sinh,Nước,Số CMND/Passport,Ngày vào,Ngày ra,Số buồng,Mục đích",
        "Nguyễn Văn,Thử,Nam,22/09/1990,VNM,049090000001,22/11/2026 14:00,24/11/2026,101,Cong tac",
    ),
    (
        "Customer Name,ID Number,Gender,Birthday,Country,Check in,Check out,Room Number,Purpose of stay",
        "NGUYEN VAN THU,049090000001,m,22/09/1990,VNM,22-Nov-2026 02:00 PM,24-Nov-2026,101,Business",
    ),
    (
        "Họ và tên,Năm sinh,Phái,Quốc tịch,CCCD,Đến ngày,Đi ngày,Giờ đến,Phòng số,Lý do lưu trú",
        "Nguyễn Văn Thử,22/09/1990,Nam,VNM,049090000001,22/11/2026,24/11/2026,14h00,101,2",
    ),
]


@pytest.mark.parametrize(("headings", "row"), PROGRAMS)
def test_lists_of_hotel_programs(headings: str, row: str) -> None:
    verdict = judged(f"{headings}\r\n{row}\r\n".encode())
    assert refusals(verdict) == []
    guest = verdict.accepted[0].declaration
    assert (guest.document_number, guest.document_kind, guest.birth_date) == ("049090000001", 1, date(1990, 9, 22))
    assert (guest.arrival, guest.departure.day) == (Moment(date(2026, 11, 22), time(14)), date(2026, 11, 24))
    assert (guest.sex, guest.room, guest.full_name.split()[0].upper()[0]) == (Sex.MALE, "101", "N")
    assert "W24" in {note.finding.code for note in verdict.warnings if note.row == 0}


def test_a_name_in_two_columns() -> None:
    headings = (
        "First Name,Last Name,Gender,Birthday,Country,Passport Number,Check in Date,Check out Date,Visa Expiry,Room"
    )
    row = "ANNA,TESTOVA,Female,08/03/1990,RUS,700000001,22/11/2026,24/11/2026,15/12/2026,5A"
    [taken] = judged(f"{headings}\r\n{row}".encode()).accepted
    assert taken.declaration.full_name == "TESTOVA ANNA"


def test_the_number_that_is_filled_counts() -> None:
    headings = [*HEADINGS[:5], "Số CMND/CCCD", "Số hộ chiếu", *HEADINGS[7:], "Hạn visa"]
    card = [*a_guest(1)[:5], "049090000001", "", *a_guest(1)[7:], ""]
    passport = [*a_guest(1)[:5], "-", "C1234567", *a_guest(1)[7:], ""]
    both = [*a_guest(1)[:5], "049090000003", "C1234568", *a_guest(1)[7:], ""]
    foreign = ["4", "TESTOVA ANNA", "08/03/1990", "Nữ", "RUS", "049", "700000001", *a_guest(1)[7:], "15/12/2026"]
    verdict = judged(listed([card, passport, both, foreign], headings))
    assert refusals(verdict) == []
    told = [(each.declaration.document_number, each.declaration.document_kind) for each in verdict.accepted]
    assert told == [("049090000001", 1), ("C1234567", 4), ("049090000003", 1), ("700000001", None)]
    short = [*a_guest(1)[:5], "", "C12345678901", *a_guest(1)[7:], ""]
    assert refusals(judged(listed([short], headings)))[0][1] == "G", "the cell that is wrong is named"


def test_the_kind_that_a_heading_tells() -> None:
    assert [
        kind_by_heading(each) for each in ("Số hộ chiếu", "Passport No", "Số CCCD", "CMND/Hộ chiếu", "Số giấy tờ")
    ] == [
        4,
        4,
        1,
        None,
        None,
    ]


def test_to_a_day_and_from_a_day() -> None:
    headings = [{"Ngày đến": "Từ ngày", "Ngày đi": "Đến ngày"}.get(name, name) for name in HEADINGS]
    [taken] = judged(listed([a_guest(1)], headings)).accepted
    assert taken.declaration.departure.day == date(2026, 11, 24)
    headings = [{"Ngày đến": "Đến ngày", "Ngày đi": "Đi ngày"}.get(name, name) for name in HEADINGS]
    [taken] = judged(listed([a_guest(1)], headings)).accepted
    assert (taken.declaration.arrival.day, taken.declaration.departure.day) == (date(2026, 11, 22), date(2026, 11, 24))


def test_the_time_of_arrival_in_a_column_of_its_own() -> None:
    headings = [*HEADINGS, "Giờ đến", "Số ĐT liên hệ", "Ghi chú thêm"]
    verdict = judged(listed([[*a_guest(1), "23:40", "0912 345 678", "ngủ muộn"]], headings))
    guest = verdict.accepted[0].declaration
    assert (guest.arrival, guest.phone, guest.note) == (
        Moment(date(2026, 11, 22), time(23, 40)),
        "0912345678",
        "ngủ muộn",
    )
    assert verdict.warnings == []
    assert refusals(judged(listed([[*a_guest(1), "tối muộn", "", ""]], headings))) == [(2, "H", "E20")]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("sex", text) for text in ("Male", "MALE", "nam", "M", "Ông")),
        *(("reason", text) for text in ("CONG TAC", "công tác", "Business", "2")),
        *(("kind", text) for text in ("Căn cước công dân", "CCCD", "can cuoc cong dan")),
    ],
)
def test_values_without_accents_and_in_english(field: str, text: str) -> None:
    [taken] = judged(listed([a_guest(1, **{field: text})])).accepted
    assert (taken.declaration.sex, taken.declaration.reason, taken.declaration.document_kind) == (Sex.MALE, 2, 1)


@pytest.mark.parametrize(
    ("text", "code"), [("VN", "VNM"), ("US", "USA"), ("Campuchia", "KHM"), ("GER", "D"), ("VIE", "VNM")]
)
def test_nationalities_are_hinted(text: str, code: str) -> None:
    [note] = [each for each in judged(listed([a_guest(1, nationality=text)])).rejected if each.finding.code == "E05"]
    assert note.finding.reason().endswith(f"Có phải là {code}?")


def test_a_value_that_holds_a_label_is_hinted() -> None:
    [note] = judged(listed([a_guest(1, reason="đi chữa bệnh ở viện")])).rejected
    assert "18 - Chữa bệnh" in note.finding.reason()


def test_one_column_of_both_documents() -> None:
    for heading in ("ID/Passport No.", "Số hộ chiếu", "CMND/Hộ chiếu"):
        headings = [heading if name == "Số giấy tờ" else name for name in HEADINGS if name != "Loại giấy tờ"]
        row = [cell for place, cell in enumerate(a_guest(1)) if place != 5]
        [taken] = judged(listed([row], headings)).accepted
        assert taken.declaration.document_kind == 1, "twelve digits are no passport's"
