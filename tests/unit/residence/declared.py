"""Random declarations, files made by hand, and the codes of a verdict."""

import io
import string
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import xlsxwriter
from hypothesis import strategies as st

from residence.batches.check import Verdict, check_file
from residence.files.columns import official_order
from residence.guests import BirthPrecision, GuestDeclaration, Moment, Sex
from residence.reading.catalogues import catalogue, nationalities

# 12:00 on 22/11/2026 in Vietnam.
NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
OFFICIAL = "DS_KHACH_VIET_NAM_LUU_TRU"
OFFICIAL_TITLES = [column["title"] for column in official_order()[:19]]

_VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
_words = st.text(_VIETNAMESE, min_size=1, max_size=8).map(str.title)
# A text that is one of these words alone is refused: programs write them for a value that is not there.
_NOTHING = frozenset({"null", "none", "nan", "nil", "undefined"})
_texts = (
    st.lists(st.text(_VIETNAMESE + string.digits + ",./-", min_size=1, max_size=10), max_size=4)
    .map(" ".join)
    .filter(lambda text: text not in _NOTHING)
)
_days = st.dates(date(2026, 10, 1), date(2026, 11, 22))
_later_days = st.dates(date(2027, 1, 1), date(2060, 12, 31))
_clocks = st.none() | st.times().map(lambda told: told.replace(second=0, microsecond=0)).filter(
    lambda told: told != time()
)


@st.composite
def vietnamese(draw: st.DrawFn) -> GuestDeclaration:
    """A Vietnamese guest that breaks no rule."""
    arrival = Moment(draw(_days), draw(_clocks))
    sex = draw(st.sampled_from(Sex))
    kind = draw(st.sampled_from([1, 2, 3, 4, 5, 8, 9]))
    return GuestDeclaration(
        full_name=" ".join(draw(st.lists(_words, min_size=2, max_size=5))),
        birth_date=draw(st.dates(date(1930, 1, 1), date(2026, 9, 30))),
        sex=sex,
        nationality="VNM",
        document_kind=kind,
        document_name="Thẻ sinh viên" if kind == 9 else "",
        document_number=draw(st.from_regex(r"0[0-9]{11}", fullmatch=True)) if kind != 4 else draw(_passports),
        phone=draw(st.sampled_from(["", "0912345678", "0987654321"])),
        residence_kind=draw(st.none() | st.integers(1, 3)),
        province_code=draw(st.sampled_from(["", *catalogue("provinces")])),
        commune_code=draw(st.sampled_from(["", "501920551"])),
        address=draw(_texts),
        arrival=arrival,
        departure=Moment(arrival.day + timedelta(days=draw(st.integers(1, 60)))),
        room=draw(st.sampled_from(["", "101", "5A", "0102", "Phòng 7"])),
        reason=(reason := draw(st.integers(1, 20))),
        reason_text="Dự đám cưới" if reason == 20 else "",
        note=draw(_texts),
    )


_passports = st.from_regex(r"[A-Z0-9]{6,9}", fullmatch=True)


@st.composite
def foreign(draw: st.DrawFn) -> GuestDeclaration:
    """A foreign guest that breaks no rule."""
    arrival = Moment(draw(_days), draw(_clocks))
    precision = draw(st.sampled_from(BirthPrecision))
    birth = draw(st.dates(date(1930, 1, 1), date(2026, 9, 30)))
    birth = birth.replace(day=birth.day if precision is BirthPrecision.DAY else 1)
    return GuestDeclaration(
        full_name=" ".join(
            draw(st.lists(st.text(string.ascii_uppercase, min_size=1, max_size=9), min_size=2, max_size=4))
        ),
        birth_date=birth.replace(month=1) if precision is BirthPrecision.YEAR else birth,
        birth_precision=precision,
        sex=draw(st.sampled_from(Sex)),
        nationality=draw(st.sampled_from([code for code in nationalities() if code != "VNM"] + ["BRA"])),
        document_number=draw(_passports),
        arrival=arrival,
        departure=Moment(arrival.day + timedelta(days=draw(st.integers(0, 30))), None),
        left=draw(st.none() | st.just(Moment(arrival.day + timedelta(days=1)))),
        room=draw(st.sampled_from(["", "101", "5A"])),
        residence_expiry=draw(_later_days),
        passport_kind=draw(st.sampled_from(["", "Phổ thông"])),
        entry_date=draw(st.none() | _days),
        name_confirmed=True,
    )


