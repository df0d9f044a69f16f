"""Rules of days and texts: the calendar, the order of a stay, wrong encodings."""

from datetime import date, datetime

import pytest

from kernel.clock import VIETNAM
from residence.guests import BirthPrecision
from residence.reading.entry import Reading, read_entry
from residence.rules.judgement import Context
from residence.rules.judging import check_values
from tests.unit.residence.declared import TODAY, a_foreign_row, a_row
from tests.unit.residence.judging import codes, told, told_of_foreigner


def test_e07_nobody_leaves_before_arriving() -> None:
    told(arrival="22/11/2026", departure="22/11/2026")
    told("E07 departure", arrival="22/11/2026", departure="21/11/2026")
    told(arrival="22/11/2026 09:00", departure="22/11/2026 10:00")
    told("E07 departure", arrival="22/11/2026 11:00", departure="22/11/2026 10:59")
    told(arrival="22/11/2026 11:00", departure="22/11/2026")


@pytest.mark.parametrize("field", ["arrival", "departure", "birth_date"])
def test_e20_days_that_cannot_be_read(field: str) -> None:
    for text in ("31/02/2026", "12/25/2026", "25/7/26", "mai"):
        assert (("E20", field)) in codes(a_row(**{field: text}))


def test_e20_a_vietnamese_birth_date_is_whole() -> None:
    told("E20 birth_date", birth_date="1990")
    told("E20 birth_date", birth_date="09/1990")
    told_of_foreigner(birth_date="1990")
    told_of_foreigner(birth_date="09/1990")


def test_what_is_known_of_a_birth_date_may_stand_apart() -> None:
    entry = read_entry(a_foreign_row(birth_date="08/03/1990", birth_precision="Y - Năm"), Reading(TODAY))
    assert entry.values["birth_date"] == date(1990, 1, 1)
    assert entry.values["birth_precision"] is BirthPrecision.YEAR


def test_e21_days_of_1900() -> None:
    told("E21 birth_date", birth_date="31/12/1905")
    assert ("E21", "birth_date") not in codes(a_row(birth_date="01/01/1906"))
    told("E21 arrival", arrival="25/01/1900")
    told("E21 departure", departure="31/12/1999")
    assert codes(a_row() | {"arrival": 25}) == {("E21", "arrival")}
    told("E20 departure", departure="24/11/2126")


def test_e22_errors_of_a_spreadsheet() -> None:
    told("E22 room", room="#REF!")


@pytest.mark.parametrize(
    "name", ["NguyÔn V¨n Thö", "Nguyá»…n VÄƒn Thá»", "Nguy?n V?n Th?", "Nguy\ufffdn Văn Thử", "Ngu\u0080 Văn"]
)
def test_e23_names_in_a_wrong_encoding(name: str) -> None:
    told("E23 full_name", full_name=name)


@pytest.mark.parametrize("name", ["Nguyễn Văn Thử", "H'Hen Thử", "K’Brơi Thử", "Y Ñoõ Thử", "Đặng Ỷ Ỹ"])
def test_e23_names_in_unicode(name: str) -> None:
    told(full_name=name)


@pytest.mark.parametrize("note", ["Khu 100 m²", "« VIP »", "Phòng 5 · tầng 2", "Hỏi lễ tân?", "25 °C", "3 × 4"])
def test_e23_signs_that_a_note_may_hold(note: str) -> None:
    told(note=note)


def test_e23_a_note_in_a_wrong_encoding() -> None:
    told("E23 note", note="Khá»‘i 1")


def test_w15_letters_that_a_wrong_font_leaves() -> None:
    told("W15 full_name", full_name="TrÇn Hång Thö")


def test_e26_texts_have_an_end() -> None:
    told(note="a" * 500)
    told("E26 note", note="a" * 501)


def test_e27_nobody_is_born_after_arriving() -> None:
    assert ("E27", "birth_date") not in codes(a_row(birth_date="22/11/2026"))
    assert ("E27", "birth_date") in codes(a_row(birth_date="23/11/2026"))
    assert ("E27", "birth_date") in codes(a_row(birth_date="22/11/2026", arrival="21/11/2026"))


def test_e28_nobody_checks_out_before_arriving() -> None:
    told(left="22/11/2026")
    told("E28 left", left="21/11/2026")


@pytest.mark.parametrize(
    ("arrival", "now", "late"),
    [
        ("22/11/2026", datetime(2026, 11, 22, 23, 59, tzinfo=VIETNAM), False),
        ("22/11/2026", datetime(2026, 11, 23, 0, 0, tzinfo=VIETNAM), False),
        ("22/11/2026", datetime(2026, 11, 23, 0, 0, 1, tzinfo=VIETNAM), True),
        ("22/11/2026 21:00", datetime(2026, 11, 23, 21, 0, tzinfo=VIETNAM), False),
        ("22/11/2026 21:00", datetime(2026, 11, 23, 21, 0, 1, tzinfo=VIETNAM), True),
    ],
)
def test_w04_a_day_undeclared(arrival: str, now: datetime, late: bool) -> None:
    context = Context(now, now.date())
    entry = read_entry(a_row(arrival=arrival), Reading(TODAY))
    assert ("W04" in {found.code for found in check_values(entry.values, context)}) is late


def test_w10_an_arrival_still_to_come() -> None:
    told("W10 arrival", arrival="23/11/2026")
