"""Rules of numbers: documents by their kind, zeros eaten, phones."""

import pytest

from residence.reading.entry import Reading, read_entry
from tests.unit.residence.declared import TODAY, a_foreign_row, a_row
from tests.unit.residence.judging import codes, findings_of, told, told_of_foreigner


@pytest.mark.parametrize("number", ["049090-00001", "049 090000001", "'049090000001", "049.090.000.001"])
def test_e13_other_signs_in_a_number(number: str) -> None:
    told("E13 document_number", document_number=number)


def test_w18_a_number_in_full_width_signs_is_read_and_told() -> None:
    told("W18 document_number", document_number="０４９０９００００００１")
    [found] = findings_of(a_row(document_number="０４９０９００００００１"))
    assert (found.rule, found.value) == ("signs_read_plain", "049090000001")


def test_e13_and_e01_an_empty_number() -> None:
    told("E01 document_number", "E13 document_number", document_number="")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (1, ["049090000001"], ["04909000001", "0490900000011", "A49090000001"]),
        (8, ["049090000001"], ["49090000001", "04909000000A"]),
        (7, ["049090000001"], ["49090000001"]),
        (2, ["205000001", "049090000001"], ["20500001", "2050000011", "20500000A"]),
        (3, ["A", "1" * 20], ["1" * 21]),
        (6, ["DN4790000000001"], ["1" * 21]),
        (4, ["B1234567", "1" * 10], ["1" * 11]),
        (5, ["1" * 30], []),
    ],
)
def test_e13_numbers_have_the_shape_of_their_document(kind: int, good: list[str], bad: list[str]) -> None:
    for number in good:
        assert ("E13", "document_number") not in codes(a_row(document_kind=str(kind), document_number=number))
    for number in bad:
        assert ("E13", "document_number") in codes(a_row(document_kind=str(kind), document_number=number))


def test_e13_a_passport_of_a_foreigner_has_ten_signs_at_most() -> None:
    told_of_foreigner(document_number="A123456789")
    told_of_foreigner("E13 document_number", document_number="A1234567890")


@pytest.mark.parametrize("number", [49090000001, 49090000001.0, "49090000001"])
def test_e13_eaten_zeros_are_told_as_such(number: object) -> None:
    [found] = findings_of(a_row() | {"document_number": number})
    assert (found.code, found.rule, found.value) == ("E13", "document_number_zeros_lost", "49090000001")
    assert "số 0" in found.reason()


def test_e13_scientific_numbers_are_told_as_such() -> None:
    [found] = findings_of(a_row(document_number="4.909E+10"))
    assert (found.code, found.rule) == ("E13", "document_number_scientific")


def test_w12_a_numeric_passport_may_have_lost_zeros() -> None:
    assert codes(a_foreign_row() | {"document_number": 700000001}) == {("W12", "document_number")}
    assert codes(a_row() | {"document_number": 149090000001.0}) == set()


def test_w08_sex_and_birth_year_against_the_number() -> None:
    told("W08 sex", sex="F")
    told("W08 birth_date", birth_date="02/09/1991")
    told(document_number="049190000001", sex="F")


def test_w09_a_province_of_birth_that_never_was() -> None:
    told("W09 document_number", document_number="999090000001")


@pytest.mark.parametrize("phone", ["0912 345 678", "+84912345678", "84912345678", "02353123456", "0912.345.678"])
def test_phones_in_any_common_writing(phone: str) -> None:
    told(phone=phone)


def test_w11_w13_phones_to_look_at() -> None:
    told("W11 phone", phone="12345")
    told("W13 phone", phone="912345678")
    assert read_entry({"phone": 912345678}, Reading(TODAY)).values == {"phone": "0912345678"}
