"""Excel workbooks as lodgings fill them in, and as programs and accidents spoil them."""

from datetime import date, datetime, time
from typing import Any

import pytest

from residence.guests import Moment
from tests.unit.residence.declared import (
    OFFICIAL_TITLES,
    book,
    judged,
    official_book,
    official_row,
    refusals,
    refused_for,
    warned,
)

THREE = [official_row(number) for number in (1, 2, 3)]


def test_the_official_form_is_read_from_row_five() -> None:
    verdict = judged(official_book(THREE))
    assert (verdict.kind, verdict.rows, refusals(verdict), warned(verdict)) == ("xlsx", 3, [], set())
    assert [each.row for each in verdict.accepted] == [5, 6, 7]
    guest = verdict.accepted[0].declaration
    assert (guest.full_name, guest.document_number, guest.document_kind) == ("Nguyễn Văn Thử", "049090000001", 1)
    assert (guest.arrival, guest.departure) == (Moment(date(2026, 11, 22)), Moment(date(2026, 11, 24)))


def test_rows_and_columns_are_named_as_the_spreadsheet_shows_them() -> None:
    rows = [official_row(1), [], official_row(2, sex="?", departure="21/11/2026"), official_row(3, document_number="")]
    verdict = judged(official_book(rows))
    assert (verdict.rows, len(verdict.accepted)) == (3, 1)
    assert refusals(verdict) == [(7, "D", "E06"), (7, "O", "E07"), (8, "H", "E01"), (8, "H", "E13")]
    assert verdict.rejected[0].as_dict() == {
        "row": 7,
        "column": "D",
        "field": "sex",
        "value": "?",
        "code": "E06",
        "reason": "Giới tính “?” không có trong danh mục. Chọn lại từ danh sách, ví dụ “F - Nữ”.",
    }


def test_any_table_with_the_headings_is_read_wherever_it_begins() -> None:
    letterhead = [["Khách sạn Thử"], [], ["Danh sách khách"]]
    verdict = judged(book([*letterhead, OFFICIAL_TITLES, *THREE]))
    assert ([each.row for each in verdict.accepted], refusals(verdict)) == ([5, 6, 7], [])
    assert [each.row for each in judged(book([OFFICIAL_TITLES, *THREE])).accepted] == [2, 3, 4]


def test_other_names_of_columns_in_another_order() -> None:
    titles = [
        "Số CCCD",
        "Loại giấy tờ",
        "Họ và tên khách",
        "Phái",
        "Ngày, tháng, năm sinh",
        "Quốc tịch",
        "Từ ngày",
        "Đến ngày",
    ]
    rows: list[list[Any]] = [
        [*titles, "Lý do lưu trú"],
        ["049090000001", 1, "Lê Thị Thử", "Nữ", "2/9/1990", "VNM", "22/11/2026", "23/11/2026", 2],
    ]
    verdict = judged(book(rows))
    assert refusals(verdict) == []
    assert verdict.accepted[0].declaration.full_name == "Lê Thị Thử"


def test_the_first_sheet_with_guests_is_taken() -> None:
    def more(workbook: Any, _: Any) -> None:
        sheet = workbook.add_worksheet("Khách")
        for place, row in enumerate([OFFICIAL_TITLES, *THREE]):
            sheet.write_row(place, 0, row)

    assert judged(book([["Hướng dẫn"]], more)).rows == 3


@pytest.mark.parametrize("system", [False, True])
def test_real_dates_of_both_systems(system: bool) -> None:
    def dates(workbook: Any, sheet: Any) -> None:
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_datetime("C5", datetime(1990, 10, 2), day)  # noqa: DTZ001 - a spreadsheet knows no zone
        sheet.write_datetime("N5", datetime(2026, 11, 22, 9, 40), day)  # noqa: DTZ001
        sheet.write_number("O5", (date(2026, 11, 25) - (date(1904, 1, 1) if system else date(1899, 12, 30))).days)

    verdict = judged(official_book([official_row()], dates, date_1904=system))
    assert refusals(verdict) == []
    guest = verdict.accepted[0].declaration
    assert guest.birth_date == date(1990, 10, 2)
    assert guest.arrival == Moment(date(2026, 11, 22), time(9, 40))
    assert guest.departure == Moment(date(2026, 11, 25))


