"""Files that programs write differently: error cells, styled emptiness, odd archives, other encodings and kinds."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.residence.declared import OFFICIAL_TITLES, book, judged, official_row, refusals, refused_for
from tests.unit.residence.lists import a_guest, listed

GOOD = book([OFFICIAL_TITLES, *(official_row(number) for number in (1, 2, 3))])
SHEET = "xl/worksheets/sheet1.xml"
Members = dict[str, bytes]


def remade(change: Callable[[Members], Members], data: bytes = GOOD) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in change(members).items():
            archive.writestr(name, content)
    return out.getvalue()


def with_markup(change: Callable[[bytes], bytes]) -> bytes:
    return remade(lambda members: {**members, SHEET: change(members[SHEET])})


def with_cell(place: str, cell: str) -> bytes:
    """The good file with one cell written otherwise; "" takes it out."""
    old = rb'<c r="%b"[^>]*?(?:/>|>.*?</c>)' % place.encode()
    return with_markup(lambda markup: re.sub(old, cell.encode(), markup, count=1))


@pytest.mark.parametrize(
    ("place", "cell"),
    [
        ("H2", '<c r="H2" t="e"><v>#N/A</v></c>'),
        ("P2", '<c r="P2" s="1" t="e"><v>#REF!</v></c>'),
        ("I2", "<c t='e' r='I2'><v>#VALUE!</v></c>"),
        ("B2", '<c r="B2" t = "e" ><v>#NAME?</v></c>'),
    ],
)
def test_e22_error_cells_in_required_and_optional_fields(place: str, cell: str) -> None:
    assert refusals(judged(with_cell(place, cell))) == [(2, place[0], "E22")]


@pytest.mark.parametrize(
    "text", ["#N/A", "#TÊN?", "#GETTING_DATA", "Err:502", "########", "null", "NaN", "[object Object]"]
)
def test_e22_errors_pasted_as_text(text: str) -> None:
    for row in (a_guest(1, room=text), a_guest(1, document=text), a_guest(1, birth=text)):
        codes = {code for _, _, code in refusals(judged(listed([row])))}
        assert codes & {"E22", "E20"}


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1048576"><c r="A1048576" s="1"/></row>',
        '<row r="1048576" spans="1:3"><c r="A1048576" s="1"></c><c r="B1048576" s="1"/></row>',
        '<row r="99999" s="1" customFormat="1"></row>',
        '<row r="20000"><c s="1"/><c s="2"></c></row>',
    ],
)
def test_styled_emptiness_far_below_does_no_harm(row: str) -> None:
    data = with_markup(lambda markup: markup.replace(b"</sheetData>", row.encode() + b"</sheetData>"))
    assert judged(data).rows == 3


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1048576"><c s="1"/><c><v>1</v></c></row>',
        '<row r="1048576"><c r="A1048576" s="1"></c><c r="B1048576"><v>1</v></c></row>',
    ],
)
def test_a_value_behind_styled_emptiness_is_far_away(row: str) -> None:
    data = with_markup(lambda markup: markup.replace(b"</sheetData>", row.encode() + b"</sheetData>"))
    assert refused_for(data) == "cells_far_away"


def _second_name(members: Members) -> Members:
    return {
        name.replace("workbook.xml", "workbook2.xml"): content.replace(b"xl/workbook.xml", b"xl/workbook2.xml")
        if name in ("_rels/.rels", "[Content_Types].xml")
        else content
        for name, content in members.items()
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda members: {name.replace("/", "\\"): content for name, content in members.items()},
        lambda members: {f"/{name}": content for name, content in members.items()},
        lambda members: {f"./{name}": content for name, content in members.items()},
        lambda members: {name.upper(): content for name, content in members.items()},
        lambda members: {name.replace("shared", "Shared"): content for name, content in members.items()},
        _second_name,
        lambda members: {
            name: content.replace(b"worksheets/", b"worksheets\\") if name.endswith(".xml.rels") else content
            for name, content in members.items()
        },
    ],
)
def test_archives_with_other_names(change: Callable[[Members], Members]) -> None:
    verdict = judged(remade(change))
    assert (verdict.rows, refusals(verdict)) == (3, [])


def test_names_that_meet_are_no_way_to_hide_a_part() -> None:
    assert refused_for(remade(lambda members: {**members, SHEET.replace("/", "\\"): b"<x/>"})) == "broken"


LIST = listed([a_guest(1), a_guest(2)])


@pytest.mark.parametrize(
    "data",
    [
        LIST + b"\x1a",
        LIST + b"\x1a\x1a\x1a",
        LIST.decode().encode("utf-32"),
        LIST.decode().encode("utf-32-le"),
        LIST.decode().encode("utf-32-be"),
        b"\xff\xfe\x00\x00" + LIST.decode().encode("utf-32-le"),
    ],
)
def test_lists_of_old_and_rare_programs(data: bytes) -> None:
    assert judged(data).rows == 2


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'<meta charset="utf-8"><table><tr><td>', "HTML"),
        (b"<div><table>", "HTML"),
        (b"\r\n <!-- x --><Table>", "HTML"),
        (b'<?xml version="1.0"?>\n<html><body>', "HTML"),
        ("<html><table>".encode("utf-16"), "HTML"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "MHT"),
        (b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook>', "XML 2003"),
        (b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML 2003"),
        (b"\x03\x7e\x0b\x16\x02\x00\x00\x00\x61\x00" + bytes(22) + b"HO_TEN", "dBase"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", ".xls"),
    ],
)
def test_other_kinds_are_named_as_what_they_are(data: bytes, kind: str) -> None:
    [note] = judged(data).rejected
    assert (note.finding.rule, kind in note.finding.reason()) == ("file_kind_not_taken", True)


def test_a_blank_line_before_the_declaration() -> None:
    guest = "<THONG_TIN_KHACH><ho_ten>A B</ho_ten></THONG_TIN_KHACH>"
    xml = f'<?xml version="1.0"?><KHAI_BAO_TAM_TRU>{guest}</KHAI_BAO_TAM_TRU>'
    assert judged(f"\r\n\r\n {xml}".encode()).rows == 1
    assert judged(f"\ufeff\n{xml}".encode()).rows == 1


API: dict[str, Any] = {
    "hoTen": "Nguyễn Văn Thử",
    "gioiTinh": "M",
    "soDienThoai": "0912345678",
    "ngayThangNamSinhStr": "1990-09-02",
    "noiCuTru": 1,
    "maTT": "501",
    "diaChi": "Khối 1",
    "ngayDenCsltStr": "2026-11-22 14:00:00",
    "ngayDiDuKienStr": "2026-11-24 12:00:00",
    "soPhong": "101",
    "lyDoCuTru": 2,
    "loaiGiayTo": 1,
    "soGiayTo": "049090000001",
}


def test_a_vietnamese_in_the_shape_of_the_lodging_api() -> None:
    for document in ([API], {"data": [API]}):
        verdict = judged(json.dumps(document).encode())
        assert refusals(verdict) == []
        assert verdict.accepted[0].declaration.nationality == "VNM"
    verdict = judged(json.dumps([API | {"anhTruocB64": "aaaa"}]).encode())
    assert [note.finding.params["names"] for note in verdict.warnings] == ["“anhTruocB64” (JSON)"]


@pytest.mark.parametrize("value", [True, {"no": "101"}, ["101"], [[1]]])
@pytest.mark.parametrize("key", ["soPhong", "soGiayTo", "hoTen", "ngayDenCsltStr"])
def test_e22_a_value_that_is_no_text(key: str, value: Any) -> None:
    codes = [code for _, column, code in refusals(judged(json.dumps([API | {key: value}]).encode())) if column == key]
    assert codes == ["E22"]


def test_a_room_that_is_true_in_a_sheet() -> None:
    data = book([OFFICIAL_TITLES, official_row(1)], lambda _, sheet: sheet.write("P2", bool(1)))
    assert refusals(judged(data)) == [(2, "P", "E22")]


def test_texts_without_end_are_not_looked_at_sign_by_sign() -> None:
    long = "ữ" * 30_000
    rows = [a_guest(number, name=long, sex=long, nationality=long, reason=long, room=long) for number in range(50)]
    assert {code for _, _, code in refusals(judged(listed(rows)))} >= {"E05", "E06", "E26"}
    assert judged(listed([[f"{long}{number}"] for number in range(50)] + [a_guest(1)])).rows == 1
