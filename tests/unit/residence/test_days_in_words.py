"""Days and times in words, in an American order, too far away, or where none belongs."""

from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residence.guests import Moment
from residence.reading.cells import BadDay, Cell, Day, read_day, read_time
from residence.rules.judging import judge_declaration
from tests.unit.residence.declared import NOW, OFFICIAL_TITLES, book, judged, official_row, refusals
from tests.unit.residence.guests_made import vietnamese_guest
from tests.unit.residence.judging import told
from tests.unit.residence.lists import a_guest, listed

NOVEMBER_22 = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("22/ 11/2026", None),
        ("22-NOV-2026", None),
        ("Nov 22, 2026", None),
        ("ngày 22 tháng 11 năm 2026", None),
        ("Chủ nhật, 22/11/2026", None),
        ("9:30 ngày 22/11/2026", time(9, 30)),
        ("22/11/2026 9:30 SA", time(9, 30)),
        ("22/11/2026 11:30 PM", time(23, 30)),
        ("22/11/2026 12:05 AM", time(0, 5)),
        ("22/11/2026 - 14h30", time(14, 30)),
        ("14 giờ 30 phút ngày 22/11/2026", time(14, 30)),
        ("9 giờ tối 22/11/2026", time(21)),
        ("22/11/2026 lúc 1 giờ trưa", time(13)),
        ("2026-11-22 02:30 PM", time(14, 30)),
    ],
)
def test_days_and_times_in_words(text: str, clock: time | None) -> None:
    assert read_day(text) == Day(Moment(NOVEMBER_22, clock))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("08-MAR-90", "date_year_short"),
        ("25/7/26", "date_year_short"),
        ("8 tháng 3 năm 90", "date_year_short"),
        ("11:30 PM", "time_without_day"),
        ("9:30 SA", "time_without_day"),
        ("23h40", "time_without_day"),
        ("hôm qua", "date_unreadable"),
        ("22/11/2026 9:30 ngày 23/11/2026", "date_unreadable"),
        ("31/11/2026 9:30 SA", "date_not_in_calendar"),
        ("Feb 30, 2026", "date_not_in_calendar"),
    ],
)
def test_a_hint_that_fits_what_was_written(text: str, rule: str) -> None:
    assert read_day(text) == BadDay(rule)


@pytest.mark.parametrize(
    ("cell", "clock"),
    [("23:40", time(23, 40)), ("11:40 CH", time(23, 40)), (0.5, time(12)), (time(9, 5), time(9, 5)), ("7h", time(7))],
)
def test_a_time_alone(cell: Cell, clock: time) -> None:
    assert read_time(cell) == clock


@given(st.text(max_size=70))
def test_any_text_is_a_day_or_a_hint(text: str) -> None:
    assert isinstance(read_day(text), Day | BadDay)


def swapped(data: bytes) -> list[tuple[int, str | None]]:
    return [(note.row, note.column) for note in judged(data).warnings if note.finding.code == "W16"]


def test_an_american_column_of_texts() -> None:
    rows = [a_guest(1, birth="09/13/1990"), a_guest(2, birth="09/02/1990"), a_guest(3, birth="05/05/1990")]
    assert swapped(listed(rows)) == [(3, "C")]
    rows = [a_guest(1), a_guest(2, birth="09/02/1990")]
    assert swapped(listed(rows)) == [], "22/09 tells that the day stands first"


def test_american_arrivals_and_departures() -> None:
    rows = [a_guest(1, departure="11/24/2026"), a_guest(2, arrival="11/12/2026", departure="12/01/2027")]
    assert swapped(listed(rows)) == [(3, "I")], "22/11 tells how the arrivals are written"
    alone = judged(listed([a_guest(1, arrival="11/12/2026", departure="12/12/2026")]))
    assert "W16" not in {note.finding.code for note in alone.warnings}


@pytest.mark.parametrize(
    ("now", "read", "meant"),
    [
        ("2026-12-01", "2026-01-12", "01/12"),
        ("2026-11-12", "2026-12-11", "12/11"),
        ("2026-03-04", "2026-05-03", "05/03"),
    ],
)
def test_an_arrival_far_away_that_is_near_the_other_way_round(now: str, read: str, meant: str) -> None:
    guest = vietnamese_guest(date.fromisoformat(read))
    found = {each.code for each in judge_declaration(guest, datetime.fromisoformat(f"{now}T09:00:00+07:00"))[1]}
    assert "W16" in found, f"{meant} was meant"
    assert "W16" not in {each.code for each in judge_declaration(vietnamese_guest(NOVEMBER_22), NOW)[1]}


def test_real_dates_beside_american_texts() -> None:
    def dates(workbook: Any, sheet: Any) -> None:
        sheet.write_datetime("C2", datetime(1990, 2, 9), workbook.add_format({"num_format": "d/m/yyyy"}))  # noqa: DTZ001

    rows = [OFFICIAL_TITLES, official_row(1), official_row(2, birth_date="09/13/1990")]
    assert swapped(book(rows, dates)) == [(2, "C")]


def test_w20_and_e31_a_departure_far_ahead() -> None:
    told(departure="21/01/2027")
    told("W20 departure", departure="22/01/2027")
    told("W20 departure", departure="24/11/2027")
    told("E31 departure", departure="24/11/2036")
    told("E31 departure", departure="24/11/2062")


def test_e21_a_date_where_none_belongs() -> None:
    def dates(workbook: Any, sheet: Any) -> None:
        form = workbook.add_format({"num_format": "d-mmm"})
        sheet.write_datetime("P2", datetime(2026, 3, 2), form)  # noqa: DTZ001
        sheet.write_datetime("M3", datetime(2026, 3, 12), form)  # noqa: DTZ001
        sheet.write_datetime("P4", datetime(2026, 3, 2, 14, 30), form)  # noqa: DTZ001

    rows = [OFFICIAL_TITLES, *(official_row(number) for number in (1, 2, 3))]
    assert refusals(judged(book(rows, dates))) == [(2, "P", "E21"), (3, "M", "E21"), (4, "P", "E21")]
    for text in ("2-Mar", "Mar-26", "02/03/2026", "2-thg 3", "02:30:00"):
        told("E21 room", room=text)
    for text in ("2-3", "12/3", "A-2", "2.3"):
        told(room=text)
