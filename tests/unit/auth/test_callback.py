"""The raw query of a redirect, as the phone hands it over."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.eid.callback import Callback, read_callback
from auth.eid.http import EidRefused

BASE64 = st.binary(min_size=1, max_size=300).map(lambda octets: base64.b64encode(octets).decode())


def test_a_plus_stays_a_plus_and_escapes_are_decoded() -> None:
    read = read_callback("state=abc&code=a+b%2Bc%3D%3D&encrypt_key=x/y+z==&iss=https%3A%2F%2Feid.example%2Fr")
    assert read == Callback("a+b+c==", "abc", "https://eid.example/r", "x/y+z==")


@given(code=BASE64, key=BASE64, escaped=st.booleans())
def test_any_base64_comes_through_encoded_or_not(code: str, key: str, escaped: bool) -> None:
    carry = (lambda text: quote(text, safe="")) if escaped else str
    read = read_callback(f"?code={carry(code)}&state=s&encrypt_key={carry(key)}&session_state=1#fragment")
    assert (read.code, read.encrypt_key, read.issuer) == (code, key, None)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "callback_incomplete"),
        ("code=a", "callback_incomplete"),
        ("code=&state=s", "callback_incomplete"),
        ("error=access_denied", "callback_incomplete"),
        ("error=&state=s", "callback_incomplete"),
        ("error=access_denied&error=server_error&state=s", "callback_twice"),
        ("code=a&state=s&code=b", "callback_twice"),
        ("code=a&state=s&" + "&".join(f"x{number}=1" for number in range(30)), "callback_size"),
        ("code=a&state=" + "s" * 17_000, "callback_size"),
    ],
)
def test_a_callback_that_is_none_is_refused(query: str, reason: str) -> None:
    with pytest.raises(EidRefused) as raised:
        read_callback(query)
    assert raised.value.reason == reason


def test_nothing_of_a_callback_is_shown() -> None:
    assert "bí-mật" not in repr(read_callback("code=bí-mật&state=bí-mật&encrypt_key=bí-mật"))
