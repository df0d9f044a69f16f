"""Dossier codes, `<agency>-<yyMMdd>-<counter>`, and what people type when they look one up."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kernel.ids import LOOKUP_ALPHABET
from kernel.texts.folding import only_signs, typed

MAX_TYPED: Final = 64
# The second shape is that of the ministries' common system; it is read, never made.
_CODE: Final = re.compile(r"([0-9A-Z]+(?:\.[0-9A-Z]+)*)-([0-9]{6}|[0-9]{8})-([0-9]{4,12})")
_AGENCY: Final = re.compile(r"[0-9A-Z]+(?:\.[0-9A-Z]+)*")
_DASHES: Final = re.compile(r"\s*[\-_/]+\s*|\s+")
_SPACED_DASHES: Final = re.compile(r"\s*[\-_/]+\s*")
# The day and the counter hold digits alone, so a letter there was read off for a digit.
_TAIL: Final = re.compile(r"[\-.]([0-9OIL]{6}|[0-9OIL]{8})[\-.]([0-9OIL]{4,12})$")
# A part of an agency's code is a number, or a letter before one.
_PART: Final = re.compile(r"[A-Z]?[0-9OIL]*[0-9][0-9OIL]*")
TAKEN_FOR: Final = str.maketrans("OIL", "011")
"""Letters that people read off or type for digits."""
# A code among other words, or in what a slip's QR code says.
_WITHIN: Final = re.compile(
    r"(?<![0-9A-Z.])[0-9A-Z]+(?:\.[0-9A-Z]+)*([\-.])[0-9OIL]{6,8}\1[0-9OIL]{4,12}(?!\w|[\-.][0-9A-Z])"
)
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

    Case, spaces, kinds of dash and invisible signs do not count; O, I and L in a number are 0 and 1. Other words may
    stand around it.
    """
    if len(text) > 8 * MAX_TYPED:
        return None
    plain = typed(text).upper().strip(_AROUND)
    if len(plain) > MAX_TYPED:
        return None
    whole = _canonical(_DASHES.sub("-", plain))
    if whole is not None:
        return whole
    found = {found[0] for found in _WITHIN.finditer(_SPACED_DASHES.sub("-", plain))}
    return _canonical(found.pop()) if len(found) == 1 else None


def digits_meant(part: str) -> str:
    """A part of a code in capitals, with digits where letters like them were typed: "2O551" -> "20551"."""
    if not _PART.fullmatch(part):
        return part
    return part.translate(TAKEN_FOR) if part[0] in "OIL" else part[0] + part[1:].translate(TAKEN_FOR)


def _canonical(joined: str) -> str | None:
    tail = _TAIL.search(joined)
    if tail is None:
        return None
    agency = ".".join(map(digits_meant, re.split(r"[\-.]", joined[: tail.start()])))
    code = agency + tail[0].translate(TAKEN_FOR).replace(".", "-")
    return code if parse_code(code) else None


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
