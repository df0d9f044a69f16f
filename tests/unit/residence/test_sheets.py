"""What goes out comes back the same: our sheet, the official files, the sheet of errors."""

import io
import json
import re
import zipfile
from datetime import date, time
from pathlib import Path
from typing import Any, BinaryIO

from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from residence.batches.check import Verdict
from residence.guests import GuestDeclaration, Moment
from residence.reading.catalogues import cell_of
from residence.sheets.guests import write_error_sheet, write_guests, write_template
from residence.sheets.official import official_cells, official_xml, write_official_xlsx
from tests.unit.residence.declared import (
    OFFICIAL,
    OFFICIAL_TITLES,
    a_foreign_row,
    book,
    foreign,
    guests,
    judged,
    official_book,
    official_row,
    refusals,
    refused_for,
    vietnamese,
)
from tests.unit.residence.guests_made import foreign_guest, vietnamese_guest

DAY = date(2026, 11, 22)


def sheet_of(declarations: list[GuestDeclaration]) -> bytes:
    out = io.BytesIO()
    write_guests(out, declarations)
    return out.getvalue()


def errors_of(verdict: Verdict) -> bytes:
    out = io.BytesIO()
    write_error_sheet(out, verdict)
    return out.getvalue()


def rows_of(data: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def _apart(declarations: list[GuestDeclaration]) -> bool:
    keys = [(declaration.document_number, declaration.arrival.day) for declaration in declarations]
    return len(set(keys)) == len(keys)


@settings(max_examples=30)
@given(st.lists(guests, min_size=1, max_size=4).filter(_apart))
def test_our_sheet_comes_back_the_same(declarations: list[GuestDeclaration]) -> None:
    verdict = judged(sheet_of(declarations))
    assert refusals(verdict) == []
    assert [each.declaration for each in verdict.accepted] == declarations
    assert [each.row for each in verdict.accepted] == list(range(2, len(declarations) + 2))


@settings(max_examples=30)
@given(st.lists(vietnamese(), min_size=1, max_size=4).filter(_apart))
def test_the_official_sheet_comes_back_with_days_alone(declarations: list[GuestDeclaration]) -> None:
    out = io.BytesIO()
    assert write_official_xlsx(out, declarations) == len(declarations)
    verdict = judged(out.getvalue())
    assert refusals(verdict) == []
    assert [each.row for each in verdict.accepted] == list(range(5, len(declarations) + 5))
    assert [official_cells(each.declaration) for each in verdict.accepted] == [
        official_cells(each) for each in declarations
    ]


@settings(max_examples=30)
@given(st.lists(foreign(), min_size=1, max_size=4).filter(_apart))
def test_the_official_xml_comes_back(declarations: list[GuestDeclaration]) -> None:
    text, count = official_xml(declarations)
    verdict = judged(text.encode())
    assert (refusals(verdict), verdict.rows) == ([], count)
    for each, told in zip(verdict.accepted, declarations, strict=True):
        assert (each.declaration.full_name, each.declaration.birth_date) == (told.full_name, told.birth_date)
        assert (each.declaration.birth_precision, each.declaration.arrival.day) == (
            told.birth_precision,
            told.arrival.day,
        )
        assert (each.declaration.residence_expiry, each.declaration.left) == (told.residence_expiry, told.left)


def test_the_official_sheet_cell_by_cell() -> None:
    out = io.BytesIO()
    guest = vietnamese_guest(DAY, arrival=Moment(DAY, time(21, 40)), province_code="501", phone="0912345678")
    write_official_xlsx(out, [guest])
    rows = rows_of(out.getvalue())
    assert CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue())).sheet_names == [OFFICIAL]
    assert rows[1] == OFFICIAL_TITLES
    assert rows[3][0] == "[EXAMPLE]"
    assert rows[4] == [
        *("2", "Nguyễn Văn Thử", "08/03/1990", "M - Nam", "VNM - Viet Nam", "1 - Thẻ CCCD", "", "049090000001"),
        *("0912345678", "", "501 - TP. Đà Nẵng", "", "", "22/11/2026", "24/11/2026", "102", "1 - Du lịch", "", ""),
    ]


def test_the_official_xml_tag_by_tag() -> None:
    text, count = official_xml([foreign_guest(DAY, full_name="TEST & GUEST"), foreign_guest(DAY, left=Moment(DAY))])
    assert count == 2
    assert re.findall(r"<(\w+)>", text.split("</THONG_TIN_KHACH>")[0])[2:] == [
        *("so_thu_tu", "ho_ten", "ngay_sinh", "ngay_sinh_dung_den", "gioi_tinh", "ma_quoc_tich", "so_ho_chieu"),
        *("so_phong", "ngay_den", "ngay_di_du_kien", "thoi_han_tam_tru"),
    ]
    assert "TEST &amp; GUEST" in text
    assert text.count("<ngay_tra_phong>22/11/2026<") == 1


