"""CSV as every program writes it: separators, encodings, quotes."""

import codecs
import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residence.files.source import MOST_GUESTS
from tests.unit.residence.declared import OFFICIAL_TITLES, judged, official_row, refusals, refused_for

ROWS: list[list[Any]] = [OFFICIAL_TITLES, official_row(1), official_row(2, address='Khối 1, ngõ "Thử"; số 2')]


def written(rows: list[list[Any]], separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found(separator: str) -> None:
    verdict = judged(written(ROWS, separator).encode())
    assert (verdict.kind, verdict.rows, refusals(verdict)) == ("csv", 2, [])
    assert verdict.accepted[1].declaration.address == 'Khối 1, ngõ "Thử"; số 2'


def test_the_line_for_excel_is_no_row() -> None:
    verdict = judged(("sep=|\r\n" + written(ROWS, "|")).encode())
    assert [each.row for each in verdict.accepted] == [2, 3]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
)
def test_every_unicode_is_read(encoding: str, mark: bytes) -> None:
    verdict = judged(mark + written(ROWS).encode(encoding))
    assert (verdict.rows, refusals(verdict)) == (2, [])
    assert verdict.accepted[0].declaration.full_name == "Nguyễn Văn Thử"


def test_letters_taken_apart_are_put_together() -> None:
    taken_apart = written(ROWS).replace("ễ", "e\u0302\u0303")
    assert judged(taken_apart.encode()).accepted[0].declaration.full_name == "Nguyễn Văn Thử"


@pytest.mark.parametrize(
    ("text", "encoding", "guess"),
    [
        (
            "HỌ TÊN;NGUYỄN VĂN THỬ".replace("Ễ", "Ê\u0303").replace("Ọ", "O\u0323").replace("Ử", "Ư\u0309"),
            "cp1258",
            "1258",
        ),
        ("Hä tªn;NguyÔn V¨n Thö;§µ N½ng", "cp1252", "TCVN3"),
        ("Hoï teân;Nguyeãn Vaên Thöû;Ñaø Naüng;élève à côté €", "cp1252", "VNI"),
    ],
)
def test_other_encodings_are_refused_by_name(text: str, encoding: str, guess: str) -> None:
    data = (text + "\r\n").encode(encoding) * 3
    [note] = judged(data).rejected
    assert note.finding.rule == "encoding"
    assert guess in note.finding.reason()
    assert "UTF-8" in note.finding.reason()


def test_a_file_cut_inside_a_letter() -> None:
    data = written([OFFICIAL_TITLES, official_row(1, address="Đường Ỷ")]).encode()
    assert refused_for(data[: data.index("Ỷ".encode()) + 1]) == "encoding"
    assert refused_for(codecs.BOM_UTF16_LE + b"a") == "encoding"


def test_letters_lost_on_the_way_refuse_their_row() -> None:
    rows = [*ROWS, official_row(3, full_name="Nguy?n V?n Th?"), official_row(4, full_name="Nguyá»…n VÄƒn Thá»­")]
    assert refusals(judged(written(rows).encode())) == [(4, "B", "E23"), (5, "B", "E23")]


@pytest.mark.parametrize(
    "spoil",
    [lambda text: text.encode("cp1252", "replace"), lambda text: text.encode().decode("cp1252", "replace").encode()],
)
def test_headings_lost_on_the_way_name_the_encoding(spoil: Callable[[str], bytes]) -> None:
    assert refused_for(spoil(written(ROWS))) == "encoding"


def test_positions_of_the_official_form_do_not_count_here() -> None:
    rows = [OFFICIAL_TITLES, official_row(1), ["[EXAMPLE]", "[TEST] NGUYỄN VĂN THỬ"], official_row(2)]
    assert [each.row for each in judged(written(rows).encode()).accepted] == [2, 4]


def test_eaten_zeros_stay_eaten() -> None:
    rows = [
        OFFICIAL_TITLES,
        official_row(1, document_number="49090000001"),
        official_row(2, document_number="4.909E+10"),
    ]
    verdict = judged(written(rows).encode())
    assert [note.finding.rule for note in verdict.rejected] == [
        "document_number_zeros_lost",
        "document_number_scientific",
    ]


def test_formulas_and_the_way_programs_keep_zeros() -> None:
    rows = [
        OFFICIAL_TITLES,
        official_row(1, document_number='="049090000001"'),
        official_row(2, note="=cmd|' /C calc'!A0"),
    ]
    verdict = judged(written(rows).encode())
    assert refusals(verdict) == [(3, "S", "E22")]
    assert verdict.accepted[0].declaration.document_number == "049090000001"


@pytest.mark.parametrize("name", ["@SUM(1)", "+cmd|' /C calc'!A0", '=HYPERLINK("a","b")'])
def test_what_a_spreadsheet_would_compute_is_a_formula(name: str) -> None:
    verdict = judged(written([OFFICIAL_TITLES, official_row(1, full_name=name)]).encode())
    assert refusals(verdict) == [(2, "B", "E22")]


def test_signs_that_are_no_formula() -> None:
    row = official_row(1, phone="+84 912 345 678", document_number="'049090000001", birth_date="'02/09/1990")
    [taken] = judged(written([OFFICIAL_TITLES, row]).encode()).accepted
    assert (taken.declaration.phone, taken.declaration.document_number) == ("+84912345678", "049090000001")


def test_blank_lines_count_as_the_spreadsheet_counts_them() -> None:
    text = (
        written([OFFICIAL_TITLES])
        + "\r\n"
        + written([official_row(1)])
        + ",,,\r\n"
        + written([official_row(2, sex="?")])
    )
    verdict = judged(text.encode())
    assert [each.row for each in verdict.accepted] == [3]
    assert refusals(verdict) == [(5, "D", "E06")]


def test_a_note_in_two_lines_is_one_row() -> None:
    rows = [OFFICIAL_TITLES, official_row(1, note="dòng một\ndòng hai"), official_row(2, sex="?")]
    assert refusals(judged(written(rows).encode())) == [(3, "D", "E06")]


@pytest.mark.parametrize("spoil", ['"Khối 2', '"Khối 2" Thử'])
def test_a_quotation_mark_never_closed_swallows_no_guest(spoil: str) -> None:
    rows = written([OFFICIAL_TITLES, official_row(1, address="ĐỊA CHỈ"), official_row(2), official_row(3)])
    verdict = judged(rows.replace("ĐỊA CHỈ,", spoil + ",").encode())
    [note] = verdict.rejected
    assert (note.finding.rule, note.finding.params["detail"]) == ("broken", "CSV, dòng 2")


def test_short_rows_lack_what_they_lack() -> None:
    data = written([OFFICIAL_TITLES, official_row(1)[:15]]).encode()
    assert refusals(judged(data)) == [(2, "Q", "E01")]


def test_too_many_rows_and_too_wide_ones() -> None:
    row = ",".join(str(cell) for cell in official_row(1)) + "\r\n"
    assert refused_for((written([OFFICIAL_TITLES]) + row * (MOST_GUESTS + 1)).encode()) == "too_many_rows"
    assert refused_for((written(ROWS) + "," * 500 + "\r\n").encode()) == "broken"
    assert refused_for((written(ROWS) + '"' + "a" * 200_000).encode()) == "broken"


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=20), max_size=6))
def test_no_cells_make_it_fail(rows: list[list[str]]) -> None:
    judged(written([OFFICIAL_TITLES, *rows]).encode()).as_dict()
