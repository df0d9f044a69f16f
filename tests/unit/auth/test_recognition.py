"""Who somebody is: every case of two ways to be known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.eid.recognition import Recognition, recognise

R = Recognition


@pytest.mark.parametrize(
    ("subject", "number", "said", "numbered", "alike", "expected"),
    [
        (None, None, False, False, False, R.NEW),
        (None, None, True, False, False, R.NEW),
        (None, 1, True, False, False, R.KNOWN_BY_NUMBER),
        (1, None, False, False, False, R.KNOWN_BY_SUBJECT),
        (1, None, False, True, False, R.KNOWN_BY_SUBJECT),
        (1, 1, True, True, False, R.KNOWN_BY_SUBJECT),
        (1, None, True, False, False, R.NUMBER_APPEARED),
        (1, None, True, True, True, R.NUMBER_CORRECTED),
        (1, None, True, True, False, R.CONFLICT),
        (1, 2, True, False, False, R.SECOND_ACCOUNT),
        (1, 2, True, True, True, R.CONFLICT),
        (1, 2, True, True, False, R.CONFLICT),
    ],
)
def test_each_case(
    subject: int | None, number: int | None, said: bool, numbered: bool, alike: bool, expected: Recognition
) -> None:
    found = recognise(subject=subject, number=number, said=said, numbered=numbered, alike=alike)
    assert found is expected


@given(st.none() | st.integers(1, 2), st.none() | st.integers(1, 2), st.booleans(), st.booleans(), st.booleans())
def test_an_account_with_a_number_never_gets_one_that_has_an_account(
    subject: int | None, number: int | None, said: bool, numbered: bool, alike: bool
) -> None:
    found = recognise(subject=subject, number=number, said=said, numbered=numbered, alike=alike)
    if said and numbered and subject is not None and number not in (None, subject):
        assert found is R.CONFLICT
    if found in (R.NUMBER_APPEARED, R.NUMBER_CORRECTED):
        assert number is None
