"""The machine-readable zone: specimens of ICAO 9303, check digits, both century rules."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from residence.guests import BirthPrecision, Sex
from residence.reading.mrz import birth_year, check_digit, expiry_year, read_mrz
from residence.reading.names import is_mrz_shaped, transliterate

TODAY = date(2026, 11, 22)
PASSPORT = ("P<RUSZOLOCHEVSKAIA<<VERONIKA<<<<<<<<<<<<<<<<", "7777856719RUS9003082F3512090<<<<<<<<<<<<<<00")
TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")


def _spoilt(lines: tuple[str, ...], line: int, place: int, sign: str) -> str:
    changed = lines[line][:place] + sign + lines[line][place + 1 :]
    return "\n".join([*lines[:line], changed, *lines[line + 1 :]])


def wrong_parts(text: str) -> list[str]:
    with pytest.raises(DomainError) as refused:
        read_mrz(text, TODAY)
    assert refused.value.code == "mrz_check_digit"
    wrong: list[str] = refused.value.params["wrong"]
    return wrong


@pytest.mark.parametrize("between", ["\n", "\r\n", " / ", "", "  ", "|"])
def test_a_passport_however_its_lines_are_sent(between: str) -> None:
    zone = read_mrz(between.join(PASSPORT).lower(), TODAY)
    assert (zone.form, zone.document_code, zone.issuer, zone.nationality) == ("TD3", "P", "RUS", "RUS")
    assert (zone.full_name, zone.number, zone.sex) == ("ZOLOCHEVSKAIA VERONIKA", "777785671", Sex.FEMALE)
    assert (zone.birth_date, zone.expiry) == (date(1990, 3, 8), date(2035, 12, 9))


@pytest.mark.parametrize(
    ("form", "lines", "number"), [("TD3", TD3, "L898902C3"), ("TD2", TD2, "D23145890"), ("TD1", TD1, "D23145890")]
)
def test_the_specimens_of_the_standard(form: str, lines: tuple[str, ...], number: str) -> None:
    zone = read_mrz("\n".join(lines), TODAY)
    assert (zone.form, zone.surname, zone.given_names) == (form, "ERIKSSON", "ANNA MARIA")
    assert (zone.number, zone.nationality, zone.sex) == (number, "UTO", Sex.FEMALE)
    assert (zone.birth_date, zone.expiry) == (date(1974, 8, 12), date(2012, 4, 15))


def test_what_a_zone_gives_of_a_declaration() -> None:
    assert read_mrz("\n".join(PASSPORT), TODAY).declared_fields() == {
        "full_name": "ZOLOCHEVSKAIA VERONIKA",
        "nationality": "RUS",
        "document_number": "777785671",
        "document_kind": 4,
        "birth_date": date(1990, 3, 8),
        "birth_precision": BirthPrecision.DAY,
        "sex": Sex.FEMALE,
        "passport_expiry": date(2035, 12, 9),
    }


@pytest.mark.parametrize(
    ("place", "sign", "parts"),
    [
        (0, "8", ["document_number", "composite"]),
        (9, "8", ["document_number", "composite"]),
        (13, "8", ["birth_date", "composite"]),
        (19, "3", ["birth_date", "composite"]),
        (21, "4", ["expiry", "composite"]),
        (30, "B", ["composite", "personal_number"]),
        (43, "1", ["composite"]),
    ],
)
def test_each_check_digit_counts(place: int, sign: str, parts: list[str]) -> None:
    assert wrong_parts(_spoilt(PASSPORT, 1, place, sign)) == parts


@given(st.integers(0, 42), st.sampled_from(string.ascii_uppercase + string.digits))
def test_a_sign_misread_is_noticed(place: int, sign: str) -> None:
    covered = place not in (10, 11, 12, 20)
    old = PASSPORT[1][place]
    same_weight = check_digit(old) == check_digit(sign)
    if covered and not same_weight and sign != old:
        assert wrong_parts(_spoilt(PASSPORT, 1, place, sign))


def test_the_personal_numbers_digit_may_be_a_filler_when_there_is_none() -> None:
    zone = _spoilt(PASSPORT, 1, 42, "<")
    assert read_mrz(zone, TODAY).number == "777785671"


def test_germany_has_one_letter() -> None:
    second = "C01X00T478D<<6408125F2702283<<<<<<<<<<<<<<<4"
    zone = read_mrz("P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<" + second, TODAY)
    assert zone.nationality == "D"
    assert zone.declared_fields()["nationality"] == "D"


def test_a_card_with_a_long_number() -> None:
    first = "I<UTOD23145890<7349<<<<<<<<<<<"
    digit = check_digit(first[5:30] + "7408122" + "1204159" + "<<<<<<<<<<<")
    zone = read_mrz(first + f"7408122F1204159UTO<<<<<<<<<<<{digit}" + TD1[2], TODAY)
    assert zone.number == "D23145890734"


def test_sex_unspecified_and_birth_day_unknown() -> None:
    birth = "90<<<<"
    second = f"7777856719RUS{birth}{check_digit(birth)}<3512090<<<<<<<<<<<<<<0"
    digit = check_digit(second[0:10] + second[13:20] + second[21:43])
    zone = read_mrz(PASSPORT[0] + second + str(digit), TODAY)
    assert (zone.birth_date, zone.birth_precision, zone.sex) == (date(1990, 1, 1), BirthPrecision.YEAR, None)
    assert "sex" not in zone.declared_fields()


@pytest.mark.parametrize(
    "text", ["", "P<RUS", "\n".join(PASSPORT)[:-1], "\n".join(PASSPORT).replace("RUS", "R$S"), "Ñ" * 88]
)
def test_what_is_no_zone(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_mrz(text, TODAY)
    assert refused.value.code == "mrz_shape"


def test_a_birth_day_that_no_calendar_has() -> None:
    birth = "901332"
    second = f"7777856719RUS{birth}{check_digit(birth)}F3512090<<<<<<<<<<<<<<0"
    digit = check_digit(second[0:10] + second[13:20] + second[21:43])
    with pytest.raises(DomainError) as refused:
        read_mrz(PASSPORT[0] + second + str(digit), TODAY)
    assert refused.value.code == "mrz_shape"


def test_nobody_is_born_in_the_future() -> None:
    assert birth_year(90, 3, 8, TODAY) == 1990
    assert birth_year(26, 11, 22, TODAY) == 2026
    assert birth_year(26, 11, 23, TODAY) == 1926
    assert birth_year(27, 1, 1, TODAY) == 1927
    assert birth_year(35, 12, 9, TODAY) == 1935


def test_an_expiry_is_within_half_a_century() -> None:
    assert expiry_year(35, TODAY) == 2035
    assert expiry_year(12, TODAY) == 2012
    assert expiry_year(76, TODAY) == 2076
    assert expiry_year(77, TODAY) == 1977
    assert expiry_year(5, date(2060, 1, 1)) == 2105


@given(st.text(string.ascii_uppercase + string.digits + "<"))
def test_the_filler_weighs_nothing_and_the_digit_is_one_digit(value: str) -> None:
    assert 0 <= check_digit(value) <= 9
    assert check_digit(value + "<<<") == check_digit(value)


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Nguyễn Văn Đức", "NGUYEN VAN DUC"),
        ("Müller-Lüdenscheidt", "MUELLER LUEDENSCHEIDT"),
        ("O'Brien, Seán", "OBRIEN SEAN"),
        ("Ærø Ågård Størksen", "AEROE AAGAARD STOERKSEN"),
        ("Straße Weiß", "STRASSE WEISS"),
        ("Ілля", ""),
        ("  ", ""),
    ],
)
def test_names_as_a_zone_spells_them(name: str, spelled: str) -> None:
    assert transliterate(name) == spelled


@given(st.text(max_size=30))
def test_a_spelling_always_has_the_shape(name: str) -> None:
    spelled = transliterate(name)
    assert spelled == "" or is_mrz_shaped(spelled)
