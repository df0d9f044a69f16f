"""Letters of every people of Vietnam print."""

import pytest

from kernel.texts.printing import REPLACEMENT, printable

NAMES = (
    "Y Ƀhiêr Êban",
    "Ksor H’Bơ\u0306",
    "Čil Mŭp Ñĕt Ĭt",
    "Ƀuôn Ama Thŏ\u0306",
    "Ư\u0306ng Ô\u0306ng Ê\u0306 Â\u0306",
    "H‘Hen Niê",
    "HʼHen Niê",
    "Kră Jăn Ha Bŏ",
    "N\u0306hang B\u0306lang",
    "Đặng Thị Thử",
    "Łukasz Żółć",
    "Αθήνα Кафе",
)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_name_is_lost(name: str) -> None:
    assert REPLACEMENT not in printable(name)


def test_what_cannot_be_shown_says_so() -> None:
    assert printable("Quán 😀\n咖 x") == f"Quán {REPLACEMENT} {REPLACEMENT} x"
