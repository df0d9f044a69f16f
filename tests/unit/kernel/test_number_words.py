"""Numbers written out in Vietnamese, as people of all regions write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.texts.folding import strip_accents
from kernel.texts.number_words import read_number_words

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def group(number: int, *, whole: bool) -> str:
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    said = [f"{DIGITS[hundreds]} trăm"] if hundreds or whole else []
    if tens == 1:
        said.append("mười")
    elif tens:
        said.append(f"{DIGITS[tens]} mươi")
    elif ones and said:
        said.append("lẻ")
    if ones:
        said.append({1: "mốt" if tens > 1 else "một", 5: "lăm" if tens else "năm"}.get(ones, DIGITS[ones]))
    return " ".join(said)


def written(number: int) -> str:
    """As a schoolbook writes it, below a thousand billion."""
    said: list[str] = []
    for size, name in ((10**9, "tỷ"), (10**6, "triệu"), (10**3, "nghìn"), (1, "")):
        part = number // size % 1000
        if part:
            said.append(f"{group(part, whole=bool(said))} {name}".strip())
    return " ".join(said)


@given(st.integers(1, 10**12 - 1))
def test_what_is_written_out_is_read_back(number: int) -> None:
    words = written(number)
    for spelled in (
        words,
        words.upper(),
        f"{words} đồng",
        f"{words.capitalize()} đồng chẵn.",
        words.replace("nghìn", "ngàn").replace("tỷ", "tỉ").replace("lẻ", "linh"),
        strip_accents(words),
    ):
        assert read_number_words(spelled) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("50 triệu", 50_000_000),
        ("50.000.000 đồng", 50_000_000),
        ("hai triệu rưỡi", 2_500_000),
        ("một tỷ rưỡi", 1_500_000_000),
        ("Một trăm triệu đồng Việt Nam", 100_000_000),
        ("bốn lăm triệu", 45_000_000),
        ("mười nhăm triệu", 15_000_000),
        ("một nghìn tỷ", 10**12),
    ],
)
def test_other_spellings(text: str, number: int) -> None:
    assert read_number_words(text) == number


@pytest.mark.parametrize(
    "text", ["", "đồng", "xin chào", "hai tỷ tỷ", "triệu", "năm trăm tỷ triệu", "năm năm năm", "một " * 200]
)
def test_what_says_no_number(text: str) -> None:
    assert read_number_words(text) is None


@given(st.text(max_size=400))
def test_any_text_is_read_or_not(text: str) -> None:
    number = read_number_words(text)
    assert number is None or number >= 0
