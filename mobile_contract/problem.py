"""One problem type."""

from typing import NamedTuple


class Problem(NamedTuple):
    """HTTP status and the sentence a person reads; placeholders are members of the problem document."""

    status: int
    vi: str
    en: str
