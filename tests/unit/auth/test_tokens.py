"""Derived tokens, PKCE, and the cache."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.eid.pkce import code_challenge
from auth.tokens.cache import BoundedCache
from auth.tokens.derived import DerivedTokens

ROW = UUID("01990000-0000-7000-8000-000000000001")
TOKENS = DerivedTokens(b"k" * 32)
URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_pkce_vector() -> None:
    # RFC 7636, appendix B.
    challenge = code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@given(st.uuids(), st.integers(0, 2**32 - 1))
def test_a_token_names_its_row_and_fits_pkce_and_urls(row: UUID, number: int) -> None:
    token = TOKENS.make(row, number)
    assert TOKENS.read(token) == (row, number)
    assert TOKENS.make(row, number) == token
    assert TOKENS.belongs(token, row, number)
    assert 43 <= len(token) <= 128
    assert set(token) <= set(URL_SAFE)


@given(st.integers(0, 69), st.sampled_from(URL_SAFE))
def test_no_altered_token_is_read(position: int, letter: str) -> None:
    token = TOKENS.make(ROW, 3)
    altered = token[:position] + letter + token[position + 1 :]
    assert (TOKENS.read(altered) is None) is (altered != token)


@given(st.text(max_size=100))
def test_no_text_is_a_token_or_an_error(text: str) -> None:
    assert TOKENS.read(text) is None
    assert not TOKENS.belongs(text, ROW)


@pytest.mark.parametrize("suffix", ["=", "==", "A", "\n", " "])
def test_no_other_spelling_is_read(suffix: str) -> None:
    assert TOKENS.read(TOKENS.make(ROW) + suffix) is None


def test_tokens_of_another_key_row_or_number_do_not_belong() -> None:
    other = DerivedTokens(b"l" * 32)
    assert TOKENS.read(other.make(ROW)) is None
    assert not TOKENS.belongs(other.make(ROW), ROW)
    assert not TOKENS.belongs(TOKENS.make(ROW, 1), ROW, 2)
    assert not TOKENS.belongs(TOKENS.make(uuid4(), 1), ROW, 1)


def test_a_full_cache_loses_what_was_written_first() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        cache.put(key, value)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (3, None, 4)
    cache.drop("a")
    cache.drop("a")
    assert cache.get("a", 9) == 9