def test_the_empty_sheet_has_lists_and_no_guests() -> None:
    out = io.BytesIO()
    write_template(out)
    assert refused_for(out.getvalue()) == "no_guests"
    assert [*rows_of(out.getvalue())[0]][:19] == OFFICIAL_TITLES
    with zipfile.ZipFile(out) as archive:
        markup = archive.read("xl/worksheets/sheet1.xml").decode()
    assert markup.count("<dataValidation ") == 7


def test_no_cell_that_goes_out_can_compute() -> None:
    guest = vietnamese_guest(DAY, note="=1+1", address="+84", room="@SUM(A1)")
    with zipfile.ZipFile(io.BytesIO(sheet_of([guest]))) as archive:
        assert not re.search(rb"<f[ >]", archive.read("xl/worksheets/sheet1.xml"))


def corrected(data: bytes, fixes: dict[str, str]) -> bytes:
    """The sheet saved again with cells of its first guest changed, by heading."""
    headings, *rows = rows_of(data)
    for heading, value in fixes.items():
        rows[0][headings.index(heading)] = value
    return book([headings, *rows])


def test_rejected_rows_come_back_with_reasons_and_pass_when_corrected() -> None:
    rows = [official_row(1), official_row(2, document_number=49090000002, room="0102"), official_row(3)]
    first = judged(official_book(rows))
    data = errors_of(first)
    headings, *given_rows = rows_of(data)
    [row] = given_rows
    assert row[headings.index("SỐ GIẤY TỜ (*)")] == "49090000002"
    assert row[headings.index("SỐ PHÒNG/ KHOA")] == "0102"
    assert row[headings.index("DÒNG TRONG TỆP GỐC")] == "6"
    assert headings[:2] == ["LỖI", "DÒNG TRONG TỆP GỐC"], "what is wrong stands first, beside the guest"
    [(number, column, code)] = refusals(judged(data))
    assert (number, code) == (2, "E13"), "as it is, it is refused for the same"
    assert row[0].startswith(f"E13 [{column}2]: Thẻ CCCD cần 12 chữ số"), "it names the cell of this sheet"
    again = judged(corrected(data, {"SỐ GIẤY TỜ (*)": "049090000002"}))
    assert refusals(again) == []
    assert again.accepted[0].declaration.document_number == "049090000002"


def test_a_foreigner_from_xml_can_be_corrected_on_the_sheet() -> None:
    text, _ = official_xml([foreign_guest(DAY, full_name="TESTOVA", residence_expiry=None)])
    first = judged(text.encode())
    assert {code for _, _, code in refusals(first)} == {"E01", "E02", "E08"}
    again = judged(corrected(errors_of(first), {"THỜI HẠN TẠM TRÚ": "15/12/2026", "TÊN MỘT CHỮ": "x"}))
    assert refusals(again) == []


def test_several_reasons_stand_in_one_cell_and_formulas_come_back_empty() -> None:
    verdict = judged(
        official_book([official_row(1, sex="?")], lambda _, sheet: sheet.write_formula("B5", "=A1", None, "x"))
    )
    headings, row = rows_of(errors_of(verdict))
    assert row[headings.index("HỌ TÊN (*)")] == ""
    assert [line[:3] for line in row[headings.index("LỖI")].split("\n")] == ["E22", "E06"]


def test_cells_of_json_come_back_too() -> None:
    data = errors_of(judged(json.dumps([a_foreign_row() | {"name_confirmed": False, "other": 1}]).encode()))
    headings, row = rows_of(data)
    assert row[headings.index("HỌ TÊN (*)")] == "TESTOVA ANNA"
    assert refusals(judged(corrected(data, {"ĐÃ ĐỐI CHIẾU TÊN": "x"}))) == []


def test_a_file_refused_as_a_whole_gives_no_rows() -> None:
    assert len(rows_of(errors_of(judged(b"")))) == 1


def test_a_sheet_is_written_to_any_stream(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    stream: BinaryIO
    with path.open("wb") as stream:
        write_template(stream)
    assert path.stat().st_size > 1000


def test_nationalities_unknown_to_the_template_stand_by_their_code() -> None:
    guest = foreign_guest(DAY, nationality="BRA")
    assert cell_of("nationalities", "BRA") == "BRA"
    assert judged(sheet_of([guest])).accepted[0].declaration == guest
