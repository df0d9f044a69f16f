"""Codes, labels and both together; nationalities by shape."""

import pytest

from residence.reading.catalogues import (
    NationalityCode,
    NotInCatalogue,
    catalogue,
    cell_of,
    find_code,
    find_nationality,
    nationalities,
)

TABLES = ("document_kinds", "residence_kinds", "reasons", "sexes", "birth_precisions", "provinces")


@pytest.mark.parametrize("name", TABLES)
def test_an_entry_is_found_by_code_by_cell_and_by_label(name: str) -> None:
    for code, label in catalogue(name).items():
        for text in (code, cell_of(name, code), f"{code}-{label}", f"{code} – {label.upper()}", label):
            assert find_code(name, text) == code, text


@pytest.mark.parametrize("text", ["0", "10", "1.5", "Thẻ", "10 - Thẻ Gì", "-1"])
def test_what_is_no_kind_of_document(text: str) -> None:
    assert find_code("document_kinds", text) == NotInCatalogue()


@pytest.mark.parametrize("dash", [" - ", "-", " – ", "—", "\u2010", " \u2011", "\u2212 ", ": ", "\u00a0-\u00a0"])
def test_whatever_dash_stands_between_code_and_label(dash: str) -> None:
    told = " ".join(f"1{dash}Thẻ CCCD".split())
    assert find_code("document_kinds", told) == "1"
    assert find_nationality(f"RUS{dash}Nga") == NationalityCode("RUS", listed=True)
    assert find_nationality(f"SC-{dash}Scotland") == NationalityCode("SC-", listed=True)
    assert find_nationality(f"RUS{dash}Pháp") == NotInCatalogue("FRA")


def test_a_code_with_another_codes_label() -> None:
    assert find_code("reasons", "1 - Công tác") == NotInCatalogue("2")


def test_leading_zeros_and_small_letters_do_not_count() -> None:
    assert find_code("document_kinds", "01") == "1"
    assert find_code("sexes", "f") == "F"


def test_the_statistics_offices_province_codes_are_other_codes() -> None:
    assert find_code("provinces", "48 - Đà Nẵng") == NotInCatalogue("501")
    assert find_code("provinces", "Đà Nẵng") == "501"


def test_every_nationality_of_the_template_is_listed() -> None:
    assert len(nationalities()) == 198
    for code in nationalities():
        assert (
            find_nationality(code)
            == find_nationality(cell_of("nationalities", code))
            == NationalityCode(code, listed=True)
        )


@pytest.mark.parametrize("code", ["BRA", "BRN", "BGR", "HKG", "0RQ"])
def test_a_well_formed_code_outside_the_template(code: str) -> None:
    assert find_nationality(code) == NationalityCode(code, listed=False)


@pytest.mark.parametrize("text", ["RU", "rus", "Rus", "RUSS", "R1S", "Viet Nam", "Việt Nam", "", "D<<", "ĐÊM", "Ru"])
def test_a_malformed_nationality(text: str) -> None:
    assert isinstance(find_nationality(text), NotInCatalogue)


def test_what_may_have_been_meant_is_told() -> None:
    assert find_nationality("Việt Nam") == NotInCatalogue("VNM")
    assert find_nationality("rus") == NotInCatalogue("RUS")
    assert find_nationality("USA - Russia") == NotInCatalogue("RUS")


@pytest.mark.parametrize(
    ("text", "code"),
    [("VN - Việt Nam", "VNM"), ("Viet Nam (VNM)", "VNM"), ("Người Pháp", "FRA"), ("ROK", "KOR"), ("UK", "GBR")],
)
def test_a_country_is_named_in_many_ways(text: str, code: str) -> None:
    assert find_nationality(text) == NotInCatalogue(code)


@pytest.mark.parametrize("text", ["1. Du lịch", "1) Du lich", "1.Du lịch", "Du lịch.", "DU LICH", "Tourism", "đi chơi"])
def test_a_reason_is_named_in_many_ways(text: str) -> None:
    assert find_code("reasons", text) == "1"


def test_a_name_that_looks_like_a_code_is_a_name() -> None:
    assert find_nationality("RUS - Nga") == NationalityCode("RUS", listed=True)
    assert find_nationality("Nga") == NotInCatalogue("RUS")
    assert find_nationality("D - Đức") == find_nationality("DEU - Đức") == NationalityCode("D", listed=True)
    assert find_nationality("NGA - Nga") == NotInCatalogue("RUS")


def test_passport_codes_are_translated() -> None:
    assert find_nationality("DEU") == NationalityCode("D", listed=True)
    assert find_nationality("XXA") == NationalityCode("0RQ", listed=False)


def test_a_cell_of_nothing_is_empty_and_of_an_unknown_code_the_code() -> None:
    assert cell_of("reasons", None) == ""
    assert cell_of("nationalities", "BRA") == "BRA"
