"""Every rule at its boundary, on one guest."""

import string
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import VIETNAM
from residence.entry import Reading, read_entry
from residence.findings import Finding, field_labels, rules
from residence.guests import BirthPrecision, GuestDeclaration, Moment
from residence.rules import Context, check_declaration, check_values
from tests.unit.residence.declared import NOW, TODAY, a_foreign_row, a_row, guests
from tests.unit.residence.guests_made import foreign_guest, vietnamese_guest


def findings_of(cells: dict[str, Any], now: datetime = NOW, *, confirmed: bool = True) -> list[Finding]:
    entry = read_entry(cells, Reading(TODAY))
    if confirmed:
        entry.values.setdefault("name_confirmed", True)
    context = Context(now, TODAY, unreadable=entry.unreadable, numeric_number=entry.numeric_number)
    return entry.findings + check_values(entry.values, context)


def codes(cells: dict[str, Any], now: datetime = NOW, *, confirmed: bool = True) -> set[tuple[str, str | None]]:
    return {(finding.code, finding.field) for finding in findings_of(cells, now, confirmed=confirmed)}


def told(*found: str, **changes: Any) -> None:
    """A good Vietnamese guest with these changes has exactly these findings, as "CODE field"."""
    assert {f"{code} {field}" for code, field in codes(a_row(**changes))} == set(found)


def told_of_foreigner(*found: str, confirmed: bool = True, **changes: Any) -> None:
    cells = a_foreign_row(**changes)
    assert {f"{code} {field}" for code, field in codes(cells, confirmed=confirmed)} == set(found)


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


def test_e07_nobody_leaves_before_arriving() -> None:
    told(arrival="22/11/2026", departure="22/11/2026")
    told("E07 departure", arrival="22/11/2026", departure="21/11/2026")
    told(arrival="22/11/2026 09:00", departure="22/11/2026 10:00")
    told("E07 departure", arrival="22/11/2026 11:00", departure="22/11/2026 10:59")
    told(arrival="22/11/2026 11:00", departure="22/11/2026")


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


@pytest.mark.parametrize(
    "number", ["049090-00001", "049 090000001", "'049090000001", "０４９０９００００００１", "049.090.000.001"]
)
def test_e13_other_signs_in_a_number(number: str) -> None:
    told("E13 document_number", document_number=number)


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


def test_w01_w02_room_and_phone_are_wished_for() -> None:
    told("W01 room", room="")
    told("W02 phone", phone="")
    told_of_foreigner("W01 room", room="")


def test_w03_the_default_reason() -> None:
    told("W03 reason", reason="1 - Du lịch")


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


def test_w05_w06_what_a_machine_was_not_sure_of() -> None:
    guest = vietnamese_guest(TODAY, reason=2, phone="0912345678")
    assert {found.code for found in check_declaration(replace(guest, needs_review=True), NOW)} == {"W05"}
    assert {found.code for found in check_declaration(replace(guest, document_guessed=True), NOW)} == {"W06"}


def test_w08_sex_and_birth_year_against_the_number() -> None:
    told("W08 sex", sex="F")
    told("W08 birth_date", birth_date="02/09/1991")
    told(document_number="049190000001", sex="F")


def test_w09_a_province_of_birth_that_never_was() -> None:
    told("W09 document_number", document_number="999090000001")


def test_w10_an_arrival_still_to_come() -> None:
    told("W10 arrival", arrival="23/11/2026")


@pytest.mark.parametrize("phone", ["0912 345 678", "+84912345678", "84912345678", "02353123456", "0912.345.678"])
def test_phones_in_any_common_writing(phone: str) -> None:
    told(phone=phone)


def test_w11_w13_phones_to_look_at() -> None:
    told("W11 phone", phone="12345")
    told("W13 phone", phone="912345678")
    assert read_entry({"phone": 912345678}, Reading(TODAY)).values == {"phone": "0912345678"}


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
