"""The authority's XML and JSON of hotel programs."""

import json
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residence.files.source import MOST_GUESTS
from residence.guests import BirthPrecision, Moment
from tests.unit.residence.declared import a_foreign_row, a_row, judged, refusals, refused_for, warned

SAMPLE = """<?xml version="1.0" encoding="UTF-8"?>
<!-- the shape of the authority's file; an invented person -->
<KHAI_BAO_TAM_TRU>
    <THONG_TIN_KHACH>
        <so_thu_tu>1</so_thu_tu>
        <ho_ten>TESTOVA ANNA</ho_ten>
        <ngay_sinh>08/03/1990</ngay_sinh>
        <ngay_sinh_dung_den>D</ngay_sinh_dung_den>
        <gioi_tinh>F</gioi_tinh>
        <ma_quoc_tich>RUS</ma_quoc_tich>
        <so_ho_chieu>700000001</so_ho_chieu>
        <so_phong>5A</so_phong>
        <ngay_den>22/11/2026</ngay_den>
        <ngay_di_du_kien>30/11/2026</ngay_di_du_kien>
        <thoi_han_tam_tru>15/12/2026</thoi_han_tam_tru>
    </THONG_TIN_KHACH>
</KHAI_BAO_TAM_TRU>
"""
GUEST = SAMPLE[SAMPLE.index("    <THONG") : SAMPLE.index("</KHAI")]


def many(*changes: dict[str, str]) -> bytes:
    """The sample with one guest for each set of changes, {old text: new text}."""
    guests = []
    for number, change in enumerate(changes, 1):
        guest = GUEST.replace("700000001", f"70000000{number}")
        for old, new in change.items():
            assert old in guest
            guest = guest.replace(old, new)
        guests.append(guest)
    return SAMPLE.replace(GUEST, "".join(guests)).encode()


def test_the_official_xml() -> None:
    verdict = judged(SAMPLE.encode())
    assert (verdict.kind, verdict.rows, refusals(verdict), warned(verdict)) == ("xml", 1, [], set())
    guest = verdict.accepted[0].declaration
    assert (guest.full_name, guest.nationality, guest.document_number) == ("TESTOVA ANNA", "RUS", "700000001")
    assert (guest.arrival, guest.residence_expiry) == (Moment(date(2026, 11, 22)), date(2026, 12, 15))


def test_columns_are_tags_and_rows_places() -> None:
    data = many(
        {},
        {"RUS": "Nga", "TESTOVA ANNA": "Testova Anna"},
        {"        <thoi_han_tam_tru>15/12/2026</thoi_han_tam_tru>\n": ""},
        {"30/11/2026": "21/11/2026", "70000000": "7-"},
    )
    verdict = judged(data)
    assert refusals(verdict) == [
        (2, "ma_quoc_tich", "E05"),
        (2, "ho_ten", "E03"),
        (3, "thoi_han_tam_tru", "E01"),
        (3, "thoi_han_tam_tru", "E08"),
        (4, "so_ho_chieu", "E13"),
        (4, "ngay_di_du_kien", "E07"),
    ]


def test_a_year_is_enough_where_the_passport_says_no_more() -> None:
    verdict = judged(many({"08/03/1990": "01/01/1990", ">D<": ">Y<"}, {"08/03/1990": "1990", ">D<": ">Y<"}))
    assert [each.declaration.birth_precision for each in verdict.accepted] == [BirthPrecision.YEAR] * 2


def test_samples_of_the_authority_are_no_guests() -> None:
    verdict = judged(many({"TESTOVA ANNA": "[TEST] SAMPLE"}, {}, {"TESTOVA ANNA": "[EXAMPLE]"}))
    assert (verdict.rows, [each.row for each in verdict.accepted]) == (1, [2])


def test_the_same_passport_twice() -> None:
    assert refusals(judged(many({}, {"700000002": "700000001"}))) == [(2, "so_ho_chieu", "E14")]


