"""Layouts: forms whose rows or cells have slid, merged cells, other forms of the authority."""

from datetime import date
from typing import Any

import pytest

from tests.unit.residence.declared import (
    OFFICIAL_TITLES,
    book,
    judged,
    official_book,
    official_row,
    refusals,
    refused_for,
)

THREE = [official_row(number) for number in (1, 2, 3)]


@pytest.mark.parametrize("place", ["B2:C2", "B2:B3", "A1:C2"])
def test_merged_headings_refuse_the_file(place: str) -> None:
    assert refused_for(official_book(THREE, lambda _, sheet: sheet.merge_range(place, "HỌ TÊN (*)"))) == "header_merged"


def test_a_merged_title_does_no_harm() -> None:
    assert judged(official_book(THREE, lambda _, sheet: sheet.merge_range("A1:S1", "DANH SÁCH"))).rows == 3


def test_headings_in_two_merged_rows() -> None:
    upper = [*OFFICIAL_TITLES[:13], "THỜI GIAN", "", *OFFICIAL_TITLES[15:]]
    lower = [""] * 13 + ["NGÀY ĐẾN", "NGÀY ĐI"]

    def merge(_: Any, sheet: Any) -> None:
        sheet.merge_range("N1:O1", "THỜI GIAN")
        sheet.merge_range("B1:B2", "HỌ TÊN")

    assert refused_for(book([upper, lower, *THREE], merge)) == "header_merged"


def test_merged_guests_refuse_the_file() -> None:
    assert (
        refused_for(official_book(THREE, lambda _, sheet: sheet.merge_range("B6:B7", "Nguyễn Văn Thử")))
        == "rows_merged"
    )


def test_a_guest_on_the_example_row_would_be_lost() -> None:
    def overwrite(_: Any, sheet: Any) -> None:
        for column, cell in enumerate(official_row(9)):
            sheet.write(3, column, cell)

    verdict = judged(official_book(THREE, overwrite))
    assert refusals(verdict) == [(4, "B", "E25")]
    assert (verdict.rows, [each.row for each in verdict.accepted]) == (4, [5, 6, 7])
    assert "Dòng 4" in verdict.rejected[0].finding.reason()


def test_a_form_whose_example_was_deleted_with_its_row() -> None:
    head = [
        ["DANH SÁCH THÔNG BÁO LƯU TRÚ CHO CÔNG DÂN VIỆT NAM"],
        OFFICIAL_TITLES,
        ["Mẫu dữ liệu", *["<Giá trị>"] * 18],
    ]
    verdict = judged(book([*head, *THREE], name="DS_KHACH_VIET_NAM_LUU_TRU"))
    assert refusals(verdict) == [(4, "B", "E25")]
    assert [each.row for each in verdict.accepted] == [5, 6]


def test_a_form_that_slid_down_refuses_the_file() -> None:
    head = [
        [],
        ["DANH SÁCH"],
        OFFICIAL_TITLES,
        ["Mẫu dữ liệu", *["<Giá trị>"] * 18],
        ["[EXAMPLE]", "[TEST] NGUYỄN VĂN THỬ"],
    ]
    assert refused_for(book([*head, *THREE], name="DS_KHACH_VIET_NAM_LUU_TRU")) == "example_moved"
    assert refused_for(book([[]] * 4 + [OFFICIAL_TITLES, *THREE], name="DS_KHACH_VIET_NAM_LUU_TRU")) == "header_moved"


@pytest.mark.parametrize(("cells", "side"), [(official_row(2)[2:], "trái"), (["", *official_row(2)], "phải")])
def test_cells_one_column_off_their_headings(cells: list[Any], side: str) -> None:
    shifted = [3, *cells] if side == "trái" else cells
    verdict = judged(official_book([official_row(1), shifted]))
    [note] = verdict.rejected
    assert (note.row, note.finding.code) == (6, "E24")
    assert side in note.finding.reason()


def test_a_row_with_other_errors_is_not_called_shifted() -> None:
    verdict = judged(official_book([official_row(1, sex="?", nationality="??", arrival="mai", departure="mốt")]))
    assert {code for _, _, code in refusals(verdict)} == {"E05", "E06", "E20"}


