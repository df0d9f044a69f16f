"""What an officer typed: which kind of key it is, and the words by which names are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from tracking.search.typed import Kind, patterns_of, read_sought, search_text, words_of


@pytest.mark.parametrize(
    "text",
    [
        "H17.20551-261120-0001",
        " h17.20551-261120-0001 ",
        "H17.20551\u2013261120\u20110001",
        "h17.20551 261120 0001",
        "H17.20551_261120_0001.",
    ],
)
def test_a_whole_code_is_one_however_it_is_typed(text: str) -> None:
    assert (read_sought(text).kind, read_sought(text).value) == (Kind.CODE, "H17.20551-261120-0001")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("0001", "-0001"),
        ("1", "-0001"),
        ("12345", "-12345"),
        ("261120-0001", "261120-0001"),
        ("261120 7", "261120-0007"),
        ("2611200007", "261120-0007"),
        ("20\u201312", "20-0012"),
    ],
)
def test_the_end_of_a_code(text: str, end: str) -> None:
    assert (read_sought(text).kind, read_sought(text).value) == (Kind.CODE_END, end)


@pytest.mark.parametrize(
    ("text", "before", "end"),
    [
        ("17.20551 261120 1", "1720551", "261120-0001"),
        ("H17205512611200001", "H1720551", "261120-0001"),
        ("h17.20551 2611200001", "H1720551", "261120-0001"),
        ("205512611200001", "20551", "261120-0001"),
        ("26112O-O001", "", "261120-0001"),
        ("#0001", "", "-0001"),
    ],
)
def test_an_end_with_what_stands_before_it(text: str, before: str, end: str) -> None:
    sought = read_sought(text)
    assert (sought.kind, sought.before, sought.value) == (Kind.CODE_END, before, end)


@pytest.mark.parametrize(
    "text",
    [
        "0912345678",
        "+84 912 345 678",
        "0912.345.678",
        "\u202a0912345678\u202c",
        "84912345678",
        "912345678",
        "0084 912 345 678",
        "(+84) 912-345-678",
        "+84 (0)912 345 678",
        "O912 345 678",
        "09l2345678",
        "SĐT: 0912 345 678",
        "0912345678 (chị Mẫu)",
        "Nguyễn Thị Mẫu 0912.345.678",
    ],
)
def test_a_phone(text: str) -> None:
    assert (read_sought(text).kind, read_sought(text).value) == (Kind.PHONE, "+84912345678")
    assert read_sought(text).is_personal


@pytest.mark.parametrize(
    "text",
    [
        "049190000017",
        "049 190 000 017",
        "０４９１９０００００１７",
        "049-190-000-017",
        "49190000017",
        "O4919OOOOO17",
        "CCCD: 049190000017",
        "căn cước số 049.190.000.017",
        "049190000017 Nguyễn Thị Mẫu",
    ],
)
def test_an_identity_number(text: str) -> None:
    assert (read_sought(text).kind, read_sought(text).value) == (Kind.IDENTITY, "049190000017")
    assert read_sought(text).is_personal


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nguyễn  Văn Thử", ("nguyen", "van", "thu")),
        ("ÐẶNG", ("dang",)),
        ("H'Hen Niê", ("hhen", "nie")),
        ("Kim\u2013Ngân", ("kimngan",)),
        ("Mì Quảng 1A", ("mi", "quang", "1a")),
        ("100%_", ("100",)),
        ("Hộ kinh doanh Mì Quảng", ("mi", "quang")),
        ("HKD Mì Quảng", ("mi", "quang")),
        ("hộ kinh doanh", ("ho", "kinh", "doanh")),
        ("Thử 2026", ("thu", "2026")),
        ("Quán 79 Lê Lợi", ("quan", "79", "le", "loi")),
    ],
)
def test_anything_else_is_words(text: str, words: tuple[str, ...]) -> None:
    sought = read_sought(text)
    assert sought.words == words
    assert sought.kind in (Kind.WORDS, Kind.CODE_END)


@pytest.mark.parametrize("text", ["...", "%%", "\u200b", "  "])
def test_a_text_that_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(DomainError, match="invalid_fields"):
        read_sought(text)


def test_a_name_is_found_by_the_parts_of_its_words_and_by_the_whole() -> None:
    assert search_text(["H'Hen Niê", "Quán Kim-Ngân"]) == " hhen h hen nie quan kimngan kim ngan "


@given(st.text(max_size=80))
def test_a_name_is_found_by_itself(name: str) -> None:
    kept = search_text([name])
    for pattern in patterns_of(words_of([name], whole=True)):
        assert pattern[1:-1] in kept


@given(st.text(max_size=80))
def test_no_text_is_too_odd(text: str) -> None:
    try:
        sought = read_sought(text)
    except DomainError:
        # It names nothing.
        assert not words_of([text])
    else:
        assert 0 < len(sought.words) <= 8
        assert not any(sign in "".join(sought.words) for sign in "%_\\")
