"""Every rule at its boundary, on one guest."""

import string
from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residence.guests import GuestDeclaration, Moment
from residence.reading.entry import Reading, read_entry
from residence.rules.findings import Finding, field_labels, rules
from residence.rules.judging import check_declaration
from tests.unit.residence.declared import NOW, TODAY, a_foreign_row, a_row, guests
from tests.unit.residence.guests_made import foreign_guest, vietnamese_guest
from tests.unit.residence.judging import codes, findings_of, told, told_of_foreigner


def test_a_good_guest_has_no_findings() -> None:
    told()
    told_of_foreigner()


@given(guests)
def test_good_guests_are_never_refused(guest: GuestDeclaration) -> None:
    assert [found for found in check_declaration(guest, NOW) if found.blocking] == []


@pytest.mark.parametrize(
    "field", ["full_name", "birth_date", "sex", "nationality", "document_kind", "arrival", "departure", "reason"]
)
def test_e01_what_a_vietnamese_must_tell(field: str) -> None:
    assert ("E01", field) in codes(a_row(**{field: ""}))


@pytest.mark.parametrize("field", ["full_name", "birth_date", "sex", "arrival", "departure", "document_number"])
def test_e01_what_a_foreigner_must_tell(field: str) -> None:
    assert ("E01", field) in codes(a_foreign_row(**{field: ""}))


def test_e01_a_foreigner_needs_neither_kind_of_document_nor_reason() -> None:
    told_of_foreigner(document_kind="", reason="")


def test_e01_what_could_not_be_read_is_not_missing() -> None:
    told("E20 arrival", arrival="hôm qua")
    told("E06 sex", sex="?")
    told_of_foreigner("E20 residence_expiry", residence_expiry="hết năm")


def test_e01_blanks_are_nothing() -> None:
    told("E01 full_name", full_name="   ")


def test_e02_a_name_of_one_word_needs_a_tick() -> None:
    told("E02 full_name", full_name="Thử")
    told(full_name="Thử", one_word_name="x")
    told_of_foreigner("E02 full_name", full_name="SUKARNO")
    told_of_foreigner(full_name="SUKARNO", one_word_name="x")


@given(st.text(string.ascii_uppercase + string.digits + " ", min_size=3).filter(lambda name: " " in name.strip()))
def test_e03_letters_of_the_zone_are_fine(name: str) -> None:
    assert ("E03", "full_name") not in codes(a_foreign_row(full_name=name))


@pytest.mark.parametrize(
    "name", ["Testova ANNA", "TESTÖVA ANNA", "TEST-OVA ANNA", "O'TEST ANNA", "NGUYỄN VĂN THỬ", "ТЕСТ АННА"]
)
def test_e03_other_letters_are_not(name: str) -> None:
    assert ("E03", "full_name") in codes(a_foreign_row(full_name=name))


def test_e03_says_how_the_zone_would_spell_it() -> None:
    [found] = findings_of(a_foreign_row(full_name="Müller Jörg-Peter"))
    assert "MUELLER JOERG PETER" in found.reason()


def test_e03_fillers_are_blanks() -> None:
    told_of_foreigner(full_name="TESTOVA<<ANNA<MARIA")


def test_e04_somebody_compared_the_name() -> None:
    told_of_foreigner("E04 full_name", confirmed=False)
    told_of_foreigner(confirmed=False, name_confirmed="x")
    assert codes(a_row(), confirmed=False) == set()


@pytest.mark.parametrize("text", ["RU", "rus", "Nga", "R1S", "RUSS"])
def test_e05_a_nationality_is_three_capitals(text: str) -> None:
    assert ("E05", "nationality") in codes(a_foreign_row(nationality=text))


def test_e05_of_whom_no_nationality_is_known_nothing_else_is_asked() -> None:
    told("E05 nationality", nationality="Ru", document_kind="", reason="", phone="")
    assert "E01 reason" in {f"{code} {field}" for code, field in codes(a_row(nationality="", reason=""))}


def test_w07_a_nationality_may_be_missing_in_the_template() -> None:
    told_of_foreigner("W07 nationality", nationality="BRA")
    told_of_foreigner(nationality="D")
    told_of_foreigner(nationality="DEU")