def test_headings_repeated_below_are_no_guest() -> None:
    verdict = judged(official_book([THREE[0], OFFICIAL_TITLES, THREE[1]]))
    assert ([each.row for each in verdict.accepted], verdict.rows, refusals(verdict)) == ([5, 7], 2, [])


def two_sheets(first: list[list[Any]], second: list[list[Any]], *, late: int = 0) -> bytes:
    def add(workbook: Any, _: Any) -> None:
        sheet = workbook.add_worksheet("TRANG HAI")
        for place, row in enumerate(second):
            sheet.write_row(place + (late if place else 0), 0, row)

    return book(first, add)


def test_guests_in_several_sheets_are_not_half_taken() -> None:
    data = two_sheets([OFFICIAL_TITLES, THREE[0]], [OFFICIAL_TITLES, THREE[1]])
    assert refused_for(data) == "several_sheets"
    assert judged(data).rejected[0].finding.value == "Sheet1, TRANG HAI"


@pytest.mark.parametrize("late", [0, 40])
def test_a_sheet_without_guests_is_passed_over(late: int) -> None:
    verdict = judged(two_sheets([OFFICIAL_TITLES], [OFFICIAL_TITLES, THREE[1]], late=late))
    assert [each.row for each in verdict.accepted] == [2 + late]
    assert judged(two_sheets([OFFICIAL_TITLES, THREE[1]], [["Ghi chú"], ["khác"]])).rows == 1
    assert refused_for(two_sheets([OFFICIAL_TITLES], [OFFICIAL_TITLES])) == "no_guests"


def test_form_na17_has_two_numbers() -> None:
    titles = [
        *("Họ tên", "Giới tính", "Ngày sinh", "Quốc tịch", "Số hộ chiếu", "Loại hộ chiếu (phổ thông/công vụ)"),
        *("Loại giấy tờ nhập cảnh (thị thực/thẻ tạm trú)", "Số giấy tờ", "Thời hạn", "Tạm trú từ ngày", "đến ngày"),
        *("Thời hạn tạm trú", "Số phòng"),
    ]
    cells = ["TESTOVA ANNA", "F", "08/03/1990", "RUS", "700000001", "Phổ thông", "Thị thực", "AB123456", "01/02/2027"]
    verdict = judged(book([titles, [*cells, "22/11/2026", "24/11/2026", "15/12/2026", "5A"]]))
    assert refusals(verdict) == []
    guest = verdict.accepted[0].declaration
    assert (guest.document_number, guest.entry_document_number) == ("700000001", "AB123456")
    assert guest.entry_document_expiry == date(2027, 2, 1)


def test_the_authoritys_list_of_foreigners() -> None:
    titles = [
        "STT",
        "HỌ TÊN ",
        "NGÀY SINH",
        "NGÀY SINH ĐÚNG ĐẾN",
        "GIỚI TÍNH",
        "MÃ QUỐC TỊCH",
        "SỐ HỘ CHIẾU",
        "SỐ PHÒNG",
    ]
    titles += [
        "NGÀY ĐẾN ",
        "THỜI GIAN DỰ KIẾN TẠM TRÚ TẠI CSLT",
        "NGÀY TRẢ PHÒNG",
        "THỜI HẠN ĐƯỢC PHÉP TẠM TRÚ TẠI VIỆT NAM",
    ]
    sample = [1, "[TEST] SAMPLE", "01/01/1990", "D - Ngày", "F - Nữ", "RUS - Russia"]
    guest = [2, "TESTOVA ANNA", "08/03/1990", "D - Ngày", "F - Nữ", "RUS - Russia", "700000001", "5A", "22/11/2026"]
    verdict = judged(
        book([["DANH SÁCH HỒ SƠ KBTT"], titles, sample, [*guest, "24/11/2026", "", "15/12/2026"]], name="KBTT")
    )
    assert (refusals(verdict), [each.row for each in verdict.accepted]) == ([], [4])