def test_w16_days_that_an_american_excel_turned_round() -> None:
    def dates(workbook: Any, sheet: Any) -> None:
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_datetime("C5", datetime(1990, 7, 5), day)  # noqa: DTZ001
        sheet.write_datetime("C6", datetime(1990, 9, 12), day)  # noqa: DTZ001

    def one_more(workbook: Any, sheet: Any) -> None:
        dates(workbook, sheet)
        sheet.write_datetime("C8", datetime(1990, 7, 13), workbook.add_format({"num_format": "d/m/yyyy"}))  # noqa: DTZ001

    rows = [*THREE[:2], official_row(3, birth_date="25/07/1990"), official_row(4)]
    found = [note for note in judged(official_book(rows, dates)).warnings if note.finding.code == "W16"]
    assert [(note.row, note.column, note.finding.value) for note in found] == [
        (5, "C", "05/07/1990"),
        (6, "C", "12/09/1990"),
    ]
    assert "W16" not in warned(judged(official_book(rows, one_more)))


def test_headings_in_an_old_font_name_the_encoding() -> None:
    assert (
        refused_for(book([["STT", "Hä vµ t\u00aan", "Ngµy sinh"], [1, "NguyÔn V¨n Thö", "02/09/1990"]])) == "encoding"
    )


def test_days_of_1900() -> None:
    def spoil(workbook: Any, sheet: Any) -> None:
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_number("C5", 1990, day)
        sheet.write_number("N6", 22, day)
        sheet.write_number("O7", 0, day)

    verdict = judged(official_book(THREE, spoil))
    assert refusals(verdict) == [(5, "C", "E21"), (6, "N", "E21"), (7, "O", "E21")]
    assert "số" in verdict.rejected[0].finding.reason()


def test_eaten_zeros() -> None:
    verdict = judged(official_book([official_row(document_number=49090000001, phone=912345678)]))
    assert refusals(verdict) == [(5, "H", "E13")]
    assert verdict.rejected[0].finding.value == "49090000001"
    assert "W13" in warned(verdict)


def test_formulas_are_refused_cell_by_cell() -> None:
    def spoil(_: Any, sheet: Any) -> None:
        sheet.write_formula("B5", '=PROPER("nguyễn văn thử")', None, "Nguyễn Văn Thử")
        sheet.write_formula("A6", "=ROW()-3", None, 3)
        sheet.write_formula("S7", "=1+1")
        sheet.write_formula("N8", "=TODAY()", None, 46348)

    verdict = judged(official_book([*THREE, official_row(4)], spoil))
    assert refusals(verdict) == [(5, "B", "E22"), (7, "S", "E22"), (8, "N", "E22")]
    assert verdict.rejected[0].finding.value == '=PROPER("nguyễn văn thử")'
    assert [each.row for each in verdict.accepted] == [6], "the running number is not looked at"


def test_a_formula_that_fails_and_an_error_typed_in() -> None:
    def spoil(_: Any, sheet: Any) -> None:
        sheet.write_formula("C5", "=1/0", None, "#DIV/0!")

    verdict = judged(official_book([official_row(1), official_row(2, room="#N/A")], spoil))
    assert refusals(verdict) == [(5, "C", "E22"), (6, "P", "E22")]


def test_the_same_document_on_the_same_day_twice() -> None:
    rows = [official_row(1), official_row(2), official_row(1), official_row(1, arrival="21/11/2026")]
    verdict = judged(official_book(rows))
    assert refusals(verdict) == [(7, "H", "E14")]
    assert "dòng 5" in verdict.rejected[0].finding.reason()


def test_hidden_sheets_are_not_looked_at() -> None:
    def hide(workbook: Any, sheet: Any) -> None:
        workbook.add_worksheet("Khác").activate()
        sheet.hide()

    assert refused_for(official_book(THREE, hide)) == "no_header"


def test_missing_columns_and_columns_twice_are_named() -> None:
    without = [cell for place, cell in enumerate(OFFICIAL_TITLES) if place != 13]
    [note] = judged(book([without, official_row()])).rejected
    assert note.finding.rule == "columns_missing"
    assert "ngày đến" in note.finding.reason()
    twice = [*OFFICIAL_TITLES[:18], "Họ và tên"]
    [note] = judged(book([twice, official_row()])).rejected
    assert (note.finding.rule, note.finding.value) == ("columns_twice", "B, S")


def test_a_foreigner_in_the_form_of_vietnamese_lacks_the_residence_expiry() -> None:
    verdict = judged(
        official_book(
            [official_row(full_name="TESTOVA ANNA", nationality="BRA", document_kind="4", document_number="B123")]
        )
    )
    assert refusals(verdict) == [(5, None, "E01"), (5, None, "E08")]
    assert "W07" in warned(verdict)
