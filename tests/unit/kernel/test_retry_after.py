"""Retry-After as it is really sent."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.retry_after import LONGEST_S, retry_after_s

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        (" 120 ", 120.0),
        ("\t7", 7.0),
        ("1.5", 1.5),
        ("0", 0.0),
        ("3.", 3.0),
        ("Mon, 30 Nov 2026 03:02:00 GMT", 120.0),
        ("Monday, 30-Nov-26 03:02:00 GMT", 120.0),
        ("Mon Nov 30 03:02:00 2026", 120.0),
        ("Mon, 30 Nov 2026 10:02:00 +0700", 120.0),
        ("Mon, 30 Nov 2026 02:00:00 GMT", 0.0),
        ("Wed, 21 Oct 2037 07:28:00 GMT", LONGEST_S),
        ("999999999999", LONGEST_S),
    ],
)
def test_every_lawful_form_is_read(said: str, seconds: float) -> None:
    assert retry_after_s({"Retry-After": said}, NOW) == seconds


@pytest.mark.parametrize(
    "said", ["", " ", "soon", "-5", "1e9", "nan", "inf", "1 2", "٣", "Mon, 99 Nov 2026 03:02:00 GMT", "9" * 65, "1,5"]
)
def test_what_nobody_can_read_is_none(said: str) -> None:
    assert retry_after_s({"Retry-After": said}, NOW) is None


def test_without_the_header_there_is_nothing_to_wait_for() -> None:
    assert retry_after_s({}, NOW) is None


def test_a_date_is_held_against_the_answers_own_clock() -> None:
    headers = {"Retry-After": "Mon, 30 Nov 2026 03:02:00 GMT", "Date": "Mon, 30 Nov 2026 03:01:00 GMT"}
    assert retry_after_s(headers, NOW + timedelta(days=3)) == 60.0


@given(st.text(max_size=70), st.text(max_size=70))
def test_any_header_is_a_wait_within_bounds_or_none(said: str, date: str) -> None:
    found = retry_after_s({"Retry-After": said, "Date": date}, NOW)
    assert found is None or 0 <= found <= LONGEST_S


@given(st.integers(0, int(LONGEST_S)))
def test_a_date_and_its_seconds_say_the_same(seconds: int) -> None:
    until = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after_s({"Retry-After": until}, NOW) == seconds == retry_after_s({"Retry-After": str(seconds)}, NOW)
