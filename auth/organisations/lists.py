"""The lists of codes that a registration of an organisation asks for."""

from functools import cache
from typing import Final

from kernel.texts.code_lists import CodeList, Entry

ORGANISATION_KINDS: Final = "organisation-kinds"


@cache
def code_lists() -> tuple[CodeList, ...]:
    """Every list of this domain."""
    kinds = (
        Entry("hotel", "Khách sạn", "Hotel"),
        Entry("household_business", "Hộ kinh doanh", "Household business"),
        Entry("company", "Công ty", "Company"),
    )
    return (CodeList(ORGANISATION_KINDS, "Loại tổ chức", "Kinds of organisation", kinds),)
