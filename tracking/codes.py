"""Dossier codes, `<agency>-<yyMMdd>-<counter>`, and what people type when they look one up."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kernel.ids import LOOKUP_ALPHABET
from kernel.text import only_signs, typed

MAX_TYPED: Final = 64
# The second shape is that of the ministries' common system; it is read, never made.
_CODE: Final = re.compile(r"([0-9A-Z]+(?:\.[0-9A-Z]+)*)-([0-9]{6}|[0-9]{8})-([0-9]{4,12})")
_AGENCY: Final = re.compile(r"[0-9A-Z]+(?:\.[0-9A-Z]+)*")
_DASHES: Final = re.compile(r"\s*[\-_/]+\s*|\s+")
# The day and the counter hold digits alone, so a letter there was read off for a digit.
_TAIL: Final = re.compile(r"[\-.]([0-9OIL]{6}|[0-9OIL]{8})[\-.]([0-9OIL]{4,12})$")
_TAKEN_FOR: Final = str.maketrans("OIL", "011")
_AROUND: Final = "\"'()[]<>.,;:!- "


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

    Case, spaces, kinds of dash and invisible signs do not count.
    """
    if len(text) > 8 * MAX_TYPED:
        return None
    plain = typed(text).upper().strip(_AROUND)
    if len(plain) > MAX_TYPED:
        return None
    canonical = _TAIL.sub(lambda tail: tail[0].translate(_TAKEN_FOR).replace(".", "-"), _DASHES.sub("-", plain))
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
    canonical = only_signs(text, most=MAX_TYPED)
    return canonical if canonical and set(canonical) <= set(LOOKUP_ALPHABET) else None
