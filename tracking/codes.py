"""Dossier codes, `<agency>-<yyMMdd>-<counter>`, and what people type when they look one up."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kernel.ids import LOOKUP_ALPHABET

MAX_TYPED: Final = 64
# The second shape is that of the ministries' common system; it is read, never made.
_CODE: Final = re.compile(r"([0-9A-Z]+(?:\.[0-9A-Z]+)*)-([0-9]{6}|[0-9]{8})-([0-9]{4,12})")
_AGENCY: Final = re.compile(r"[0-9A-Z]+(?:\.[0-9A-Z]+)*")
_DASHES: Final = re.compile(r"\s*[\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d_/]+\s*|\s+")
_NOT_IN_SECRET: Final = re.compile(r"[\s\-\u2010-\u2015\u2212._]+")


@dataclass(frozen=True, slots=True)
class DossierCode:
    """The parts of a code: agency, local date of filing, counter of that agency on that date."""

    agency: str
    day: date
    counter: int


def format_code(agency: str, day: date, counter: int) -> str:
    """ "H17.48.20551-261120-0001". Raises ValueError for parts that would not read back."""
    if not _AGENCY.fullmatch(agency) or counter < 1:
        raise ValueError("not the parts of a dossier code")
    return f"{agency}-{day:%y%m%d}-{counter:04d}"


def normalise_code(text: str) -> str | None:
    """A typed code in its canonical spelling, or None if it cannot be one.

    Case, spaces and kinds of dash do not count.
    """
    if len(text) > MAX_TYPED:
        return None
    canonical = _DASHES.sub("-", unicodedata.normalize("NFKC", text).strip().upper())
    return canonical if parse_code(canonical) else None


def parse_code(code: str) -> DossierCode | None:
    """The parts of a canonical code, or None if it is none."""
    match = _CODE.fullmatch(code)
    if match is None:
        return None
    agency, digits, counter = match.groups()
    try:
        day = datetime.strptime(digits, "%y%m%d" if len(digits) == 6 else "%Y%m%d").date()  # noqa: DTZ007 - a date
    except ValueError:
        return None
    return DossierCode(agency, day, int(counter)) if int(counter) else None


def normalise_secret(text: str) -> str | None:
    """A typed look-up secret as it was made, or None if it cannot be one."""
    if len(text) > MAX_TYPED:
        return None
    canonical = _NOT_IN_SECRET.sub("", unicodedata.normalize("NFKC", text).upper())
    return canonical if canonical and set(canonical) <= set(LOOKUP_ALPHABET) else None
