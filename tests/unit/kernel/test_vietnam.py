"""Vietnamese phones, identity numbers and names."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.texts.folding import strip_accents
from kernel.texts.vietnam import (
    BadIdentityNumber,
    BadPhone,
    IdentityNumber,
    birth_province_codes,
    fold_name,
    parse_identity_number,
    parse_mobile,
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
        "\u202a0912345678\u202c",
        "0912\u200b345\ufe0f678",
        "\ufeff0912\u00ad345678",
        "(+84) 912 345 678",
        "(84)912345678",
        "[+84] 912-345-678",
        "0912\u2011345\u2011678",
        "0912–345—678",
        "091·234·5678",
        "091/234/5678",
        "0912ー345ー678",
        "tel:0912345678",
        "TEL: +84-912-345-678",
        "SĐT: 0912.345.678",
        "ĐT 0912 345 678",
        "Zalo: 0912345678.",
        "٠٩١٢٣٤٥٦٧٨",
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
        ("0912345678 / 0987654321", "phone_invalid"),
        ("0692345678", "phone_invalid"),
        ("0912345678\U0001f4de", "phone_invalid"),
        ("024 3825 1234", "phone_landline"),
        ("+84 (24) 3825 1234", "phone_landline"),
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


@given(st.from_regex(r"0[35789][0-9]{8}", fullmatch=True))
def test_a_range_that_no_table_knows_yet_shuts_nobody_out(number: str) -> None:
    assert parse_mobile(number) == "+84" + number[1:]


@given(
    st.from_regex(r"[35789][0-9]{8}", fullmatch=True),
    st.sampled_from(["0", "+84", "0084", "84 ", "(+84) ", "+84 (0) ", "tel:+84", "\u202a+84\u00a0"]),
    st.lists(st.tuples(st.integers(1, 8), st.sampled_from(" .-–—−·/\u200b\u2011\u00a0\u202c")), max_size=5),
)
def test_any_grouping_and_prefix_is_the_same_number(rest: str, prefix: str, marks: list[tuple[int, str]]) -> None:
    written = rest
    for place, mark in sorted(marks, reverse=True):
        written = written[:place] + mark + written[place:]
    assert parse_mobile(prefix + written) == "+84" + rest


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


@pytest.mark.parametrize(
    "written",
    [
        "049 090 000 001",
        "０49090000001",
        "\u202a049090000001\u202c",
        "049.090.000.001",
        "049090–000001",
        "049\u00a0090000001",
    ],
)
def test_an_identity_number_is_read_however_it_is_grouped(written: str) -> None:
    assert parse_identity_number(written, today=TODAY).number == "049090000001"


def test_a_birth_registered_abroad_carries_a_country_code() -> None:
    assert parse_identity_number("142090000001", today=TODAY) == IdentityNumber("142090000001", "142", "male", 1990)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "identity_number_shape"),
        ("04909000000", "identity_number_shape"),
        ("0490900000011", "identity_number_shape"),
        ("04909000000a", "identity_number_shape"),
        ("049090--000001", "identity_number_shape"),
        ("O49090000001", "identity_number_shape"),
        ("0490 9000 0001 1", "identity_number_shape"),
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
