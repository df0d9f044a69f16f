"""How names, offices, times, money and reasons are shortened."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.notices import Person, Place, Value
from notify.templates.forms import ACCENTED, Kind, Script, accented, forms, sentence, shorten
from notify.templates.sms_text import measure, septets

WORDS = st.lists(st.text("abcđêốÁ[€", min_size=1, max_size=12), min_size=1, max_size=8).map(" ".join)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "Nguyễn Thị Minh Phương",
            ("Nguyen Thi Minh Phuong", "Nguyen T.M.Phuong", "N.T.M.Phuong", "N.Phuong"),
        ),
        ("Lê Thử", ("Le Thu", "L.Thu")),
        ("Thử", ("Thu",)),
        ("Công Tằng Tôn Nữ Thị Thử", ("Cong Tang Ton Nu Thi Thu", "Cong T.T.N.T.Thu", "C.T.T.N.T.Thu", "C.Thu")),
    ],
)
def test_a_person_keeps_the_given_name(name: str, expected: tuple[str, ...]) -> None:
    assert forms(Kind.HANDLER, Person(name)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ủy ban nhân dân phường Điện Bàn", ("UBND phuong Dien Ban", "UBND P.Dien Ban")),
        ("UBND P.Dien Ban", ("UBND P.Dien Ban",)),
        ("Ủy ban nhân dân xã Gò Nổi", ("UBND xa Go Noi", "UBND X.Go Noi")),
        ("Xã Thanh Phương", ("Xa Thanh Phuong", "X.Thanh Phuong")),
        ("Đặc khu Hoàng Sa", ("Dac khu Hoang Sa", "DK.Hoang Sa")),
        ("Bộ phận Tiếp nhận và Trả kết quả", ("Bo phan Mot cua", "BP Mot cua")),
        (
            "Trung tâm Phục vụ hành chính công phường Xuân Hương - Đà Lạt",
            ("TT PVHCC phuong Xuan Huong - Da Lat", "TT PVHCC P.Xuan Huong - Da Lat", "TT PVHCC P.Xuan Huong..."),
        ),
    ],
)
def test_an_office_is_abbreviated_by_the_table(name: str, expected: tuple[str, ...]) -> None:
    assert forms(Kind.OFFICE, name) == expected
    assert forms(Kind.HANDLER, name) == expected


def test_a_time_is_vietnams_and_loses_its_century_first() -> None:
    assert forms(Kind.TIME, datetime(2026, 11, 26, 3, 0, tzinfo=UTC)) == ("10:00 26/11/2026", "10:00 26/11/26")


def test_money_is_grouped() -> None:
    assert forms(Kind.MONEY, 100_000) == ("100.000d",)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TIME, "10:00"),
        (Kind.MONEY, "100.000"),
        (Kind.WHOLE, 5),
        (Kind.OFFICE, 5),
        (Kind.HANDLER, 5),
        (Kind.REASON, 5),
        (Kind.OFFICE, Person("Lê Thử")),
        (Kind.MONEY, True),
        (Kind.COUNT, "5"),
        (Kind.NAME, 5),
        (Kind.STATUS, 5),
        (Kind.DAY, datetime(2026, 11, 26, tzinfo=UTC)),
        (Kind.DAY, "26/11/2026"),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: Kind, value: Value) -> None:
    with pytest.raises(TypeError):
        forms(kind, value)


def test_days_and_numbers_are_written_shortly() -> None:
    assert forms(Kind.DAY, date(2026, 11, 5)) == ("05/11/2026", "05/11")
    assert forms(Kind.COUNT, 12) == ("12",)


def test_with_accents_an_office_is_written_out_first() -> None:
    assert forms(Kind.OFFICE, "Ủy ban nhân dân phường Xuân Hương - Đà Lạt", ACCENTED) == (
        "Ủy ban nhân dân phường Xuân Hương - Đà Lạt",
        "UBND phường Xuân Hương - Đà Lạt",
        "UBND P.Xuân Hương - Đà Lạt",
        "UBND P.Xuân Hương...",
    )
    assert forms(Kind.HANDLER, "Bộ phận Tiếp nhận và Trả kết quả", ACCENTED)[1:] == ("Bộ phận Một cửa", "BP Một cửa")
    assert forms(Kind.HANDLER, Person("Nguyễn Thị Đoan Phương"), ACCENTED)[1] == "Nguyễn T.Đ.Phương"


def test_a_cut_leaves_no_letter_without_its_mark() -> None:
    text = "Mâu thuâ\u0323n chưa rõ"
    for limit in range(4, len(text)):
        short = shorten(text, limit, len)
        assert len(short) <= limit
        kept = short.removesuffix("...")
        assert text.startswith(kept)
        assert not text[len(kept) :].startswith("\u0323")


@pytest.mark.parametrize("text", ["A\u202eB", "A\u200bB", "A\u2066B\u2069", "\ufeffAB", "A\u00adB", "A\x00B"])
def test_marks_that_nobody_sees_are_not_shown(text: str) -> None:
    assert accented(text) == "AB"
    assert forms(Kind.NAME, text, ACCENTED) == ("AB",)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("王小明", "Bo phan Mot cua", "BP Mot cua"),
        ("서울", "Bo phan Mot cua", "BP Mot cua"),
        ("Kim 민수", "Kim (Bo phan Mot cua)", "BP Mot cua"),
        ("🙂", "Bo phan Mot cua", "BP Mot cua"),
    ],
)
def test_a_person_without_spelling_is_named_by_unit(name: str, first: str, last: str) -> None:
    written = forms(Kind.HANDLER, Person(name, "Bộ phận Tiếp nhận và Trả kết quả"))
    assert (written[0], written[-1]) == (first, last)
    assert forms(Kind.HANDLER, Person(name, "Bộ phận"), ACCENTED)[0] == name


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("호텔 다낭", "Khach san 12 Tran Phu"),
        ("サクラホテル", "Khach san 12 Tran Phu"),
        ("Отель Чайка", "Khach san 12 Tran Phu"),
        ("Sakura さくら", "Sakura (Khach san 12 Tran Phu)"),
        ("Khách sạn Ðà Nẵng", "Khach san Da Nang"),
    ],
)
def test_a_place_without_spelling_is_named_by_kind_and_address(name: str, first: str) -> None:
    place = Place(name, "Khách sạn", "12 Trần Phú")
    assert forms(Kind.NAME, place)[0] == first
    assert forms(Kind.NAME, place, ACCENTED)[0] == name


@pytest.mark.parametrize(("name", "written"), [("🙂", "(...)"), (":", "(...)"), ("本社PMS", "(...)PMS"), ("", "")])
def test_a_name_that_nothing_better_is_known_for_leaves_a_gap(name: str, written: str) -> None:
    assert forms(Kind.NAME, name)[0] == written


@pytest.mark.parametrize("name", [":0 :", "- An .", "'A 'B"])
def test_no_form_of_a_name_loses_its_last_letter(name: str) -> None:
    assert all(any(sign.isalnum() for sign in written) for written in forms(Kind.HANDLER, Person(name, "Tổ")))


def test_a_reason_without_spelling_sends_its_reader_to_the_app() -> None:
    assert forms(Kind.REASON, "身份证过期")[0] == "xem thong bao tren ung dung."
    assert forms(Kind.REASON, "身份证过期", Script(accents=False, language="en", size=septets))[0] == (
        "see the notice in the app."
    )
    assert forms(Kind.REASON, "Thiếu 身份证 bản sao")[0] == "Thieu (...) ban sao."


def test_half_a_character_is_not_sent() -> None:
    assert accented(" Thie\u0302\u0301u\n \ud83d😀\x07 ") == "Thiếu 😀"


@given(st.sampled_from([Kind.OFFICE, Kind.REASON, Kind.WHOLE]), WORDS)
def test_every_next_form_is_shorter_and_all_are_gsm7(kind: Kind, words: str) -> None:
    sizes = [measure(text) for text in forms(kind, words)]
    assert {size.encoding for size in sizes} == {"GSM-7"}
    assert all(size.units > after.units for size, after in pairwise(sizes))


@given(WORDS, st.integers(min_value=8, max_value=60))
def test_a_shortened_text_fits_and_says_that_it_was_cut(words: str, limit: int) -> None:
    plain = forms(Kind.WHOLE, words)[0]
    short = shorten(plain, limit)
    assert measure(short).units <= limit
    if short != plain:
        assert short.endswith("...")
        assert plain.startswith(short[:-3])


def test_is_cut_between_words_where_that_loses_little() -> None:
    assert shorten("Giay de nghi chua co chu ky", 20) == "Giay de nghi chua..."
    assert shorten("Giay deeeeeeeeeeeeeeeeeeeeeee", 20) == "Giay deeeeeeeeeee..."


def test_a_reason_becomes_a_sentence() -> None:
    assert sentence("Thieu giay to") == "Thieu giay to."
    assert sentence("Thieu giay to!") == "Thieu giay to!"
    assert forms(Kind.REASON, " Thiếu\n giấy tờ ") == ("Thieu giay to.",)
