"""Vietnamese phones, identity numbers and names."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.vietnam import (
    BadIdentityNumber,
    BadPhone,
    IdentityNumber,
    birth_province_codes,
    fold_name,
    parse_identity_number,
    parse_mobile,
    strip_accents,
)

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "text",
    [
        "0912345678",
        "84912345678",
        "84 91 234 56 78",
        "+84 (0)912345678",
        "0084912345678",
        " 091.234.5678 ",
        "091-234-5678",
        "０９１２３４５６７８",
        "091\u00a0234\u00a05678",
    ],
)
def test_a_mobile_number_is_read_however_it_is_written(text: str) -> None:
    assert parse_mobile(text) == "+84912345678"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone_invalid"),
        ("+", "phone_invalid"),
        ("không có", "phone_invalid"),
        ("0912345678x5", "phone_invalid"),
        ("tel:0912345678;phone-context=vn", "phone_invalid"),
        ("09123456789", "phone_invalid"),
        ("091234567", "phone_invalid"),
        ("0" * 33, "phone_invalid"),
        ("0123456789", "phone_invalid"),
        ("0168 123 4567", "phone_old_prefix"),
        ("+84 168 123 4567", "phone_old_prefix"),
        ("0123 456 7890", "phone_old_prefix"),
        ("0199 123 4567", "phone_old_prefix"),
        ("0235 386 7331", "phone_landline"),
        ("+1 415 555 2671", "phone_foreign"),
        ("00 856 20 5512 3456", "phone_foreign"),
        ("1900 1234", "phone_not_mobile"),
        ("1800 1234", "phone_not_mobile"),
        ("113", "phone_invalid"),
    ],
)
def test_what_is_no_mobile_number_says_why(text: str, code: str) -> None:
    with pytest.raises(BadPhone) as refusal:
        parse_mobile(text)
    assert refusal.value.code == code


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_a_reason(text: str) -> None:
    try:
        number = parse_mobile(text)
    except BadPhone:
        return
    assert parse_mobile(number) == number


def test_the_63_birth_provinces() -> None:
    codes = birth_province_codes()
    assert len(codes) == 63
    assert codes["049"] == "Quảng Nam"


@pytest.mark.parametrize(
    ("number", "sex", "year"),
    [
        ("049090000001", "male", 1990),
        ("049190000001", "female", 1990),
        ("048226000001", "male", 2026),
        ("048301000001", "female", 2001),
    ],
)
def test_an_identity_number_tells_birthplace_sex_and_year(number: str, sex: str, year: int) -> None:
    read = parse_identity_number(f" {number} ", today=TODAY)
    assert (read.number, read.birthplace_code, read.sex, read.birth_year) == (number, number[:3], sex, year)


def test_a_birth_registered_abroad_carries_a_country_code() -> None:
    assert parse_identity_number("142090000001", today=TODAY) == IdentityNumber("142090000001", "142", "male", 1990)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "identity_number_shape"),
        ("04909000000", "identity_number_shape"),
        ("0490900000011", "identity_number_shape"),
        ("04909000000a", "identity_number_shape"),
        ("０49090000001", "identity_number_shape"),
        ("049090 000001", "identity_number_shape"),
        ("000090000001", "identity_number_province"),
        ("003090000001", "identity_number_province"),
        ("097090000001", "identity_number_province"),
        ("999090000001", "identity_number_province"),
        ("049227000001", "identity_number_birth_year"),
        ("049490000001", "identity_number_birth_year"),
    ],
)
def test_an_identity_number_that_cannot_be(number: str, code: str) -> None:
    with pytest.raises(BadIdentityNumber) as refusal:
        parse_identity_number(number, today=TODAY)
    assert refusal.value.code == code


def test_without_a_day_given_the_birth_year_is_held_against_the_present() -> None:
    with pytest.raises(BadIdentityNumber):
        parse_identity_number("049999000001")
    assert parse_identity_number("049090000001").birth_year == 1990


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Phường Điện Bàn, đã trả kết quả", "Phuong Dien Ban, da tra ket qua"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Ước"), "Nguyen Thi Uoc"),
        ("ĂÂĐÊÔƠƯ ăâđêôơư", "AADEOOU aadeoou"),
        ("abc 123", "abc 123"),
    ],
)
def test_accents_come_off(text: str, plain: str) -> None:
    assert strip_accents(text) == plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mì Quảng Bà Năm", "MÌ QUẢNG  BÀ NĂM "),
        ("Mì Quảng", unicodedata.normalize("NFD", "Mì Quảng")),
        ("Hòa Thúy", "Hoà Thuý"),
        ("HÓA", "hoá"),
        ("An\u200bPhú", "AnPhú"),
        ("Ａn Phú", "an phú"),
        ("An\u00a0Phú", "an phú"),
    ],
)
def test_two_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(("one", "other"), [("Mì Quảng", "Mi Quang"), ("Hòa", "Hóa"), ("Mùa", "Mua"), ("An", "Ân")])
def test_accents_make_another_name(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


def test_a_prefix_is_ignored_as_whole_words_only() -> None:
    prefixes = ["HỘ KINH DOANH"]
    assert fold_name("Hộ  kinh doanh\tMì Quảng", ignore_prefixes=prefixes) == "mì quảng"
    assert fold_name("Mì Quảng", ignore_prefixes=prefixes) == "mì quảng"
    assert fold_name("Hộ kinh doanhMì", ignore_prefixes=prefixes) == "hộ kinh doanhmì"
    assert fold_name(" hộ kinh doanh ", ignore_prefixes=prefixes) == ""
    assert fold_name("Hộ kinh doanh", ignore_prefixes=[""]) == "hộ kinh doanh"


@given(st.text(max_size=40))
def test_folding_is_idempotent(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(text)
