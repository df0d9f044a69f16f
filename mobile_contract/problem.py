"""One problem type."""

from typing import NamedTuple


class Problem(NamedTuple):
    """HTTP status and the sentence a person reads. Placeholders are members of the problem document, said in words as
    `mobile_contract.wording` has them."""

    status: int
    vi: str
    en: str
