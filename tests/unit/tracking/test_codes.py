"""Dossier codes and what people make of them when they type."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.ids import new_lookup_secret
from tracking.codes import DossierCode, format_code, normalise_code, normalise_secret, parse_code

CODE = "H17.48.20551-261120-0001"


def test_a_code_is_made_and_read_back() -> None:
    assert format_code("H17.48.20551", date(2026, 11, 20), 1) == CODE
    assert parse_code(CODE) == DossierCode("H17.48.20551", date(2026, 11, 20), 1)
    assert format_code("000.00.00.H47", date(2024, 5, 1), 12345) == "000.00.00.H47-240501-12345"


def test_a_ministry_code_is_read_as_well() -> None:
    assert parse_code("G09.20-20260609-0092637") == DossierCode("G09.20", date(2026, 6, 9), 92637)


@given(
    # A letter in a number is taken for the digit it looks like, so agencies have none there.
    st.from_regex(r"[0-9A-HJKMNP-Z]{1,4}(\.[0-9A-HJKMNP-Z]{1,5}){0,3}", fullmatch=True),
    st.dates(date(2000, 1, 1), date(2068, 1, 1)),
    st.integers(1, 10**6),
)
def test_every_code_reads_back(agency: str, day: date, counter: int) -> None:
    code = format_code(agency, day, counter)
    assert parse_code(code) == DossierCode(agency, day, counter)
    assert normalise_code(f"  {code.lower()} ") == code


@pytest.mark.parametrize(
    ("agency", "counter"), [("", 1), ("h17", 1), ("H17-1", 1), ("H17..1", 1), ("Đ17", 1), ("H17", 0), ("H17", -1)]
)
def test_parts_that_make_no_code_are_refused(agency: str, counter: int) -> None:
    with pytest.raises(ValueError, match="dossier code"):
        format_code(agency, date(2026, 11, 20), counter)


@pytest.mark.parametrize(
    "typed",
    [
        "h17.48.20551-261120-0001",
        " H17.48.20551 - 261120 - 0001 ",
        "H17.48.20551–261120—0001",
        "H17.48.20551 261120 0001",
        "H17.48.20551\u2011261120\u20110001",
        "Ｈ17.48.20551－261120－0001",
        "H17.48.20551/261120/0001",
        "\u202aH17.48.20551-261120-0001\u202c",
        "Н17.48.20551-26112O-OOOl",
        "H17.48.20551.261120.0001",
        "(H17.48.20551-261120-0001).",
        "H17.48.20551\u200b-261120-٠٠٠١",
        "H17-48-20551-261120-0001",
        "h17 48 20551 261120 0001",
        "H17.48.2O551-261120-0001",
        "Hl7.48.20551-261120-0001",
        "Mã hồ sơ: H17.48.20551-261120-0001",
        "mã số h17.48.20551 – 261120 – 0001 nhé",
        "MC1|H17.48.20551-261120-0001|ABCDEFGH",
        "#H17.48.20551-261120-0001#",
    ],
)
def test_case_spaces_and_dashes_do_not_count(typed: str) -> None:
    assert normalise_code(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "H17",
        "H17-261120",
        "H17-261120-001",
        "H17-260230-0001",
        "H17-261320-0001",
        "H17-261120-0000",
        "-261120-0001",
        "H17-261120-0001-1",
        "H" * 65,
        "H17-26112000-0001",
        "H17.-261120-0001",
        "H17-261120-ABCD",
        "H17.48.20551-261120-0001 và H17.48.20551-261120-0002",
        "H17.48.20551-261120-0001-02",
        "Nguyễn Văn Thử 0001",
    ],
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert normalise_code(typed) is None


@pytest.mark.parametrize(
    "typed", ["abcd-efgh", " ABCD EFGH ", "abcd\u2013efgh", "ＡＢＣＤefgh", "abcd.efgh", "“ABCD\u200bEFGH”."]
)
def test_a_secret_is_read_as_printed(typed: str) -> None:
    assert normalise_secret(typed) == "ABCDEFGH"


@pytest.mark.parametrize("typed", ["", "  ", "ABCD0FGH", "ABCDĐFGH", "A" * 65, "O1IL"])
def test_what_cannot_be_a_secret_is_none(typed: str) -> None:
    assert normalise_secret(typed) is None


@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    for read in (normalise_code, normalise_secret):
        found = read(text)
        assert found is None or read(found) == found


def test_every_secret_made_reads_back() -> None:
    secrets = {new_lookup_secret() for _ in range(200)}
    assert {normalise_secret(secret.lower()) for secret in secrets} == secrets