@pytest.mark.parametrize("field", ["document_kind", "reason", "sex", "residence_kind"])
def test_e06_a_code_outside_its_catalogue(field: str) -> None:
    assert ("E06", field) in codes(a_row(**{field: "99 - Gì đó"}))


def test_e06_a_province_of_another_list() -> None:
    told("E06 province_code", province_code="48 - Đà Nẵng")
    told("W14 province_code", province_code="Quảng Nam")


def test_a_province_that_is_no_more_stays_in_the_address() -> None:
    entry = read_entry(a_row(address="Khối 1", commune_code="Điện An", province_code="Quảng Nam"), Reading(TODAY))
    assert entry.values["address"] == "Khối 1, Điện An, Quảng Nam"


def test_e08_and_e01_a_foreigner_has_a_residence_expiry() -> None:
    told_of_foreigner("E01 residence_expiry", "E08 residence_expiry", residence_expiry="")


def test_e09_the_residence_lasts_to_the_departure() -> None:
    told_of_foreigner(departure="24/11/2026", residence_expiry="24/11/2026")
    told_of_foreigner("E09 residence_expiry", departure="24/11/2026", residence_expiry="23/11/2026")


def test_e10_the_residence_does_not_end_with_the_passport() -> None:
    told_of_foreigner(passport_expiry="16/12/2026")
    told_of_foreigner("E10 residence_expiry", passport_expiry="15/12/2026")


def test_e11_another_document_has_a_name() -> None:
    told("E11 document_name", document_kind="9 - Giấy Tờ Khác", document_number="TSV123")
    told(document_kind="9", document_name="Thẻ sinh viên", document_number="TSV123")
    told(document_kind="5", document_number="TSV123")


def test_e12_another_reason_has_words() -> None:
    told("E12 reason_text", reason="20")
    told(reason="20", reason_text="Dự đám cưới")
    told(reason="19")


def test_w01_a_room_is_wished_for() -> None:
    told("W01 room", room="")
    told_of_foreigner("W01 room", room="")


@pytest.mark.parametrize("text", ["-", "—", "N/A", "Không có"])
def test_a_cell_that_says_there_is_nothing_holds_nothing(text: str) -> None:
    told("W01 room", room=text, phone=text)


def test_an_ordinary_guest_is_warned_of_nothing() -> None:
    told(phone="", reason="1 - Du lịch")


def test_w05_w06_what_a_machine_was_not_sure_of() -> None:
    guest = vietnamese_guest(TODAY, reason=2, phone="0912345678")
    assert {found.code for found in check_declaration(replace(guest, needs_review=True), NOW)} == {"W05"}
    assert {found.code for found in check_declaration(replace(guest, document_guessed=True), NOW)} == {"W06"}


def test_flags_are_ticks() -> None:
    told("E06 one_word_name", one_word_name="chắc")
    told(one_word_name="không")


def test_a_stored_declaration_is_judged_like_a_row() -> None:
    guest = foreign_guest(TODAY, residence_expiry=TODAY, departure=Moment(TODAY + timedelta(days=1)))
    assert {found.code for found in check_declaration(guest, NOW)} == {"E09"}
    early = replace(guest, departure=Moment(TODAY, time(9)), arrival=Moment(TODAY, time(10)))
    assert {found.code for found in check_declaration(early, NOW)} == {"E07"}


@pytest.mark.parametrize("name", sorted(rules()))
def test_a_rule_speaks_both_languages(name: str) -> None:
    rule = rules()[name]
    assert rule.code[0] in "EFW"
    params = dict.fromkeys(
        (placeholder for _, placeholder, _, _ in string.Formatter().parse(rule.vi) if placeholder), "7"
    )
    for language in ("vi", "en"):
        for field in ("full_name", None):
            sentence = Finding(name, field, "giá trị", params).reason(language)
            assert sentence.strip().endswith((".", "?", "7"))
            assert "{" not in sentence


def test_every_field_has_a_name_for_people() -> None:
    assert {"vi", "en"} == set().union(*(label.keys() for label in field_labels().values()))
    assert all(label["vi"] and label["en"] for label in field_labels().values())


def test_a_long_value_is_shortened_in_the_sentence_only() -> None:
    found = Finding("document_number_characters", "document_number", "x" * 100)
    assert len(found.value) == 100
    assert "x" * 61 not in found.reason()
