"""What people see of the sheets that go out: the template's examples, colours, widths, pages."""

import io
import re
import zipfile
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from residence.files.columns import official_order
from residence.sheets.export import ExportRow, xlsx_of
from residence.sheets.guests import guest_cells, write_error_sheet, write_guests, write_template
from tests.unit.residence.declared import OFFICIAL_TITLES, book, judged, official_book, official_row, refusals
from tests.unit.residence.guests_made import foreign_guest, vietnamese_guest
from tests.unit.residence.lists import HEADINGS, a_guest, listed

DAY = date(2026, 11, 22)
_TITLES = {column["field"]: column["title"] for column in official_order()}


def template() -> bytes:
    out = io.BytesIO()
    write_template(out)
    return out.getvalue()


def rows_of(data: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def markup_of(data: bytes, member: str = "xl/worksheets/sheet1.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(member).decode()


def filled(*guests: Any, keep_examples: bool = True) -> bytes:
    """The template as a reception fills it in, below the examples or instead of them."""
    headings, *examples = rows_of(template())
    titles = [re.sub(r" \(khách.*", "", heading) for heading in headings]
    rows = []
    for number, guest in enumerate(guests, 1):
        told = guest_cells(guest)
        by_title = {**dict.fromkeys(titles, ""), "STT": str(number)}
        for field, title in _TITLES.items():
            if title in by_title and field in told:
                by_title[title] = told[field]
        rows.append([by_title[title] for title in titles])
    return book([headings, *(examples if keep_examples else []), *rows], name="KHACH_LUU_TRU")


def test_the_examples_of_the_template_are_never_declared() -> None:
    guests = [vietnamese_guest(DAY), foreign_guest(DAY)]
    verdict = judged(filled(*guests))
    assert (verdict.rows, refusals(verdict)) == (2, [])
    assert [each.row for each in verdict.accepted] == [4, 5]


def test_an_ordinary_list_is_warned_of_nothing() -> None:
    guests = [vietnamese_guest(DAY, f"0490900{number:05}") for number in range(40)]
    guests += [foreign_guest(DAY, f"K{number:07}") for number in range(20)]
    verdict = judged(filled(*guests))
    assert (len(verdict.accepted), verdict.warnings) == (60, [])


@pytest.mark.parametrize("name", ["Trần Thị Bé", "TESTOV IVAN"])
def test_a_guest_written_over_an_example_is_not_lost(name: str) -> None:
    headings, example, *_ = rows_of(template())
    overwritten = [*example]
    overwritten[headings.index("HỌ TÊN (*)")] = name
    verdict = judged(book([headings, overwritten]))
    assert refusals(verdict) == [(2, "B", "E32")]
    unmarked = ["1", *overwritten[1:]]
    unmarked[headings.index("NGÀY ĐẾN (*)")], unmarked[headings.index("NGÀY ĐI DỰ KIẾN (*)")] = (
        "22/11/2026",
        "24/11/2026",
    )
    assert len(judged(book([headings, unmarked])).accepted) == 1


def test_the_template_asks_people_only() -> None:
    headings, *examples = rows_of(template())
    assert headings[:19] == OFFICIAL_TITLES
    assert headings[19:] == [
        "NGÀY SINH ĐÚNG ĐẾN (khách nước ngoài)",
        "THỜI HẠN TẠM TRÚ (khách nước ngoài)",
        "NGÀY HẾT HẠN HỘ CHIẾU (khách nước ngoài)",
        "TÊN MỘT CHỮ",
    ]
    assert [row[0] for row in examples] == ["[VÍ DỤ]", "[VÍ DỤ]"]


def error_sheet(data: bytes) -> bytes:
    out = io.BytesIO()
    write_error_sheet(out, judged(data))
    return out.getvalue()


def test_sheets_print_on_few_pages() -> None:
    out = io.BytesIO()
    write_guests(out, [vietnamese_guest(DAY)])
    export = xlsx_of([ExportRow("Khách sạn Thử", "1 đường Thử", foreign_guest(DAY))])
    for data in (template(), out.getvalue(), export, error_sheet(official_book([official_row(1, sex="?")]))):
        markup = markup_of(data)
        assert 'orientation="landscape"' in markup
        assert 'fitToPage="1"' in markup
        assert 'fitToHeight="0"' in markup
        widths = {float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', markup)}
        assert len(widths) > 5, "columns are as wide as what stands in them"


def test_bad_cells_are_coloured_and_named_as_this_sheet_has_them() -> None:
    rows = [official_row(1, sex="?", document_number=""), official_row(2), official_row(3, room="#REF!")]
    data = error_sheet(official_book(rows))
    headings, *back = rows_of(data)
    red = re.search(
        r'<fill><patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/>', markup_of(data, "xl/styles.xml")
    )
    assert red is not None
    assert [row[1] for row in back] == ["5", "7"]
    styles = dict(re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', markup_of(data)))
    for number, row in enumerate(back, 2):
        for line in str(row[0]).split("\n"):
            place = re.match(r"E\d\d \[([A-Z]+)(\d+)\]: ", line)
            assert place is not None
            assert int(place[2]) == number
            assert styles[place[1] + place[2]] not in (styles.get("C2", ""), styles["A2"])
    assert "DỰ KIẾN" in " ".join(headings)


def test_a_time_in_a_column_of_its_own_comes_back_beside_its_day() -> None:
    data = error_sheet(listed([[*a_guest(1, sex="?"), "23h40"]], [*HEADINGS, "Giờ đến"]))
    headings, row = rows_of(data)
    assert row[headings.index("NGÀY ĐẾN (*)")] == "22/11/2026 23:40"
    row[headings.index("GIỚI TÍNH (*)")] = "Nam"
    [taken] = judged(book([headings, row])).accepted
    assert str(taken.declaration.arrival.clock) == "23:40:00"


def test_a_corrected_sheet_says_nothing_of_its_own_columns() -> None:
    headings, row = rows_of(error_sheet(official_book([official_row(1, sex="?")])))
    row[headings.index("GIỚI TÍNH (*)")] = "Nam"
    assert judged(book([headings, row])).warnings == []
