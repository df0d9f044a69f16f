"""The code on the citizen's card, of both generations."""

from datetime import date

import pytest

from kernel.errors import DomainError
from residence.guests import BirthPrecision, Sex
from residence.reading.identity_card import read_card_qr
from residence.service.readings import read_document
from tests.unit.residence.declared import NOW

TODAY = date(2026, 11, 22)
CARD = "049090000001|205000001|Nguyễn Văn Thử|02091990|Nam|Khối 1, Phường Điện Bàn, Đà Nẵng|15042021"


def test_a_card_gives_all_but_the_stay() -> None:
    card = read_card_qr(CARD, TODAY)
    assert (card.former_number, card.issued) == ("205000001", date(2021, 4, 15))
    assert card.declared_fields() == {
        "full_name": "Nguyễn Văn Thử",
        "birth_date": date(1990, 9, 2),
        "sex": Sex.MALE,
        "nationality": "VNM",
        "document_number": "049090000001",
        "document_kind": 1,
        "document_guessed": True,
        "address": "Khối 1, Phường Điện Bàn, Đà Nẵng",
    }


@pytest.mark.parametrize(("issued", "kind"), [("30062024", 1), ("01072024", 8), ("", 1)])
def test_the_kind_of_card_is_guessed_by_its_day(issued: str, kind: int) -> None:
    assert read_card_qr(CARD.replace("15042021", issued), TODAY).declared_fields()["document_kind"] == kind


def test_a_card_of_2024_says_more() -> None:
    card = read_card_qr("048305000001||Trần Thị Thử|02092005|Nữ||15082024|Cha Thử|Mẹ Thử|x", TODAY)
    assert (card.sex, card.former_number, card.address) == (Sex.FEMALE, "", "")
    assert "address" not in card.declared_fields()


def test_the_last_part_may_be_missing_and_letters_be_taken_apart() -> None:
    card = read_card_qr("\ufeff" + CARD.rpartition("|")[0].replace("ễ", "e\u0302\u0303") + "\r\n", TODAY)
    assert (card.full_name, card.issued) == ("Nguyễn Văn Thử", None)


def test_an_unknown_province_is_no_reason_to_refuse() -> None:
    assert read_card_qr(CARD.replace("049090000001", "999090000001"), TODAY).number == "999090000001"


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        (CARD, "hello", "shape"),
        (CARD, "", "shape"),
        ("049090000001", "49090000001", "number"),
        ("049090000001", "049990000001", "number"),
        ("Nguyễn Văn Thử", "", "name"),
        ("Nguyễn Văn Thử", "Nguyá»…n", "name"),
        ("02091990", "31021990", "birth_date"),
        ("02091990", "02092027", "birth_date"),
        ("02091990", "０２０９１９９０", "birth_date"),
        ("Nam", "Khác", "sex"),
        ("15042021", "2021", "issued"),
        ("Khối 1, Phường Điện Bàn", "Khá»‘i 1", "address"),
    ],
)
def test_what_is_no_card(old: str, new: str, part: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_card_qr(CARD.replace(old, new), TODAY)
    assert (refused.value.code, refused.value.params) == ("card_qr_invalid", {"part": part})


@pytest.mark.parametrize("frame", ["\x02{}\x03", "]Q1{}", "{}\x00\r\n", "\ufeff\x02]Q1{}\x04", "\u202d{}\u202c"])
def test_what_a_scanner_puts_around_a_card(frame: str) -> None:
    assert read_card_qr(frame.format(CARD), TODAY) == read_card_qr(CARD, TODAY)


@pytest.mark.parametrize(
    ("born", "day", "precision"),
    [
        ("1950", date(1950, 1, 1), BirthPrecision.YEAR),
        ("00001950", date(1950, 1, 1), BirthPrecision.YEAR),
        ("00091950", date(1950, 9, 1), BirthPrecision.MONTH),
    ],
)
def test_old_people_whose_card_tells_no_day(born: str, day: date, precision: BirthPrecision) -> None:
    fields = read_card_qr(CARD.replace("02091990", born), TODAY).declared_fields()
    assert (fields["birth_date"], fields["birth_precision"]) == (day, precision)


def test_a_reading_says_how_to_write_a_year_alone() -> None:
    read = read_document("qr", CARD.replace("02091990", "1950"), NOW)
    [found] = [each for each in read.findings if each.rule == "birth_date_incomplete"]
    assert "01/01/1950" in found.reason()