guests = vietnamese() | foreign()


def a_row(**changes: str) -> dict[str, Any]:
    """Cells of one good Vietnamese guest, by field; a change to "" leaves the cell out."""
    cells = {
        "full_name": "Nguyễn Văn Thử",
        "birth_date": "02/09/1990",
        "sex": "M - Nam",
        "nationality": "VNM - Viet Nam",
        "document_kind": "1 - Thẻ CCCD",
        "document_number": "049090000001",
        "phone": "0912345678",
        "arrival": "22/11/2026",
        "departure": "24/11/2026",
        "room": "101",
        "reason": "2 - Công tác",
    }
    return {name: value for name, value in (cells | changes).items() if value != ""}


def a_foreign_row(**changes: str) -> dict[str, Any]:
    cells = a_row(
        full_name="TESTOVA ANNA", sex="F", nationality="RUS", document_kind="", document_number="700000001", phone=""
    )
    return {
        name: value
        for name, value in (cells | {"reason": "", "residence_expiry": "15/12/2026"} | changes).items()
        if value != ""
    }


def official_row(number: int = 1, **changes: Any) -> list[Any]:
    """The same guest as a row of the official form; guests of different numbers differ in their document."""
    cells = a_row(document_number=f"0490900{number:05}") | changes
    return [number + 1, *(cells.get(column["field"], "") for column in official_order()[1:19])]


Edit = Callable[[Any, Any], object]


def official_book(
    rows: Sequence[Sequence[Any]], edit: Edit | None = None, *, name: str = OFFICIAL, **options: Any
) -> bytes:
    """The official form: title, headings, hints, example, guests from row 5. `edit(book, sheet)` spoils it."""
    hints = ["Mẫu dữ liệu", *["<Giá trị>"] * 18]
    example = ["[EXAMPLE]", "[TEST] NGUYỄN VĂN THỬ", "02/09/1990", "M - Nam", "VNM - Viet Nam"]
    head = [["DANH SÁCH THÔNG BÁO LƯU TRÚ CHO CÔNG DÂN VIỆT NAM"], OFFICIAL_TITLES, hints, example]
    return book([*head, *rows], edit, name=name, **options)


def book(rows: Iterable[Sequence[Any]], edit: Edit | None = None, *, name: str = "Sheet1", **options: Any) -> bytes:
    """A workbook with one sheet. Texts are texts, numbers numbers, empty strings no cells."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    sheet = workbook.add_worksheet(name)
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell != "":
                write = sheet.write_string if isinstance(cell, str) else sheet.write_number
                write(place, column, cell)
    if edit is not None:
        edit(workbook, sheet)
    workbook.close()
    return out.getvalue()


def judged(data: bytes) -> Verdict:
    return check_file(data, NOW)


def refusals(verdict: Verdict) -> list[tuple[int, str | None, str]]:
    """(row, column, code) of everything rejected."""
    return [(note.row, note.column, note.finding.code) for note in verdict.rejected]


def warned(verdict: Verdict) -> set[str]:
    return {note.finding.code for note in verdict.warnings}


def refused_for(data: bytes) -> str:
    """The rule for which a whole file is refused, which gives a sentence and no guests."""
    verdict = judged(data)
    assert verdict.refused
    assert verdict.rows == 0
    assert verdict.accepted == []
    [note] = verdict.rejected
    assert note.row == 0
    assert note.finding.reason("vi") != note.finding.reason("en")
    return note.finding.rule
