"""Days written with words: "9:30 SA ngày 22/11/2026", "08-MAR-1990", "8 tháng 3 năm 1990". Pure."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from kernel.texts.folding import search_key

_LONGEST: Final = 60
_HALVES: Final = "am|pm|a\\.m\\.?|p\\.m\\.?|sa|ch|sang|trua|chieu|toi|dem"
_TIME: Final = re.compile(
    rf"(?<![\d/.\-])(?P<h>\d{{1,2}})\s*(?:(?::|h|gio|g(?=\d|\b))\s*(?P<m>\d{{2}})?(?::(?P<s>\d{{2}})(?:\.\d+)?)?"
    rf"\s*(?:'|p\b|phut)?\s*(?P<half>{_HALVES})?|\s*(?P<only>{_HALVES}))(?![\w:])"
)
# Words around a day and a time that say nothing of their own.
_AROUND: Final = re.compile(
    r"\b(?:ngay|luc|vao|hoi|khoang|at|on|date|time|thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat|cn|t[2-7]"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)\b|[()]"
)
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_MONTH: Final = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_BETWEEN: Final = r"[\s/.,\-]*"
_OF_WORDS: Final = (
    re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?{_BETWEEN}{_MONTH}{_BETWEEN}(?P<y>\d{{4}}|\d{{2}})"),
    re.compile(rf"{_MONTH}{_BETWEEN}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?{_BETWEEN}(?P<y>\d{{4}})"),
    re.compile(
        rf"(?P<d>\d{{1,2}}){_BETWEEN}(?:thang|thg){_BETWEEN}(?P<m>\d{{1,2}}){_BETWEEN}(?:nam)?{_BETWEEN}(?P<y>\d{{4}}|\d{{2}})"
    ),
    re.compile(r"(?P<d>\d{1,2})\s*([/.\-])\s*(?P<m>\d{1,2})\s*\2\s*(?P<y>\d{4}|\d{2})"),
    re.compile(r"(?P<y>\d{4})\s*([/.\-])\s*(?P<m>\d{1,2})\s*\2\s*(?P<d>\d{1,2})"),
)
_PARTS: Final = (
    re.compile(r"(?:thang|thg)?\s*(?P<m>\d{1,2})\s*(?:[/.\-]|nam)\s*(?P<y>\d{4})"),
    re.compile(r"(?:nam|sn|sinh nam)\s*(?P<y>\d{4})"),
)
_NOON: Final = 12

Missing = Literal["year_short", "no_day"]


@dataclass(frozen=True, slots=True)
class Clock:
    hour: int
    minute: int


def plain_day(text: str) -> str | Missing | None:
    """The same day and time in figures ("8/3/1990 14:30"), or what it lacks; None where it is no day at all."""
    if len(text) > _LONGEST:
        return None
    said = search_key(text)
    clock, rest = _taken_clock(_AROUND.sub(" ", said))
    rest = " ".join(rest.replace("~", " ").split()).strip(" ,-–;|")
    if not rest:
        return "no_day" if clock is not None else None
    day = _day(rest)
    if day is None or day == "year_short":
        return day
    return day if clock is None else f"{day} {clock.hour}:{clock.minute:02}"


def read_clock(text: str) -> Clock | None:
    """A time of day alone: 23:40, 23h40, 11:40 PM, 9 giờ tối."""
    if len(text) > _LONGEST:
        return None
    clock, rest = _taken_clock(_AROUND.sub(" ", search_key(text)))
    if clock is None or rest.strip() or clock.hour > 23 or clock.minute > 59:
        return None
    return clock


def _taken_clock(text: str) -> tuple[Clock | None, str]:
    """The time in a text, and the text without it."""
    match = _TIME.search(text)
    if match is None:
        return None, text
    hour = _hour(int(match["h"]), match["half"] or match["only"] or "")
    clock = Clock(hour, int(match["m"] or 0))
    return clock, text[: match.start()] + " " + text[match.end() :]


def _hour(hour: int, half: str) -> int:
    """The hour of a whole day: 11 PM -> 23, 12 AM -> 0, 1 giờ trưa -> 13, 1 giờ đêm -> 1."""
    if half.startswith("a") or half in ("sa", "sang"):
        return 0 if hour == _NOON else hour
    if half == "dem":
        return 0 if hour == _NOON else hour + _NOON if 6 < hour < _NOON else hour
    if half == "trua":
        return hour + _NOON if hour < 4 else hour
    return hour + _NOON if half and hour < _NOON else hour


def _day(text: str) -> str | Literal["year_short"] | None:
    for pattern in _OF_WORDS:
        if match := pattern.fullmatch(text):
            told = match.groupdict()
            if len(told["y"]) == 2:
                return "year_short"
            month = told.get("m") or _MONTHS[told["name"][:3]]
            return f"{told['d']}/{month}/{told['y']}"
    for pattern in _PARTS:
        if match := pattern.fullmatch(text):
            told = match.groupdict()
            return f"{told['m']}/{told['y']}" if told.get("m") else told["y"]
    return None
