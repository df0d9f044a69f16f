"""Texts of a guest: how long they may be, what no text holds, what a spreadsheet made of them."""

import re
from typing import Final

from residence.reading.meant import TEXTS
from residence.reading.names import is_garbled, is_vni
from residence.rules.judgement import Judgement

LIMITS: Final = {"full_name": 128, "address": 255, "note": 500, "reason_text": 255, "room": 50, "document_number": 50}
_LIMIT: Final = 128
# Written at a reception, so perhaps for an old font.
_BY_HAND: Final = ("full_name", "address", "note", "reason_text")
_OFTEN_SHORT: Final = 50
# "2-3" in a cell of a spreadsheet becomes 02/03/2026, "2-Mar" or, between two colons, a time of day.
_DATE_LIKE: Final = re.compile(
    r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}(?: \d{1,2}:\d{2}(?::\d{2})?)?|\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,2}[-/ ](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|thg ?\d{1,2})(?:[-/ ]\d{2,4})?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[-/ ]\d{1,4}|\d{1,2}:\d{2}:\d{2}",
    re.IGNORECASE,
)
_NO_DATES: Final = ("room", "address", "document_name", "reason_text", "commune_code", "phone")
# The authority's own codes, of which the longest known have nine digits.
_COMMUNE: Final = re.compile(r"\d{4,9}")
_SHORTEST_DATE: Final = 5
_LONGEST_DATE: Final = 20
# What programs write for a value that is not there.
_NOTHING: Final = re.compile(r"null|undefined|nan|none|\[object object\]|nil", re.IGNORECASE)


def judge_texts(guest: Judgement) -> None:
    """Refuses texts that are too long, garbled, or a date where none belongs."""
    values = guest.values
    for name in TEXTS:
        text = values.get(name)
        if not text:
            continue
        if len(text) > _OFTEN_SHORT and len(text) > LIMITS.get(name, _LIMIT):
            guest.refuse("too_long", name, text, limit=LIMITS.get(name, _LIMIT))
        elif is_garbled(text):
            guest.refuse("garbled", name, text)
        elif name in _BY_HAND and is_vni(text):
            guest.note("letters_of_vni", name, text)
        elif _NOTHING.fullmatch(text):
            guest.refuse("cell_error", name, text)
    commune = values.get("commune_code", "")
    if commune and not _COMMUNE.fullmatch(commune):
        guest.refuse("commune_code_form", "commune_code", commune)
    for name in _NO_DATES:
        text = values.get(name, "")
        if _SHORTEST_DATE <= len(text) <= _LONGEST_DATE and _DATE_LIKE.fullmatch(text):
            guest.refuse("turned_into_date", name, text)
