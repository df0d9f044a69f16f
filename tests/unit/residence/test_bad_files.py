"""Files that could do harm or that nobody can read: refused as a whole, with a sentence."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residence.batches.check import check_file
from residence.files.source import MOST_BYTES, MOST_GUESTS
from tests.unit.residence.declared import NOW, OFFICIAL_TITLES, book, judged, official_book, official_row, refused_for

GOOD = official_book([official_row(1), official_row(2)])
SHEET = "xl/worksheets/sheet1.xml"


def remade(change: Callable[[dict[str, bytes]], object], data: bytes = GOOD) -> bytes:
    """The same archive with other members."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def edited(old: bytes, new: bytes, member: str = SHEET) -> bytes:
    def change(members: dict[str, bytes]) -> None:
        assert old in members[member]
        members[member] = members[member].replace(old, new)

    return remade(change)


def test_the_archive_remade_unchanged_is_fine() -> None:
    assert judged(remade(lambda _: None)).rows == 2


@pytest.mark.parametrize(
    "name", ["xl/vbaProject.bin", "xl/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml", "xl/activeX/a.bin"]
)
def test_macros(name: str) -> None:
    assert refused_for(remade(lambda members: members.update({name: b"x"}))) == "file_macros"


def test_a_workbook_that_says_it_may_hold_macros() -> None:
    old, new = b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
    assert refused_for(edited(old, new, "[Content_Types].xml")) in ("file_macros",)


def test_a_bomb_of_blanks_is_not_unpacked() -> None:
    assert refused_for(remade(lambda members: members.update({SHEET: b" " * (20 << 20)}))) == "file_bomb"


def test_a_bomb_in_a_member_nobody_reads() -> None:
    assert refused_for(remade(lambda members: members.update({"xl/media/image1.png": bytes(30 << 20)}))) == "file_bomb"


def test_a_bomb_that_lies_about_its_size() -> None:
    blown = remade(lambda members: members.update({"xl/sharedStrings.xml": b"<sst>" + b"<si/>" * (2 << 20)}))
    place = blown.rindex(b"xl/sharedStrings.xml") - 46
    assert blown[place : place + 4] == b"PK\x01\x02"
    lying = blown[: place + 24] + (1000).to_bytes(4, "little") + blown[place + 28 :]
    assert refused_for(lying) == "broken"


def test_too_many_members() -> None:
    many = {f"xl/media/{number}.png": b"" for number in range(2100)}
    assert refused_for(remade(lambda members: members.update(many))) == "file_bomb"


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_entities_inside_a_workbook(member: str) -> None:
    doctype = b'<!DOCTYPE a [<!ENTITY b "c">]>'
    assert refused_for(edited(b"?>\n", b"?>\n" + doctype, member)) == "xml_entities"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<c r="B6"', b'<c r="ZZZ6"'),
        (b'<c r="B6"', b'<c r="BA6"'),
        (b'<c r="B6"', b'<c r="B20000"'),
        (b'<c r="B6"', b"<c r='XFD1048576'"),
        (b'<c r="B6"', b'<c s="1"\n r = "XFD6"'),
        (b'<row r="6"', b'<row r="1048576"'),
        (b'<row r="6"', b"<row spans='1:2' r='20000'"),
    ],
)
def test_cells_far_away_would_need_all_memory(old: bytes, new: bytes) -> None:
    assert refused_for(edited(old, new)) == "cells_far_away"


def test_cells_far_away_under_another_prefix() -> None:
    def prefix(members: dict[str, bytes]) -> None:
        markup = members[SHEET].replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?")
        members[SHEET] = markup.replace(b"xmlns=", b"xmlns:x=").replace(b'r="B6"', b'r="ZZZ6"')

    assert refused_for(remade(prefix)) == "cells_far_away"


def test_a_formula_under_another_prefix_is_found() -> None:
    def prefix(members: dict[str, bytes]) -> None:
        markup = members[SHEET].replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?")
        members[SHEET] = markup.replace(b"xmlns=", b"xmlns:x=").replace(
            b'<x:c r="A6"><x:v>', b'<x:c r="S6"><x:f>1</x:f><x:v>'
        )

    verdict = judged(remade(prefix))
    assert [(note.row, note.column, note.finding.code) for note in verdict.rejected] == [(6, "S", "E22")]


