"""How a refusal says its values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_contract.wording import placeholders, say, say_number, say_size, say_wait
from tests.support.words import faults


@pytest.mark.parametrize(
    ("seconds", "vi", "en"),
    [
        (1, "1 giây", "1 second"),
        (17, "17 giây", "17 seconds"),
        (89, "89 giây", "89 seconds"),
        (90, "2 phút", "2 minutes"),
        (561, "10 phút", "10 minutes"),
        (3600, "60 phút", "60 minutes"),
        (86_400, "24 giờ", "24 hours"),
        (172_801, "3 ngày", "3 days"),
    ],
)
def test_a_wait_is_in_round_figures_and_never_too_short(seconds: int, vi: str, en: str) -> None:
    assert (say_wait(seconds, "vi"), say_wait(seconds, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("octets", "vi", "en"),
    [
        (20 << 20, "20 MB", "20 MB"),
        (20_971_520, "20 MB", "20 MB"),
        (1_572_864, "1,5 MB", "1.5 MB"),
        (5 << 30, "5 GB", "5 GB"),
        (900, "1 KB", "1 KB"),
        (2048, "2 KB", "2 KB"),
    ],
)
def test_a_size_is_in_the_unit_that_people_know(octets: int, vi: str, en: str) -> None:
    assert (say_size(octets, "vi"), say_size(octets, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("number", "vi", "en"),
    [(2026, "2026", "2026"), (100_000, "100.000", "100,000"), (-12_345, "-12.345", "-12,345"), (0, "0", "0")],
)
def test_figures_are_grouped_as_the_language_does(number: int, vi: str, en: str) -> None:
    assert (say_number(number, "vi"), say_number(number, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("text", "params", "vi", "en"),
    [
        ("{state:status}", {"state": 5}, "“Yêu cầu bổ sung giấy tờ”", "“Supplement requested”"),
        (
            "{at:status}",
            {"at": [4, 9]},
            "“Đang xử lý” hoặc “Đã xử lý xong”",
            "“Being processed” or “Processing finished”",
        ),
        ("{needed:role}", {"needed": "leader"}, "lãnh đạo ký duyệt", "a leader who signs"),
        (
            "{needed:role}",
            {"needed": ["appraiser", "hand_over", "receiver"]},
            "cán bộ thẩm định, cán bộ trả kết quả hoặc cán bộ tiếp nhận",
            "an appraising officer, an officer who hands results over or a receiving officer",
        ),
        ("{types:data_type}", {"types": "integer"}, "số nguyên", "a whole number"),
        ("{types:data_type}", {"types": ["string", "null"]}, "chữ hoặc để trống", "text or nothing"),
        ("{last:day}", {"last": "2026-11-30"}, "30/11/2026", "30/11/2026"),
        ("{n} {n:count item}", {"n": 1}, "1 1 item", "1 1 item"),
        ("{max_bytes:size}", {}, "…", "…"),
        ("{needed:role}", {"needed": "unheard_of"}, "…", "…"),
        ("{allowed_from:status}", {"allowed_from": []}, "…", "…"),
    ],
)
def test_values_are_said_in_words(text: str, params: dict[str, object], vi: str, en: str) -> None:
    assert (say(text, params, "vi"), say(text, params, "en")) == (vi, en)


def test_the_ways_of_a_text_are_known() -> None:
    assert placeholders("{a} {b:size} {c:count supplement request}") == {"a": "plain", "b": "size", "c": "count"}


@given(st.integers(0, 10**9), st.sampled_from(["vi", "en"]))
def test_no_wait_and_no_size_is_in_figures_that_nobody_reads(amount: int, language: str) -> None:
    wait, size = say_wait(amount, language), say_size(amount, language)
    assert faults(f"Hãy đợi {wait} rồi gửi tệp đến {size}.", language) == []
    units = {"giây": 1, "second": 1, "phút": 60, "minute": 60, "giờ": 3600, "hour": 3600, "ngày": 86_400, "day": 86_400}
    number, unit = wait.split()
    promised = int(number.replace(".", "").replace(",", "")) * units[unit.removesuffix("s")]
    assert amount <= promised < amount + 86_400
