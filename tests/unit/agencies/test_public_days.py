"""The table of public days against the library it was made from."""

import pytest

from agencies.public_days import YEARS, ask_library, public_days


@pytest.mark.parametrize("year", YEARS)
def test_the_table_says_what_the_library_says(year: int) -> None:
    assert public_days(year) == ask_library(year)


def test_years_outside_the_table_are_asked_for() -> None:
    assert public_days(1990) == ask_library(1990)
    assert public_days(1990).off
    assert not public_days(1900).off
