"""Numbers of people in any spelling, and what looks like one and is none."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.observing.masking import mask, mask_text
from kernel.texts.folding import typed

BETWEEN = st.sampled_from(["", " ", "  ", ".", "-", "–", "—", "\u2011", "−", "\u00a0", "/", "·", "%20", "\u200b", ") "])
PREFIXES = [
    "0",
    "+84",
    "+84 ",
    "(+84) ",
    "(+84)",
    "+84 (0) ",
    "+84(0)",
    "0084",
    "00 84 ",
    "84 ",
    "%2B84",
    "＋84",
    "tel:+84-",
]
AROUND = st.sampled_from(
    ["{}", "To={}", "phone_{}", "{}_1", "x{}y", '"{}"', "({})", "[{}]", "<{}>", "/{}/", "{},", "{}.", "a {} b 12 ms"]
)


def _leaks(shown: str, digits: str) -> bool:
    """Whether six digits of a number in a row can still be read."""
    read = "".join(sign for sign in typed(shown).replace("%20", "").replace("%2B", "") if sign.isdigit())
    return any(digits[at : at + 6] in read for at in range(len(digits) - 5))


@given(
    st.sampled_from(PREFIXES), st.from_regex(r"[35789][0-9]{8}", fullmatch=True), st.lists(BETWEEN, max_size=3), AROUND
)
def test_a_mobile_number_is_masked_in_any_spelling(prefix: str, rest: str, between: list[str], around: str) -> None:
    cuts = [rest[:2], rest[2:5], rest[5:]] if len(between) < 3 else [rest[:2], rest[2:4], rest[4:6], rest[6:]]
    written = cuts[0] + "".join(mark + cut for mark, cut in zip([*between, "", "", ""], cuts[1:], strict=False))
    assert not _leaks(mask_text(around.format(prefix + written)), rest)


@given(
    st.sampled_from(["024", "028", "0236", "(024) ", "+84 24 ", "0235 "]), st.from_regex(r"3[0-9]{6,7}", fullmatch=True)
)
def test_a_landline_is_masked(area: str, rest: str) -> None:
    digits = "".join(sign for sign in area if sign.isdigit()) + rest
    if len(digits.removeprefix("84")) + digits.startswith("84") in (10, 11):
        assert not _leaks(mask_text(f"gọi {area}{rest}."), rest)


@given(
    st.from_regex(r"0[0-9]{11}", fullmatch=True),
    st.sampled_from([(3, 3, 3, 3), (4, 4, 4), (6, 6), (3, 9), (12,), (3, 1, 2, 6)]),
    BETWEEN,
    AROUND,
)
def test_an_identity_number_is_masked_however_it_is_grouped(
    number: str, sizes: tuple[int, ...], between: str, around: str
) -> None:
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    assert not _leaks(mask_text(around.format(between.join(groups))), number)


@pytest.mark.parametrize(
    "text",
    [
        "To=%2B84912345678",
        "0084912345678",
        "+84 (0) 912 345 678",
        "(+84)912345678",
        "(0912) 345 678",
        "0912–345–678",
        "0912  345  678",
        "phone_0912345678",
        "0912345678_1",
        "0912345678-1",
        "01681234567",
        "024 3825 1234",
        "02363811234",
        "049 090 001 234",
        "0912345678 0987654321",
        "128 0912345678 77",
        "+1 415 555 2671",
        "912 345 678",
        "\u202a0912345678\u202c",
        "０９１２３４５６７８",
        "49090001234",
        "%28%2B84%29%20912%20345%20678",
        "0.912.345.678",
    ],
)
def test_no_six_digits_are_left(text: str) -> None:
    shown = mask_text(text)
    assert "[" in shown
    assert not any(shown[at : at + 5].isdigit() for at in range(len(shown) - 4))


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("a%40b.vn", "b.vn"),
        ("to=nguyen.van%40example.com.vn&x=1", "example"),
        ("x＠example.vn", "example"),
        ("x%40y@example.vn", "example"),
        ("%C3%A1n%40example.vn", "example"),
        ("redis://user:pa55@host/0", "pa55"),
        ("access_token=abc123def456", "abc123def456"),
        ('{"refresh_token": "r1234567890x"}', "r1234567890x"),
        ("password: hunter2hunter2", "hunter2hunter2"),
        ("Authorization=Bearer%20abc.def-123456", "def-123456"),
    ],
)
def test_mail_and_secrets_are_masked_in_addresses_and_bodies(text: str, gone: str) -> None:
    assert gone not in mask_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "000.00.00.H17-261120-0001",
        "H17.48.20551-20261120-0001234",
        "0195f1a27c3d7e4f8a5b0123456789ab",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "2026-11-20 10:00:00.123456+07:00",
        "2026/11/20 10:00",
        "10:00 20/11/2026",
        "2026-11-20T03:00:00Z 2026-11-21",
        "127.0.0.1:54321 → 10.0.12.34",
        "took 0.123456789 s, 12.987654321 ms, 1e-9",
        "rows 1234567, bytes 20971520, pid 12345, port 5432",
        "at 1764470400, 1764470400123",
        "100.000.000 đồng",
        "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]",
        "tokens: 12, token expired",
        "v1.26.3 (build 2026.11.30)",
        "trước 23:00 30/11/2026, sau 08:00 01/12/2026",
    ],
)
def test_what_is_no_persons_number_stays(text: str) -> None:
    assert mask_text(text) == text


@given(st.uuids(), st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 1, 1)))  # noqa: DTZ001 - any
def test_ids_and_instants_stay(row: UUID, at: datetime) -> None:
    for text in (str(row), at.isoformat(), at.replace(tzinfo=UTC).isoformat(sep=" "), f"{at:%H:%M %d/%m/%Y}"):
        assert mask_text(f"x {text} y") == f"x {text} y"


@given(st.text(max_size=80))
def test_masking_is_total_and_stable(text: str) -> None:
    once = mask_text(text)
    assert mask_text(once) == once


def test_values_of_every_type_are_masked() -> None:
    event = {
        "0912345678": 1,
        "phone": 912345678,
        "seen": {"0912345678"},
        "error": ValueError("no such phone 0912345678"),
        "count": 912345678,
        "row": UUID(int=5),
    }
    shown = mask(event)
    assert "0912345678" not in str(shown)
    assert shown["phone"] == "[hidden]"
    assert (shown["count"], shown["row"]) == (912345678, UUID(int=5))
