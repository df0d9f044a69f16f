"""Days as receptionists and spreadsheets write them."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residence.guests import BirthPrecision, Moment
from residence.reading.cells import BadDay, Cell, Day, as_text, is_error, read_day

JULY_25 = date(2026, 7, 25)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("25/07/2026", Moment(JULY_25)),
        ("25-7-2026", Moment(JULY_25)),
        ("25.07.2026", Moment(JULY_25)),
        ("  25/07/2026 ", Moment(JULY_25)),
        ("2026-07-25", Moment(JULY_25)),
        ("2026/7/25", Moment(JULY_25)),
        ("25/07/2026 21:40", Moment(JULY_25, time(21, 40))),
        ("21:40 25/07/2026", Moment(JULY_25, time(21, 40))),
        ("25/07/2026 21h40", Moment(JULY_25, time(21, 40))),
        ("2026-07-25 21:40:59", Moment(JULY_25, time(21, 40))),
        ("2026-07-25 00:00:00", Moment(JULY_25)),
        ("2026-07-25T14:40:00Z", Moment(JULY_25, time(21, 40))),
        ("2026-07-25T23:30:00+00:00", Moment(date(2026, 7, 26), time(6, 30))),
        ("2026-07-25T00:00:00+07:00", Moment(JULY_25, time(0, 0))),
        (datetime(2026, 7, 25, 21, 40, 59), Moment(JULY_25, time(21, 40))),  # noqa: DTZ001 - a spreadsheet knows no zone
        (datetime(2026, 7, 25), Moment(JULY_25)),  # noqa: DTZ001
        (JULY_25, Moment(JULY_25)),
        (46228, Moment(JULY_25)),
        (46228.5, Moment(JULY_25, time(12, 0))),
        (46228.999999, Moment(date(2026, 7, 26), time(0, 0))),
    ],
)
def test_a_day_is_read_from_every_common_way_to_write_it(cell: Cell, moment: Moment) -> None:
    assert read_day(cell) == Day(moment)


@pytest.mark.parametrize(
    "cell", ["12/25/2026", "31/02/2026", "29/02/2026", "00/05/2026", "25/07/2026 24:00", "2026-13-01", "0/2020", "0000"]
)
def test_a_day_that_no_calendar_has(cell: str) -> None:
    assert read_day(cell) == BadDay("date_not_in_calendar")


@pytest.mark.parametrize("cell", ["25 tháng 7", "25/07.2026", "20260725", -1, 80_000, True, "2026-07-25T10:00+99:99"])
def test_what_is_no_day(cell: Cell) -> None:
    assert read_day(cell) == BadDay("date_unreadable")


@pytest.mark.parametrize("cell", ["00/01/1900", "0/1/1900", 0, 1, 60, 60.9, time(12, 0), timedelta(days=1)])
def test_what_a_spreadsheet_made_of_a_number(cell: Cell) -> None:
    assert read_day(cell) == BadDay("date_from_1900")


@pytest.mark.parametrize(
    ("cell", "day", "precision"),
    [
        ("1990", date(1990, 1, 1), BirthPrecision.YEAR),
        (1990, date(1990, 1, 1), BirthPrecision.YEAR),
        (1990.0, date(1990, 1, 1), BirthPrecision.YEAR),
        ("03/1990", date(1990, 3, 1), BirthPrecision.MONTH),
    ],
)
def test_a_part_of_a_day(cell: Cell, day: date, precision: BirthPrecision) -> None:
    assert read_day(cell) == Day(Moment(day), precision)


@given(st.dates(date(1911, 1, 1), date(2100, 1, 1)))
def test_both_epochs_count_to_the_same_day(day: date) -> None:
    since_1900 = (day - date(1899, 12, 30)).days
    since_1904 = (day - date(1904, 1, 1)).days
    if since_1900 not in range(1900, 2101) and since_1904 not in range(1900, 2101):
        assert read_day(since_1900) == read_day(since_1904, epoch_1904=True) == Day(Moment(day))


def test_the_first_sound_day_of_each_epoch() -> None:
    assert read_day(61) == Day(Moment(date(1900, 3, 1)))
    assert read_day(0, epoch_1904=True) == Day(Moment(date(1904, 1, 1)))


@given(st.dates(date(1900, 1, 2), date(2100, 1, 1)))
def test_a_day_shown_is_the_day_read(day: date) -> None:
    assert read_day(as_text(day)) == Day(Moment(day))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (49090000001.0, "49090000001"),
        (101, "101"),
        (1.5, "1.5"),
        (True, "x"),
        (None, ""),
        ("  Nguyễn \n  Thử ", "Nguyễn Thử"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        (datetime(2026, 7, 25, 9, 5), "25/07/2026 09:05"),  # noqa: DTZ001
    ],
)
def test_what_a_cell_shows(cell: Cell, text: str) -> None:
    assert as_text(cell) == text


def test_errors_of_a_spreadsheet_are_known() -> None:
    assert is_error("#REF!")
    assert not is_error("# 12")
