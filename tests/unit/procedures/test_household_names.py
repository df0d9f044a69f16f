"""Names of household businesses by Nghị định 168/2025/NĐ-CP, and which of them are one name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.texts.folding import latin
from kernel.texts.vietnam import fold_name
from procedures.forms.business_names import PREFIX, business_name_doubts, business_name_fault, other_name_fault
from procedures.forms.checking import FormCheck, check_form
from tests.unit.procedures.household import TODAY, procedure, values


def named(**names: str) -> FormCheck:
    return check_form(procedure(), {**values(), **names}, draft=False, today=TODAY)


def key(name: str) -> str:
    return fold_name(name, ignore_prefixes=[PREFIX])


@pytest.mark.parametrize(
    "name",
    [
        "Mì Quảng “Nhớ”",
        "Quán 'Út' – Cơm niêu",
        "Trà sữa 100% tươi!",
        "Bún: chả cá; nem @ Hội An",
        "Quán số #1 ®",
        "Fuji Jazz Zwing",
        "A&B",
        "Bánh mì 24/7",
        "24/7",
        "Hộ kinh doanh Ơ",
        "MÌ QUẢNG BÀ MUA",
        "Café Đà Lạt",
        "Công Tý Sửu",
        "Nhà hàng Doanh Nhân",
        "Cống Ty",
        "Quán „Nhớ“ №2™",
        "Ｍì Ｑuảng",
        "Kem\u200b Bông",
    ],
)
def test_a_name_with_digits_and_signs_is_taken(name: str) -> None:
    for form in (name, f"Hộ kinh doanh {name}"):
        assert named(hkd_tenVN=form).errors == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Công ty Mì Quảng", "name_company"),
        ("Hộ kinh doanh CÔNG TY Mì Quảng", "name_company"),
        ("Doanh nghiệp Thử", "name_company"),
        ("Công-ty Thử", "name_company"),
        ("C.ô.n.g T.y Thử", "name_company"),
        ("Côngty Thử", "name_company"),
        ("Công\u200bty Thử", "name_company"),
        ("Công\u00a0ty Thử", "name_company"),
        ("Сông ty Thử", "name_company"),
        ("Ｃông ｔy Thử", "name_company"),
        ("Công ti Thử", "name_company"),
        ("cong ty thu", "name_company"),
        ("DOANH NGHIEP TU NHAN", "name_company"),
        ("Co\u0302ng ty Thử", "name_company"),
        ("...", "name_without_letters"),
        ("((()))", "name_without_letters"),
        ("“–”", "name_without_letters"),
        ("Hộ kinh doanh !!!", "name_without_letters"),
        ("咖啡馆", "name_letters"),
        ("Кафе", "name_letters"),
        ("Quán 김치", "name_letters"),
        ("Röstwerk", "name_letters"),
        ("Ça va", "name_letters"),
        ("Số ٣", "name_letters"),
        ("Quán 😀 vui", "name_unprintable"),
        ("Quán ❤ Em", "name_unprintable"),
        ("Quán ①", "name_unprintable"),
    ],
)
def test_a_name_that_the_decree_forbids_is_refused(name: str, code: str) -> None:
    assert [(each.pointer, each.code) for each in named(hkd_tenVN=name).errors] == [("/form_values/hkd_tenVN", code)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Đức Anh", "Ðức Anh"),
        ("Đức Anh", "Ɖức Anh"),
        ("Quảng A", "Quảng А"),
        ("Mì Quảng", "Mì\u200b Quảng"),
        ("Mì Quảng", "mì  quảng"),
        ("Mì Quảng", "Ｍì Ｑuảng"),
        ("Út's", "Út’s"),
        ("Kim-Ngân", "Kim–Ngân"),
        ('"Nhớ"', "“Nhớ”"),
        ("Hòa", "Hoà"),
        ("Hộ kinh doanh Nhớ", "HỘ KINH DOANH  nhớ"),
        ("Soạn", "\u202aSoạn\u202c"),
    ],
)
def test_names_that_look_the_same_are_one(first: str, second: str) -> None:
    assert key(first) == key(second) == key(latin(second))


def test_accents_tell_names_apart() -> None:
    assert len({key(name) for name in ("Thu", "Thư", "Thú", "Thủ", "Đung", "Dung")}) == 6


def test_a_name_is_stored_in_the_letters_that_were_meant() -> None:
    stored = named(hkd_tenVN="  Ðức Аnh\u200b “Ｑuán” ", hkd_tenVietTat="ÐA").values
    assert (stored["hkd_tenVN"], stored["hkd_tenVietTat"]) == ("Đức Anh “Quán”", "ĐA")


@pytest.mark.parametrize(
    ("name", "doubts"),
    [
        ("Cty Mì Quảng", ["name_like_company"]),
        ("Mì Quảng Co., Ltd", ["name_like_company"]),
        ("Mì Quảng TNHH", ["name_like_company"]),
        ("Buôn Ƀlă", ["name_letters_of_a_people"]),
        ("Rượu cần Ê\u0306đê", ["name_letters_of_a_people"]),
        ("Hơ\u0306mon Ñ", ["name_letters_of_a_people"]),
        ("Hộ kinh doanh 123", ["name_of_digits"]),
        ("24/7", ["name_of_digits"]),
        ("Limitless", []),
        ("Mì Quảng", []),
    ],
)
def test_what_an_officer_should_look_at(name: str, doubts: list[str]) -> None:
    checked = named(hkd_tenVN=name)
    assert checked.errors == []
    assert [(each.pointer, each.code) for each in checked.warnings] == [
        ("/form_values/hkd_tenVN", doubt) for doubt in doubts
    ]


@pytest.mark.parametrize("field", ["hkd_tenEN", "hkd_tenVietTat"])
def test_other_names(field: str) -> None:
    assert named(**{field: "Röstwerk Café 1"}).errors == []
    for name, code in (
        ("CÔNG TY ABC", "name_company"),
        ("!!!", "name_without_letters"),
        ("ABC 🍜", "name_unprintable"),
    ):
        assert [each.code for each in named(**{field: name}).errors] == [code]


@given(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    name = latin(text)
    assert business_name_fault(name) in (
        None,
        "name_company",
        "name_without_letters",
        "name_letters",
        "name_unprintable",
    )
    assert other_name_fault(name) in (None, "name_company", "name_without_letters", "name_unprintable")
    assert set(business_name_doubts(name)) <= {
        "name_of_digits",
        "name_like_company",
        "name_letters_of_a_people",
    }
    assert latin(name) == name


@given(st.sampled_from(["công ty", "Doanh Nghiệp", "CÔNG TY"]), st.text("abcđơư 12-.", max_size=20))
def test_no_surroundings_hide_a_forbidden_phrase(phrase: str, rest: str) -> None:
    named: Any = f"{rest} {phrase} {rest}"
    assert business_name_fault(named) == "name_company"
