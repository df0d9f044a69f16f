"""Counting and spelling of text messages."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.templates.sms_text import NotGsm7, measure, spelled, to_gsm7

CASES = json.loads((Path(__file__).parents[2] / "data" / "sms_segment_cases.json").read_text(encoding="utf-8"))
GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./09:;<=>?¡AZÄÖÑÜ§¿azäöñüà"
EXTENSION = "\f^{}\\[~]|€"
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyÀẢÃÁẠẰẲẴẮẶẦẨẪẤẬĐÈẺẼÉẸỀỂỄẾỆÌỈĨÍỊ ÒỎÕÓỌỒỔỖỐỘỜỞỠỚỢÙỦŨÚỤỪỬỮỨỰỲỶỸÝỴ"
VIETNAMESE = st.text(LETTERS, max_size=200)


@pytest.mark.parametrize("case", CASES["named"] + CASES["random"])
def test_counts_as_two_other_calculators_do(case: dict[str, str | int]) -> None:
    assert measure(str(case["text"])) == (case["encoding"], case["units"], case["segments"])


def test_a_text_of_nothing_is_still_one_message() -> None:
    assert measure("") == ("GSM-7", 0, 1)


@given(st.text(GSM + EXTENSION, max_size=700))
def test_a_double_septet_is_never_split(text: str) -> None:
    encoding, units, segments = measure(text)
    assert encoding == "GSM-7"
    assert units == sum(2 if char in EXTENSION else 1 for char in text)
    assert segments == _greedy([2 if char in EXTENSION else 1 for char in text], 160, 153)


@given(st.text("aế😀", min_size=1, max_size=300).filter(lambda text: set(text) & {"ế", "😀"}))
def test_a_surrogate_pair_is_never_split(text: str) -> None:
    encoding, units, segments = measure(text)
    assert encoding == "UCS-2"
    assert units == len(text.encode("utf-16-le")) // 2
    assert segments == _greedy([len(char.encode("utf-16-le")) // 2 for char in text], 70, 67)


def _greedy(widths: list[int], single: int, each: int) -> int:
    if sum(widths) <= single:
        return 1
    parts = [0]
    for width in widths:
        if parts[-1] + width > each:
            parts.append(0)
        parts[-1] += width
    return len(parts)


@pytest.mark.parametrize(
    ("accented", "plain"),
    [
        ("Điện Bàn, Quảng Nam", "Dien Ban, Quang Nam"),
        ("Nguyễn Thị Minh Phương", "Nguyen Thi Minh Phuong"),
        ("“Hộ kinh doanh” – ‘Mì Quảng’…", "\"Ho kinh doanh\" - 'Mi Quang'..."),
        ("100.000\u00a0₫", "100.000 d"),
        ("Điện", "Dien"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("được ≥ 2 × 3", "duoc >= 2 x 3"),
        ("così è", "cosi e"),
        ("[đ] {ê} €", "[d] {e} €"),
    ],
)
def test_is_spelled_without_accents(accented: str, plain: str) -> None:
    assert to_gsm7(accented) == plain


def test_both_unicode_forms_are_spelled_alike() -> None:
    assert to_gsm7("Thu\u031b\u0300a Thie\u0302n Hue\u0302\u0301") == to_gsm7("Thừa Thiên Huế") == "Thua Thien Hue"


@given(VIETNAMESE)
def test_vietnamese_always_fits_the_alphabet_and_keeps_its_length(text: str) -> None:
    plain = to_gsm7(text)
    assert measure(plain).encoding == "GSM-7"
    assert len(plain) == len(text)
    assert plain.isascii()


def test_what_has_no_spelling_is_refused_by_name() -> None:
    with pytest.raises(NotGsm7) as refused:
        to_gsm7("Hồ sơ 申 và 😀 và 申")
    assert refused.value.characters == "申😀"
    assert str(refused.value) == "outside GSM-7: U+7533, U+1F600"


@given(st.text(max_size=100))
def test_any_text_is_spelled_in_the_alphabet_once_and_for_all(text: str) -> None:
    once = spelled(text)
    assert measure(once.text).encoding == "GSM-7"
    assert spelled(once.text) == (once.text, False)
    assert ("?" in once.text) <= any(mark in text for mark in ("?", "？", "⁇", "⁈", "⁉", "︖", "﹖"))


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("Ðặng Văn Ðức", ("Dang Van Duc", False)),
        ("chưa khớp\u2028Bổ\u000bsung\u0085lại", ("chua khop Bo sung lai", False)),
        ("120m² 🏡 “Mì”", ('120m2 "Mi"', False)),
        ("호텔 다낭", ("", True)),
        ("サクラ Hotel", ("Hotel", True)),
        ("Hotel (호텔) A호텔12", ("Hotel A12", True)),
        ("Гостиница Море", ("", True)),
        ("Caфе Biển", ("Bien", True)),
        ("Δ 5", ("Δ 5", False)),
        ("ΔΕΛΤΑ 5", ("5", True)),
        ("`Mì`", ("'Mi'", False)),
    ],
)
def test_what_cannot_be_spelled_is_left_out_and_told(text: str, spelling: tuple[str, bool]) -> None:
    assert spelled(text) == spelling


def test_a_gap_stands_for_words_that_are_left_out() -> None:
    assert spelled("Thiếu giấy (身份证, 护照) bản sao", gap="(...)").text == "Thieu giay (...) ban sao"
