"""Look-alikes meet, invisible signs are removed, and what has no spelling says so."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.texts.folding import fold, is_foreign, only_signs, search_key, spell, strip_accents, typed, visible

LATIN = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyÀẢÃÁẠẰỲỶĐ Ðɖłøñß'-.", max_size=60)
UNSEEN = "\u200b\u200e\u202a\u202c\u2066\u2069\u00ad\ufeff\u2060\ufe0f\u034f\u0000\u061c\ue000"[:-1]
BLANKS = "\u2028\u2029\u000b\u0085\u00a0\u3000\u2003\t"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ðặng Văn Ðức", "Đặng Văn Đức"),
        ("ðặng văn ɖức", "ĐẶNG VĂN ĐỨC"),
        ("Ɖiện Bàn", "điện bàn"),
        ("d\u0335iện", "điện"),
        ("H‘Hen Niê", "H'Hen Niê"),
        ("H`Hen Niê", "HʼHEN NIÊ"),
        ("H´Hen", "h＇hen"),
        ("Kim–Ngân", "Kim-Ngân"),
        ("Kim−Ngân", "Kim\u2011Ngân"),
        ("Quảng А", "Quảng A"),
        ("Сà phê Нội Аn", "Cà phê Hội An"),
        ("νăn", "văn"),
        ("Ｍì　Quảng", "mì quảng"),
        ("ﬁn", "fin"),
        ("An\u200b\u202ePhú\ufe0f", "AnPhú"),
        ("An\u2028Phú", "An Phú"),
        ("“Mì”", '"mì"'),
        ("ǎn", "ăn"),
        ("Phòng ①②", "phòng 12"),
        ("Phòng ٣", "Phòng 3"),
    ],
)
def test_look_alikes_meet(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert search_key(one) == search_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Đào", "Dào"), ("An", "Ân"), ("Mơ", "Mo"), ("서울", "부산"), ("ab", "a b")]
)
def test_what_differs_to_a_reader_stays_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=40))
def test_every_layer_is_stable_composed_and_total(text: str) -> None:
    for layer in (visible, typed, fold, search_key):
        once = layer(text)
        assert layer(once) == once
        assert unicodedata.is_normalized("NFC", once)
    assert spell(spell(text)) == spell(text)
    assert search_key(fold(text)) == search_key(text)


@given(LATIN, st.lists(st.tuples(st.integers(0, 60), st.sampled_from(UNSEEN)), max_size=5))
def test_unseen_marks_change_nothing(text: str, marks: list[tuple[int, str]]) -> None:
    dirty = text
    for place, mark in marks:
        dirty = dirty[:place] + mark + dirty[place:]
    assert (fold(dirty), typed(dirty), visible(dirty), spell(dirty)) == (
        fold(text),
        typed(text),
        visible(text),
        spell(text),
    )


@given(st.lists(LATIN.filter(str.strip), min_size=2, max_size=4), st.sampled_from(BLANKS))
def test_every_blank_is_a_space(words: list[str], blank: str) -> None:
    assert fold(blank.join(words)) == fold(" ".join(words))
    assert visible(blank.join(words)) == visible(" ".join(words))


@given(st.text(max_size=60))
def test_no_letter_is_lost_without_being_left_in_sight(text: str) -> None:
    """`spell` may drop no letter and no digit: each leaves an ASCII sign, or itself for the caller to deal with."""
    for sign in visible(text):
        if unicodedata.category(sign)[0] in "LN":
            assert spell(sign).strip(), sign


@given(LATIN)
def test_latin_letters_are_spelled_in_ascii(text: str) -> None:
    assert spell(text).isascii()
    assert strip_accents(spell(text)) == spell(text)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Ðặng Văn Ðức", "Dang Van Duc"),
        ("UBND phường Ɖiện Bàn", "UBND phuong Dien Ban"),
        ("120m²", "120m2"),
        ("10² + 1³", "10^2 + 1^3"),
        ("½ và 1½", "1/2 va 1 1/2"),
        ("① ⑫", "1 12"),
        ("ﬁnance", "finance"),
        ("Ａ１（２）［３］", "A1(2)[3]"),
        ("‹Mì›", '"Mi"'),
        ("30°C", "30oC"),
        ("∙ ‧ ‥ ■ ◦", "- - .. - -"),
        ("a\u2028b\u2029c\u000bd\u0085e", "a b c d e"),
        ("Łódź, Åsa, Straße, Æsir", "Lodz, Asa, Strasse, AEsir"),
        ("Ƀrê", "Bre"),
        ("Quảng А", "Quang A"),
        ("Quảng А 서울", "Quang A 서울"),
        ("Отель Море", "Отель Море"),
        ("100.000₫ ≠ 5€", "100.000d != 5€"),
        ("Москва", "Москва"),
        ("Caфе", "Caфе"),
        ("서울 Hotel 🏨", "서울 Hotel 🏨"),
        ("dòng 1\ndòng 2", "dong 1\ndong 2"),
    ],
)
def test_is_spelled_plainly(text: str, spelled: str) -> None:
    assert spell(text) == spelled


def test_what_has_no_spelling_can_be_told() -> None:
    assert [sign for sign in spell("호텔 A 🏨é") if is_foreign(sign)] == ["호", "텔"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("０９１２\u200b–345", "0912-345"),
        (" \u202a0912\u202c ", "0912"),
        ("Н17", "H17"),
        ("٠٩١٢", "0912"),
        ("a\u00a0\u2003b", "a b"),
    ],
)
def test_typed_text_is_what_was_meant(text: str, meant: str) -> None:
    assert typed(text) == meant


def test_emoji_keep_their_joiners_when_they_are_shown() -> None:
    assert visible("👩\u200d🌾 \u2764\ufe0f\u200d🔥 a\u200db\ufe0f") == "👩\u200d🌾 \u2764\ufe0f\u200d🔥 ab"


def test_only_signs_of_a_code_remain_and_a_long_one_is_none() -> None:
    assert only_signs(" bn–k7.a\u200b ", most=5) == "BNK7A"
    assert only_signs("abcdef", most=5) == ""
    assert only_signs("a" * 10_000, most=5) == ""
