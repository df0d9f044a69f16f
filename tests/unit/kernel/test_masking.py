"""No identifier survives the filter, and what an operator needs to read does."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.observing.masking import mask, mask_text


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("số 049090000001 của", "049090000001"),
        ("cmnd 205000001.", "205000001"),
        ("gọi 0912345678 nhé", "0912345678"),
        ("to +84912345678", "+84912345678"),
        ("to 84 912 345 678", "84 912 345 678"),
        ("0912.345.678", "0912.345.678"),
        ("mail an@example.vn", "an@example.vn"),
        ("Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop"),
        ("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJzdWIiOiIxIn0"),
    ],
)
def test_personal_values_are_masked(text: str, secret: str) -> None:
    assert secret not in mask_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "H17.20551-261120-0001",
        "0195f1a2-7c3d-7e4f-8a5b-0123456789ab",
        "2026-11-20T10:00:00+07:00",
        "took 128 ms, 1000 rows, port 8000",
    ],
)
def test_what_operators_need_stays(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize("key", ["Authorization", "access_token", "client_secret", "api_key", "cookie"])
def test_values_under_telling_keys_are_hidden_whole(key: str) -> None:
    assert mask({key: "anything at all"}) == {key: "[secret]"}


@given(st.from_regex(r"0(3|5|7|8|9)[0-9]{8}", fullmatch=True), st.from_regex(r"0[0-9]{11}", fullmatch=True))
def test_masking_reaches_every_depth(phone: str, identity: str) -> None:
    event = {"a": [{"b": f"x {phone} y"}, (identity,)], "c": {"d": {"e": phone}}}
    shown = json.dumps(mask(event))
    assert phone not in shown
    assert identity not in shown