def test_a_formula_in_no_named_cell_is_no_way_around() -> None:
    assert refused_for(edited(b'<c r="A6"><v>', b"<c><f>1</f><v>")) == "broken"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "file_empty"),
        (b" \r\n", "file_empty"),
        (b"\xef\xbb\xbf", "file_empty"),
        (b"\x00\x01\x02\x03", "file_unknown"),
        (bytes(1000), "file_unknown"),
        (b"%PDF-1.7", "file_not_a_list"),
        (b"\xff\xd8\xff\xe0", "file_not_a_list"),
        (b"\x89PNG\r\n\x1a\n", "file_not_a_list"),
        (b"{\\rtf1", "file_not_a_list"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "file_kind_not_taken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"<html><table><tr><td>STT</td></tr></table></html>", "file_kind_not_taken"),
        (b"PK\x03\x04 cut short", "broken"),
        (GOOD[:-100], "broken"),
        (GOOD[: len(GOOD) // 2], "broken"),
        # Its directory is said to begin behind its own end.
        (GOOD[:-4] + b"\x01" + GOOD[-3:], "broken"),
        (b"hello", "no_header"),
    ],
)
def test_what_is_no_list_of_guests(data: bytes, rule: str) -> None:
    assert refused_for(data) == rule


@pytest.mark.parametrize(
    ("member", "content", "rule"),
    [
        ("word/document.xml", b"x", "file_not_a_list"),
        ("notes.txt", b"x", "file_not_a_list"),
        ("xl/workbook.bin", b"x", "file_kind_not_taken"),
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet", "file_kind_not_taken"),
    ],
)
def test_other_archives(member: str, content: bytes, rule: str) -> None:
    def change(members: dict[str, bytes]) -> None:
        members.clear()
        members[member] = content

    assert refused_for(remade(change)) == rule


@pytest.mark.parametrize("member", ["xl/_rels/workbook.xml.rels", SHEET, "[Content_Types].xml"])
def test_a_member_missing(member: str) -> None:
    assert refused_for(remade(lambda members: members.pop(member))) == "broken"


def test_a_locked_archive() -> None:
    locked = bytearray(GOOD)
    place = GOOD.index(b"PK\x01\x02")
    locked[place + 8] |= 1
    assert refused_for(bytes(locked)) == "password"


def test_a_file_with_headings_alone() -> None:
    assert refused_for(official_book([])) == "no_guests"


def test_a_file_larger_than_any_list() -> None:
    assert refused_for(b"a" * (MOST_BYTES + 1)) == "file_too_large"


def test_a_stream_is_read_no_further_than_the_largest_file() -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size: int = -1) -> bytes:
            assert size > 0
            self.taken += size
            return b"a" * size

    endless = Endless()
    assert check_file(endless, NOW).refused  # type: ignore[arg-type]
    assert endless.taken == MOST_BYTES + 1


def rows_of(count: int) -> list[list[Any]]:
    return [OFFICIAL_TITLES, *(official_row(number) for number in range(count))]


def test_as_many_guests_as_a_file_may_hold() -> None:
    verdict = judged(book(rows_of(MOST_GUESTS)))
    assert (verdict.rows, len(verdict.accepted)) == (MOST_GUESTS, MOST_GUESTS)


def test_one_guest_more() -> None:
    assert refused_for(book(rows_of(MOST_GUESTS + 1))) == "too_many_rows"


_MEASURED = """
import resource, sys
from pathlib import Path
from datetime import UTC, datetime
from residence.batches.check import check_file
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
verdict = check_file(Path(sys.argv[1]), datetime(2026, 11, 22, 5, tzinfo=UTC))
print(verdict.rows, verdict.rejected[0].finding.rule if verdict.rejected else "", flush=True)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle) // 1024)
"""


@pytest.mark.parametrize(("rows", "rule"), [(MOST_GUESTS, ""), (100_000, "too_many_rows")])
def test_memory_stays_low(tmp_path: Path, rows: int, rule: str) -> None:
    path = tmp_path / "guests.xlsx"
    path.write_bytes(
        book(rows_of(rows) if not rule else [OFFICIAL_TITLES, *([number, "Nguyễn Văn Thử"] for number in range(rows))])
    )
    run = subprocess.run([sys.executable, "-c", _MEASURED, path], capture_output=True, text=True, check=True)
    told, grown = run.stdout.splitlines()
    assert told.split() == [str(0 if rule else rows), *([rule] if rule else [])]
    assert int(grown) <= 200


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    judged(data).as_dict()


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_no_damaged_byte_makes_it_fail(place: int, byte: int) -> None:
    judged(GOOD[:place] + bytes([byte]) + GOOD[place + 1 :]).as_dict()


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=8))
def test_no_damaged_markup_makes_it_fail(place: int, noise: bytes) -> None:
    def spoil(members: dict[str, bytes]) -> None:
        markup = members[SHEET]
        members[SHEET] = markup[:place] + noise + markup[place + len(noise) :]

    judged(remade(spoil)).as_dict()
