"""Rows and columns of a list that are not used, and that its sender is told of."""

from typing import Any

import pytest

from tests.unit.residence.declared import book, judged, official_book, official_row, refusals, refused_for
from tests.unit.residence.lists import HEADINGS, a_guest, listed


def remarks(data: bytes) -> dict[str, str]:
    return {note.finding.code: note.finding.reason() for note in judged(data).warnings if note.row == 0}


@pytest.mark.parametrize("place", [0, 1, 7])
@pytest.mark.parametrize(
    "text",
    [
        "Tổng cộng: 2 khách",
        "TỔNG CỘNG",
        "Cộng: 2",
        "Total guests: 2",
        "Người lập biểu",
        "Hội An, ngày 22 tháng 11 năm 2026",
        "Ngày ... tháng ... năm ...",
        "(Ký, ghi rõ họ tên)",
        "Trang 1/2",
        "Page 1 of 1",
        "Giám đốc",
        "Nguyễn Thị Lập",
        "Ghi chú: đã kiểm tra",
        "---",
        "Số lượng khách Việt Nam",
        "Nhân viên lễ tân",
        "Tầng 2",
        "Phòng 201",
        "ĐOÀN KHÁCH HÀN QUỐC",
        "II. Khách nước ngoài",
        "Gia đình anh Ba",
        "Công ty TNHH Thử",
    ],
)
def test_foot_and_group_lines_are_no_guests(text: str, place: int) -> None:
    line = [""] * len(HEADINGS)
    line[place] = text
    for rows in ([a_guest(1), a_guest(2), line], [a_guest(1), line, a_guest(2)]):
        verdict = judged(listed(rows))
        assert (verdict.rows, refusals(verdict)) == (2, [])
        assert text[:20] in remarks(listed(rows))["W21"]


def test_signatures_under_a_foot_are_no_guests() -> None:
    foot = [
        ["", "Tổng cộng: 1"],
        ["", "Người lập", "", "", "", "", "", "Giám đốc"],
        ["", "Lê Thị Lập", *[""] * 5, "Lý Văn Ký"],
    ]
    assert judged(listed([a_guest(1), *foot])).rows == 1
    assert judged(listed([a_guest(1), *foot, a_guest(2)])).rows == 2


def test_merged_lines_between_guests_do_no_harm() -> None:
    def merge(_: Any, sheet: Any) -> None:
        sheet.merge_range("A3:K3", "Tầng 2")
        sheet.merge_range("B5:D5", "Tổng cộng: 2 khách")

    verdict = judged(book([HEADINGS, a_guest(1), [], a_guest(2)], merge))
    assert (verdict.rows, refusals(verdict)) == (2, [])


def test_a_guest_who_was_not_finished_is_a_guest() -> None:
    assert {
        row
        for row, _, _ in refusals(judged(listed([a_guest(1), ["2", "Trần Thị Dở"], ["", "Lê Dở", *[""] * 7, "101"]])))
    } == {
        3,
        4,
    }


def test_a_row_prepared_for_nobody_and_a_row_of_numbers() -> None:
    prepared = ["", "", "", "", "VNM - Viet Nam", "1", "", "22/11/2026", "", "201", "1"]
    numbers = [f"({place})" for place in range(1, 12)]
    verdict = judged(listed([numbers, a_guest(1), prepared]))
    assert (verdict.rows, refusals(verdict)) == (1, [])


def test_hidden_and_filtered_rows_are_told_and_not_declared() -> None:
    rows = [HEADINGS, *(a_guest(number) for number in range(1, 7))]

    def hide(_: Any, sheet: Any) -> None:
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.autofilter("A1:K7")
        sheet.filter_column("H", "x == 22/11/2026")
        for place in (4, 5):
            sheet.set_row(place, None, None, {"hidden": True})

    data = book(rows, hide)
    assert [each.row for each in judged(data).accepted] == [2, 4, 7]
    assert "3, 5-6" in remarks(data)["W22"]
    squeezed = book(rows, lambda _, sheet: sheet.set_row(1, 0))
    assert [each.row for each in judged(squeezed).accepted] == [3, 4, 5, 6, 7]


def test_a_list_of_hidden_rows_alone() -> None:
    hidden = book([HEADINGS, a_guest(1)], lambda _, sheet: sheet.set_row(1, None, None, {"hidden": True}))
    assert refused_for(hidden) == "only_hidden"


def test_columns_that_are_not_used_are_named_once() -> None:
    data = listed([[*a_guest(1), "500000", ""], [*a_guest(2), "500000", ""]], [*HEADINGS, "Giá phòng", "Đặt cọc"])
    told = remarks(data)["W23"]
    assert "“Giá phòng” (L)" in told
    assert "Đặt cọc" not in told, "an empty column holds nothing that could be lost"


def test_the_foot_of_an_official_form() -> None:
    rows = [official_row(1), ["", "Tổng cộng: 1 khách"]]
    assert judged(official_book(rows)).rows == 1
