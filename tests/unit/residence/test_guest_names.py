"""Names of guests: one person's, in letters that a name has, whichever door they come through."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residence.guests import BirthPrecision, GuestDeclaration
from residence.reading.meant import settle, settled
from residence.rules.judging import judge_declaration
from tests.unit.residence.declared import NOW, TODAY, guests
from tests.unit.residence.guests_made import foreign_guest, vietnamese_guest
from tests.unit.residence.judging import told, told_of_foreigner


def by_form(name: str) -> set[str]:
    """Codes of what the form and the interface are told of a Vietnamese name."""
    _, findings = judge_declaration(vietnamese_guest(TODAY, full_name=name), NOW)
    return {found.code for found in findings}


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Văn Thử, Trần Thị Bé",
        "Nguyễn Văn Thử; Trần Thị Bé",
        "Nguyễn Văn Thử\nTrần Thị Bé",
        "Nguyễn Văn Thử và Trần Thị Bé",
        "NGUYEN VAN THU VA TRAN THI BE",
        "Nguyễn Văn Thử - Trần Thị Bé",
        "Nguyễn Văn Thử/Trần Thị Bé",
        "Nguyễn Văn Thử &amp; Trần Thị Bé",
        "Nguyễn Văn Thử (2 người)",
        "Nguyễn Văn Thử x2",
        "Nguyễn Văn Thử + vợ",
        "Nguyễn Văn Thử cùng gia đình",
    ],
)
def test_e29_several_guests_in_one_name(name: str) -> None:
    assert "E29" in by_form(name)


@pytest.mark.parametrize("name", ["Và A Thử", "Lầu Và Thử", "Trần Thị Ba Bé", "Nguyễn Văn\nThử", "Vàng Mí Thử"])
def test_names_that_look_like_several_and_are_one(name: str) -> None:
    assert by_form(name) == set()


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Văn Thử 2",
        "Nguyễn Văn Thử 😀",
        "Нгуен Ван",
        "김민수 이",
        "Nguyễn<Văn<Thử",
        "Nguyễn Văn Thử (trưởng đoàn)",
        "*Nguyễn Văn Thử*",
        "thu@example.vn Thử",
        "<b>Nguyễn Văn Thử</b>",
        "Khách lẻ",
        "Khach doan Han Quoc",
        "N/A",
        "Không tên",
        "xxx",
    ],
)
def test_e30_what_is_nobodys_name(name: str) -> None:
    assert by_form(name) & {"E29", "E30"}


@pytest.mark.parametrize("name", ["H'Hen Niê", "K’Brơi Thử", "Kim–Ngân Thử", "Y Bhơč Thử", "Ơ Thử", "NGUYEN VAN THU"])
def test_names_with_few_vietnamese_letters(name: str) -> None:
    assert by_form(name) == set()


def test_web_code_is_read_and_said() -> None:
    told("W17 full_name", full_name="Nguy&#7877;n V&#259;n Thử")
    told("W17 address", address="Khách s&#7841;n A &amp; B")
    told("W17 full_name", full_name="Nguy&amp;#7877;n Văn Thử")
    guest, _ = judge_declaration(vietnamese_guest(TODAY, full_name="Nguy&#7877;n Văn Thử"), NOW)
    assert guest.full_name == "Nguyễn Văn Thử"


@pytest.mark.parametrize("sign", ["\u200b", "\u202e", "\ufeff", "\u2060", "\u00ad"])
def test_invisible_signs_are_taken_off_and_said(sign: str) -> None:
    told("W18 full_name", full_name=f"Nguyễn{sign} Văn Thử")
    told("W18 document_number", document_number=f"049090{sign}000001")
    guest, found = judge_declaration(vietnamese_guest(TODAY, number=f"049090000001{sign}"), NOW)
    assert guest.document_number == "049090000001"
    assert "W18" in {each.code for each in found}


def test_letters_of_another_keyboard_are_those_of_vietnam() -> None:
    guest, found = judge_declaration(vietnamese_guest(TODAY, full_name="Ðặng  Văn Ðức"), NOW)
    assert (guest.full_name, found) == ("Đặng Văn Đức", [])


def test_w15_a_font_of_vni() -> None:
    told("W15 full_name", full_name="Nguyeãn Vaên Taâm")
    told("W15 full_name", full_name="TRAÀN THÒ BEÙ")
    told("W15 address", address="Khoái 1, phöôøng Ñieän Baøn")
    told(full_name="Hoà Thuý Uyên")


def test_w19_what_stands_beside_a_name() -> None:
    told("W19 full_name", full_name="Ông Nguyễn Văn Thử")
    told("W19 full_name", full_name="Nguyễn V. Thử")
    told("W19 full_name", full_name="Nguyễn Văn Thử Trần Thị Bé")
    told_of_foreigner("W19 full_name", full_name="TESTOVA ANNA 2")
    told_of_foreigner("W19 full_name", full_name="TESTOVA ANNA MRS")


@pytest.mark.parametrize("name", ["Nguy?n V?n Th?", "Nguyá»…n VÄƒn Thá»", "NguyÔn V¨n Thö"])
def test_the_form_refuses_what_a_file_refuses(name: str) -> None:
    assert "E23" in by_form(name)


def test_every_door_has_the_same_rules() -> None:
    today = vietnamese_guest(TODAY)
    early = replace(today, birth_date=today.birth_date.replace(year=1))
    late = replace(today, departure=replace(today.departure, day=TODAY.replace(year=2036)))
    year = replace(today, birth_precision=BirthPrecision.YEAR)
    for guest, code in ((early, "E21"), (late, "E31"), (year, "E20")):
        assert code in {found.code for found in judge_declaration(guest, NOW)[1]}
    passport, found = judge_declaration(foreign_guest(TODAY, number="b1234567"), NOW)
    assert (passport.document_number, found) == ("B1234567", [])


@given(guests)
def test_what_was_meant_stays_what_was_meant(guest: GuestDeclaration) -> None:
    once, _ = settled(guest)
    assert settled(once) == (once, [])


@given(st.text(max_size=40))
def test_any_text_settles_at_once(text: str) -> None:
    values = {"full_name": text, "nationality": "VNM", "note": text, "document_number": text, "phone": text}
    settle(values)
    again = dict(values)
    assert settle(again) == []
    assert again == values