def test_a_vietnamese_belongs_into_the_other_form() -> None:
    assert {code for _, _, code in refusals(judged(many({"RUS": "VNM"})))} == {"E01"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_encodings_of_xml(encoding: str) -> None:
    data = SAMPLE.replace('encoding="UTF-8"', f'encoding="{encoding}"').replace("5A", "Phòng Đỏ").encode(encoding)
    assert judged(data).accepted[0].declaration.room == "Phòng Đỏ"


@pytest.mark.parametrize(
    ("spoilt", "rule"),
    [
        (SAMPLE.replace("<KHAI", '<!DOCTYPE a [<!ENTITY b "c">]><KHAI', 1), "xml_entities"),
        (SAMPLE.replace("<KHAI", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><KHAI', 1), "xml_entities"),
        (SAMPLE.replace("5A", "&room;"), "broken"),
        (SAMPLE[:-20], "broken"),
        (SAMPLE.replace("5A", "\x01"), "file_unknown"),
        ("<a>" * 100 + "</a>" * 100, "broken"),
        (SAMPLE.replace("KHAI_BAO_TAM_TRU", "DANH_SACH"), "not_guest_objects"),
        ("<KHAI_BAO_TAM_TRU/>", "no_guests"),
        (SAMPLE.replace("UTF-8", "no-such-encoding"), "broken"),
        (SAMPLE.replace(GUEST, "<THONG_TIN_KHACH/>" * (MOST_GUESTS + 1)), "too_many_rows"),
    ],
)
def test_xml_that_is_not_read(spoilt: str, rule: str) -> None:
    assert refused_for(spoilt.encode()) == rule


def test_a_thousand_laughs_are_not_laughed() -> None:
    levels = "".join(f'<!ENTITY l{number + 1} "{f"&l{number};" * 10}">' for number in range(9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "lol">{levels}]><KHAI_BAO_TAM_TRU>&l9;</KHAI_BAO_TAM_TRU>'
    assert refused_for(bomb.encode()) == "xml_entities"


def test_json_with_our_names() -> None:
    guests = [a_row(), a_foreign_row(), a_row(document_number="049090000002") | {"reason": 20, "departure": None}]
    verdict = judged(json.dumps(guests).encode())
    assert (verdict.kind, verdict.rows) == ("json", 3)
    assert refusals(verdict) == [(3, "departure", "E01"), (3, None, "E12")]
    assert judged(json.dumps({"lodging": "KS", "guests": guests, "night": 1}).encode()).rows == 3


def test_json_with_the_names_of_the_lodging_api() -> None:
    guest = {
        "hoTen": "TESTOVA ANNA",
        "quocTich": "RUS",
        "soHoChieu": "700000001",
        "gioiTinh": "F",
        "loaiNgayThangNamSinh": "Y",
        "ngayThangNamSinhStr": "1990-01-01",
        "ngayDenCsltStr": "2026-11-22 14:00:00",
        "ngayDiDuKienStr": "2026-11-24 12:00:00",
        "soPhong": "5A",
        "thoiHanTamTruStr": "2026-12-15 00:00:00",
    }
    verdict = judged(json.dumps([guest, guest | {"quocTich": "Nga"}]).encode())
    assert refusals(verdict) == [(2, "quocTich", "E05"), (2, "soHoChieu", "E14")]
    assert verdict.accepted[0].declaration.arrival == Moment(date(2026, 11, 22), time(14))


def test_json_says_whether_a_name_was_compared() -> None:
    guests = [
        a_foreign_row() | {"name_confirmed": False},
        a_foreign_row(document_number="B2") | {"name_confirmed": True},
    ]
    verdict = judged(
        json.dumps([*guests, a_foreign_row(document_number="B3", full_name="ONE") | {"one_word_name": True}]).encode()
    )
    assert refusals(verdict) == [(1, "full_name", "E04"), (3, "full_name", "E04")]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{", "broken"),
        ('[{"a": 1},]', "broken"),
        ('[{"a": 1} {"a": 1}]', "broken"),
        ('[{"a": 1}] x', "broken"),
        ('{"guests": [{}]', "broken"),
        ('{"guests": [{}], "guests"}', "broken"),
        ('[{"a": NaN}]', "broken"),
        ('{"a":' * 100_000, "broken"),
        ('{"guests": [1]}', "not_guest_objects"),
        ('[{"a": 1}, 2]', "not_guest_objects"),
        ('{"guests": 1}', "not_guest_objects"),
        ('{"other": []}', "not_guest_objects"),
        ('{"a": "' + "a" * (5 << 20) + '"}', "not_guest_objects"),
        ("[]", "no_guests"),
        ('{"guests": []}', "no_guests"),
        ("[" + "{}," * MOST_GUESTS + "{}]", "too_many_rows"),
        ('{"a": 1, "guests": [' + "{}," * MOST_GUESTS + "{}]}", "too_many_rows"),
    ],
)
def test_json_that_is_not_read(text: str, rule: str) -> None:
    assert refused_for(text.encode()) == rule


def test_half_a_character_can_be_told_back() -> None:
    guest = json.dumps(a_row()).replace("Th\\u1eed", "\\ud800")
    verdict = judged(f"[{guest}]".encode())
    assert refusals(verdict) == [(1, "full_name", "E23")]
    json.dumps(verdict.as_dict(), ensure_ascii=False).encode()


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@given(st.lists(st.dictionaries(st.sampled_from([*a_row(), *a_foreign_row(), "other"]), _values), max_size=4))
def test_no_values_make_it_fail(guests: list[dict[str, Any]]) -> None:
    verdict = judged(json.dumps(guests).encode())
    assert verdict.rows == len(guests)
    json.dumps(verdict.as_dict(), ensure_ascii=False).encode()
