"""Zones as scanners and other documents give them: frames, other words, citizen cards, visas, days unknown."""

from datetime import date

import pytest

from kernel.errors import DomainError
from residence.guests import BirthPrecision
from residence.reading.mrz import check_digit, read_mrz
from residence.service.readings import read_document
from tests.unit.residence.declared import NOW

TODAY = date(2026, 11, 22)
PASSPORT = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")


def card(number: str, optional: str, *, birth: str = "900308") -> str:
    """A citizen's card of Vietnam with right digits."""
    first = f"IDVNM{number}{check_digit(number)}{optional}".ljust(30, "<")
    second = f"{birth}{check_digit(birth)}F400308{check_digit('400308')}VNM".ljust(29, "<")
    composite = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    return "\n".join((first, f"{second}{check_digit(composite)}", "NGUYEN<<THI<THU".ljust(30, "<")))


def passport(birth: str) -> str:
    second = f"7777856719RUS{birth}{check_digit(birth)}F3512090<<<<<<<<<<<<<<0"
    return PASSPORT[0] + "\n" + second + str(check_digit(second[0:10] + second[13:20] + second[21:43]))


@pytest.mark.parametrize(
    ("number", "optional", "whole"),
    [
        ("190000017", "049190000017<<7", "049190000017"),
        ("300000025", "001300000025<<<", "001300000025"),
        ("090000001", "0490900000014<<", ""),
    ],
)
def test_a_citizen_card_gives_its_twelve_digits(number: str, optional: str, whole: str) -> None:
    fields = read_mrz(card(number, optional), TODAY).declared_fields()
    assert (fields["document_number"], fields.get("document_kind")) == ((whole or number), 1 if whole else None)
    assert "needs_review" not in fields


def test_two_numbers_of_a_card_that_contradict_each_other_are_to_be_looked_at() -> None:
    read = read_document("mrz", card("190000017", "049190000018<<7"), NOW)
    assert read.fields["document_number"] == "049190000018"
    assert "needs_review" in {found.rule for found in read.findings}


@pytest.mark.parametrize(
    ("birth", "day", "precision"),
    [
        ("600100", date(1960, 1, 1), BirthPrecision.MONTH),
        ("600000", date(1960, 1, 1), BirthPrecision.YEAR),
        ("601100", date(1960, 11, 1), BirthPrecision.MONTH),
        ("60<<<<", date(1960, 1, 1), BirthPrecision.YEAR),
        ("000000", None, BirthPrecision.DAY),
    ],
)
def test_unknown_parts_of_a_birth_date_may_be_zeros(birth: str, day: date | None, precision: BirthPrecision) -> None:
    zone = read_mrz(passport(birth), TODAY)
    assert (zone.birth_date, zone.birth_precision) == (day, precision)


@pytest.mark.parametrize("length", [44, 36])
def test_a_visa_is_named_as_one(length: int) -> None:
    first = "V<UTOERIKSSON<<ANNA<MARIA".ljust(length, "<")
    second = "L898902C36UTO7408122F1204159".ljust(length, "<")
    for zone in (f"{first}\n{second}", f"{first}{second}", f"VISA\n{first}\n{second}".replace("V<", "VI", 1)):
        with pytest.raises(DomainError) as refused:
            read_mrz(zone, TODAY)
        assert refused.value.code == "mrz_visa"


@pytest.mark.parametrize(
    "frame",
    [
        "\ufeff{}",
        "\x02{}\x03",
        "]L2{}",
        "\x00{}\x00",
        "PASSPORT\n{}",
        "HỘ CHIẾU / PASSPORT VNM\r\n{}\r\nTrang 2",
        "MRZ:\n{}",
    ],
)
def test_what_stands_around_a_zone(frame: str) -> None:
    assert read_mrz(frame.format("\n".join(PASSPORT)), TODAY).number == "L898902C3"


@pytest.mark.parametrize("spoilt", ["ÂNNA", "ẢNNA"])
def test_an_input_method_that_is_on(spoilt: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_mrz("\n".join(PASSPORT).replace("ANNA", spoilt), TODAY)
    assert refused.value.code == "scan_input_method"
