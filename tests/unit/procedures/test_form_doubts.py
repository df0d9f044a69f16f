"""What may be wrong in a form and refuses nothing."""

from typing import Any

import pytest

from mobile_contract.problems import FIELD_TEXTS
from procedures.forms.checking import check_form, form_doubts
from tests.unit.procedures.household import TODAY, member, procedure, values


def doubts(**changes: Any) -> list[tuple[str, str]]:
    checked = check_form(procedure(), {**values(), **changes}, draft=False, today=TODAY)
    assert checked.errors == []
    again = form_doubts(procedure().form, checked.values, TODAY)
    assert [(each.pointer, each.code) for each in again] == [(each.pointer, each.code) for each in checked.warnings]
    assert {each.code for each in again} <= set(FIELD_TEXTS)
    return [(each.pointer.removeprefix("/form_values"), each.code) for each in again]


def line(number: int, code: str) -> dict[str, Any]:
    return {"stt": number, "ten": f"Ngành {number}", "ma": code, "chinh": number == 1}


@pytest.mark.parametrize("day", ["1990-01-01", "2099-01-01", "2026-09-01", "2028-01-01"])
def test_a_start_far_off(day: str) -> None:
    assert doubts(ngayBatDau=day) == [("/ngayBatDau", "date_unusual")]


@pytest.mark.parametrize("day", ["2026-11-20", "2026-11-01", "2027-06-30"])
def test_a_start_nearby(day: str) -> None:
    assert doubts(ngayBatDau=day) == []


@pytest.mark.parametrize(
    ("amount", "words", "code"),
    [
        (50_000_000, "Năm triệu đồng", "amount_words_differ"),
        (50_000_000, "Năm mươi tỷ đồng", "amount_words_differ"),
        (50_000_000, "nhiều tiền", "amount_words_unread"),
        (50_000_000, "năm mươi triệu đồng chẵn", None),
        (50_000_000, "50 triệu", None),
        (1_250_000_000, "Một tỉ hai trăm năm mươi triệu đồng Việt Nam", None),
    ],
)
def test_capital_in_words_and_in_digits(amount: int, words: str, code: str | None) -> None:
    found = doubts(vonKinhDoanh={"so": amount, "bangChu": words})
    assert found == ([("/vonKinhDoanh/bangChu", code)] if code else [])


@pytest.mark.parametrize("code", ["9999", "0000", "4711"])
def test_a_line_of_business_that_is_not_in_the_list(code: str) -> None:
    expected = [] if code == "4711" else [("/nganhNghe/0/ma", "business_line_unknown")]
    assert doubts(nganhNghe=[line(1, code)]) == expected


def test_rows_that_repeat_each_other() -> None:
    rows = [line(1, "5610"), line(2, "5630") | {"stt": 1}, line(3, "5610")]
    assert doubts(nganhNghe=rows) == [("/nganhNghe/1/stt", "row_repeated"), ("/nganhNghe/2/ma", "row_repeated")]


def test_members_that_are_one_person() -> None:
    found = doubts(chuThe="thanh_vien_gd", thanhVien=[member(), member()])
    assert found == [("/thanhVien/1/soDinhDanh", "row_repeated")]


def test_hidden_signs_are_taken_out_and_back_to_front_is_refused() -> None:
    filled = values()
    filled["truSo"]["soNha"] = "\u202a12\u200b Hoàng\u00a0Diệu\u202c"
    checked = check_form(procedure(), filled, draft=False, today=TODAY)
    assert checked.errors == []
    assert checked.values["truSo"]["soNha"] == "12 Hoàng Diệu"
    for sign in "\u202b\u202e\u2067":
        filled["truSo"]["soNha"] = f"12 {sign}Hoàng Diệu"
        for draft in (False, True):
            (error,) = check_form(procedure(), filled, draft=draft, today=TODAY).errors
            assert (error.pointer, error.code) == ("/form_values/truSo/soNha", "text_reversed")


def test_an_ordinary_form_has_no_doubts() -> None:
    assert doubts() == []
