"""People with one name, a name of any people of Vietnam, a birth known by its year, a landline, or too few years."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.texts.folding import latin
from kernel.texts.names import person_name_fault
from procedures.forms.births import age, read_birth
from procedures.forms.checking import FormCheck, check_form
from tests.unit.procedures.household import TODAY, member, procedure, values


def owned(**owner: Any) -> FormCheck:
    filled = values()
    filled["chuHo"] |= owner
    return check_form(procedure(), filled, draft=False, today=TODAY)


def codes(checked: FormCheck) -> list[str]:
    return [each.code for each in checked.errors]


@pytest.mark.parametrize(
    "name",
    [
        "Ơ",
        "Y",
        "H‘Hen Niê",
        "H`Hen Niê",
        "H'Hen Niê",
        "H’Hen Niê",
        "HʼHen Niê",
        "H´Hen Niê",
        "Kim–Ngân",
        "Kim‑Ngân",
        "Y Ƀhiêr Êban",
        "Ksor H'Bơ\u0306",
        "Siu Ƀlơ\u0306ng",
        "Rơ Châm Hŏ\u0306",
        "Čil Mŭp Ha Ñĕt",
        "Kră Jăn Ưă\u0306",
        "Tôn Nữ Thị Ninh",
        "Nguyễn Thị Thử",
        "Trần Văn A.",
        "ĐẶNG THỊ MẪU",
        "Giàng A Pháo",
    ],
)
def test_every_name_of_a_person_is_taken(name: str) -> None:
    assert owned(hoTen=name).errors == []
    filled = {**values(), "chuThe": "thanh_vien_gd", "thanhVien": [member() | {"hoTen": name}]}
    assert check_form(procedure(), filled, draft=False, today=TODAY).errors == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("---", "name_without_letters"),
        (". .", "name_without_letters"),
        ("''", "name_without_letters"),
        ("‘’", "name_without_letters"),
        ("–", "name_without_letters"),
        ("Nguyễn Văn 1", "name_signs"),
        ("Nguyễn Văn A, Trần Thị B", "name_signs"),
        ("Nguyễn Văn A (2 người)", "name_signs"),
        ("Nguy?n V?n A", "name_signs"),
        ("Nguyễn & Trần", "name_signs"),
        ("Nguyễn 😀", "name_signs"),
        ("Иван Иванов", "name_not_latin"),
        ("王小明", "name_not_latin"),
        ("", "length_min"),
    ],
)
def test_what_is_no_name_is_refused(name: str, code: str) -> None:
    assert codes(owned(hoTen=name)) == [code]


def test_look_alikes_in_a_name_are_read_as_meant() -> None:
    assert owned(hoTen="Ðặng Vаn \u200bＡn").values["chuHo"]["hoTen"] == "Đặng Van An"


@given(st.text(max_size=40))
def test_any_text_is_a_name_or_is_told_why_not(text: str) -> None:
    name = latin(text)
    fault = person_name_fault(name)
    assert fault in (None, "name_without_letters", "name_signs", "name_not_latin")
    assert fault is not None or any(map(str.isalpha, name))


@pytest.mark.parametrize("born", ["1950", "1950-06", "1950-06-30"])
def test_a_birth_known_by_its_year_can_be_told(born: str) -> None:
    checked = owned(ngaySinh=born, soDinhDanh="049150000001")
    assert (checked.errors, checked.warnings) == ([], [])
    assert checked.values["chuHo"]["ngaySinh"] == born


@pytest.mark.parametrize("born", ["50", "1950-13", "1950-6", "0000", "năm 1950", "1950/06/30", "1950-"])
def test_what_is_no_birth_is_told_how_to_write_one(born: str) -> None:
    assert codes(owned(ngaySinh=born)) == ["birth_invalid"]


@pytest.mark.parametrize("born", ["1950-00-00", "1950-02-30", "1950-13-01"])
def test_a_whole_date_that_is_none_is_told(born: str) -> None:
    assert codes(owned(ngaySinh=born)) == ["date_invalid"]


def test_the_number_is_compared_with_a_year_alone() -> None:
    checked = owned(ngaySinh="1951", soDinhDanh="049150000001")
    assert [each.code for each in checked.warnings] == ["identity_number_birth_year_differs"]


@pytest.mark.parametrize(
    ("born", "found"),
    [
        ("2015", "under_age"),
        ("2015-03-04", "under_age"),
        ("2008-11-21", "under_age"),
        ("2009", "under_age"),
        ("2008-12", "under_age"),
        ("2008-11-20", None),
        ("2008-10", None),
        ("2007", None),
    ],
)
def test_an_owner_has_full_civil_capacity(born: str, found: str | None) -> None:
    checked = owned(ngaySinh=born, soDinhDanh=f"0493{born[2:4]}000001")
    assert codes(checked) == ([found] if found else [])
    for error in checked.errors:
        assert (error.pointer, error.params) == ("/form_values/chuHo/ngaySinh", {"age": 18})


def test_a_member_must_be_of_age_too() -> None:
    young = member() | {"ngaySinh": "2012-01-02", "soDinhDanh": "049212000002"}
    filled = {**values(), "chuThe": "thanh_vien_gd", "thanhVien": [member(), young]}
    checked = check_form(procedure(), filled, draft=False, today=TODAY)
    assert [(each.pointer, each.code) for each in checked.errors] == [
        ("/form_values/thanhVien/1/ngaySinh", "under_age")
    ]


@pytest.mark.parametrize("born", ["2008", "2008-11"])
def test_an_age_that_is_not_certain_is_a_doubt(born: str) -> None:
    checked = owned(ngaySinh=born, soDinhDanh="049308000001")
    assert codes(checked) == []
    assert [each.code for each in checked.warnings] == ["age_uncertain"]


@given(st.dates(date(1900, 1, 1), date(2026, 12, 31)), st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_an_age_grows_by_one_each_birthday(born: date, today: date) -> None:
    for text in (f"{born:%Y-%m-%d}", f"{born:%Y-%m}", f"{born:%Y}"):
        birth = read_birth(text)
        assert birth is not None
        assert birth.first <= born <= birth.last
        assert birth.surely_under(18, today) <= (age(born, today) < 18) <= birth.maybe_under(18, today)


@pytest.mark.parametrize("phone", ["0235 3867 331", "(0235) 3.867.331", "+84 235 3867331", "1900 1234", "0912345678"])
def test_an_office_may_have_any_phone_that_rings(phone: str) -> None:
    filled = values()
    filled["truSo"]["dienThoai"] = phone
    filled["thongBaoThue"] = {"tinh": "48", "xa": "20551", "soNha": "1 Hùng Vương", "dienThoai": phone}
    assert check_form(procedure(), filled, draft=False, today=TODAY).errors == []


@pytest.mark.parametrize(
    ("phone", "code"),
    [("113", "phone_invalid"), ("0168 123 4567", "phone_old_prefix"), ("+1 415 555 2671", "phone_foreign")],
)
def test_an_office_phone_that_cannot_ring(phone: str, code: str) -> None:
    filled = values()
    filled["truSo"]["dienThoai"] = phone
    assert codes(check_form(procedure(), filled, draft=False, today=TODAY)) == [code]
