"""How a value is written in a message, from its full form to its shortest: names, times, money, reasons."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Final

from kernel.clock import local
from kernel.notices import Person, Place, Value
from kernel.texts.folding import visible
from notify.pages import read_page
from notify.templates.sms_text import Spelled, septets, spelled, utf16_units

SHORTEST_REASON: Final = 24
_SHORTEST_NAME: Final = 12
_SHORTEST_OFFICE: Final = 24
_ELLIPSIS: Final = "..."
# Stands in a reason for words that have no spelling without accents. The inbox has them.
_GAP: Final = "(...)"
_UNREADABLE: Final = {"vi": "xem thong bao tren ung dung", "en": "see the notice in the app"}


class Kind(StrEnum):
    """What a variable holds, and so how it may be shortened. WHOLE is never touched; REASON takes the room left."""

    WHOLE = "whole"
    STATUS = "status"
    OFFICE = "office"
    NAME = "name"
    HANDLER = "handler"
    TIME = "time"
    DAY = "day"
    MONEY = "money"
    COUNT = "count"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Script:
    """How a layout is written: with accents or without, in which language; `size` is what its room is counted in."""

    accents: bool
    language: str
    size: Callable[[str], int]


PLAIN: Final = Script(accents=False, language="vi", size=septets)
ACCENTED: Final = Script(accents=True, language="vi", size=utf16_units)


def forms(kind: Kind, value: Value, script: Script = PLAIN) -> tuple[str, ...]:
    """The ways to write `value`, longest first. Raises TypeError when the value is not of the kind."""
    return _WRITERS[kind](value, script)


def plain(text: str) -> str:
    """One line of GSM-7 without accents. What has no spelling is left out; see `spelled` for whether that happened."""
    return spelled(text).text


def accented(text: str) -> str:
    """One line in NFC without control, direction and other invisible marks."""
    return visible(text)


def shorten(text: str, limit: int, size: Callable[[str], int] = septets) -> str:
    """`text` within `limit` units of `size`, cut between words where that loses little, and marked by "..."."""
    if size(text) <= limit:
        return text
    end = bisect_right(range(len(text)), limit - len(_ELLIPSIS), key=lambda index: size(text[: index + 1]))
    kept, rest = text[:end], text[end:]
    if unicodedata.combining(rest[0]):
        # The letter under the mark would read as another one.
        kept = kept.rstrip("".join(sign for sign in kept if unicodedata.combining(sign)))[:-1]
    head, space, _ = kept.rpartition(" ")
    if space and len(head) * 2 >= len(kept) and not text[len(kept)].isspace():
        kept = head
    return kept.rstrip(" ,.;:-") + _ELLIPSIS


def sentence(text: str) -> str:
    """`text` closed by a full stop, so that the next sentence can follow it."""
    return text if text.endswith((".", "!", "?")) else text + "."


def _says_something(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


def _is_incomplete(name: Spelled) -> bool:
    return name.lost or not _says_something(name.text)


def _clean(text: str, script: Script) -> str:
    return accented(text) if script.accents else plain(text)


def _said(value: Value, what: str = "a text") -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what} is needed")
    return value


def _whole(value: Value, script: Script) -> tuple[str, ...]:
    return (_clean(_said(value), script),)


def _status(value: Value, script: Script) -> tuple[str, ...]:
    full = _clean(_said(value), script)
    return _distinct(script, full, _abbreviated(full, "status", script))


def _office(value: Value, script: Script) -> tuple[str, ...]:
    full = _clean(_said(value, "the name of an office"), script)
    usual = _abbreviated(full, "always", script)
    tight = _abbreviated(usual, "tight", script)
    cut = shorten(tight, _SHORTEST_OFFICE, script.size)
    # Without accents the usual form is the full one: nobody writes an office out in a plain text message.
    return _distinct(script, full, usual, tight, cut) if script.accents else _distinct(script, usual, tight, cut)


def _name(value: Value, script: Script) -> tuple[str, ...]:
    if isinstance(value, Place):
        return _place(value, script)
    said = _said(value, "a name")
    # A name that nothing better is known for leaves a gap where its letters have no spelling.
    full = accented(said) if script.accents else spelled(said, gap=_GAP).text
    if not script.accents and not _says_something(full):
        full = _gap_for(said)
    return _distinct(script, full, shorten(full, _SHORTEST_OFFICE, script.size))


def _gap_for(said: str) -> str:
    """What stands for a name without a letter or digit; an empty one stays empty, and is refused."""
    return _GAP if said.strip(" .") else ""


def _place(value: Place, script: Script) -> tuple[str, ...]:
    """By name; where letters of it are lost, also by kind and address."""
    found = spelled(value.name)
    if script.accents or not _is_incomplete(found):
        return _name(value.name, script)
    where = plain(f"{value.kind} {value.address}")
    full = f"{found.text} ({where})" if _says_something(found.text) else where
    return _distinct(script, full, where, shorten(where, _SHORTEST_OFFICE, script.size))


def _handler(value: Value, script: Script) -> tuple[str, ...]:
    if not isinstance(value, Person):
        return _office(value, script)
    found = spelled(value.name)
    if not script.accents and _is_incomplete(found) and value.unit:
        units = _office(value.unit, script)
        named = (f"{found.text} ({unit})" for unit in units) if _says_something(found.text) else ()
        return _distinct(script, *named, *units)
    name = _clean(value.name, script)
    *others, given = name.split() or [""]
    if not others:
        return _distinct(script, name, shorten(name, _SHORTEST_NAME, script.size))
    middle = "".join(f"{word[0]}." for word in others[1:])
    initials = f"{others[0][0]}.{middle}{given}"
    shorter = (f"{others[0]} {middle}{given}", initials, f"{others[0][0]}.{given}"[:_SHORTEST_NAME])
    # Of a name with signs among its letters an initial may be no letter.
    return _distinct(script, name, *filter(_says_something, shorter))


def _time(value: Value, _script: Script) -> tuple[str, ...]:
    if not isinstance(value, datetime):
        raise TypeError("an instant is needed")
    moment = local(value)
    return (moment.strftime("%H:%M %d/%m/%Y"), moment.strftime("%H:%M %d/%m/%y"))


def _day(value: Value, _script: Script) -> tuple[str, ...]:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError("a day is needed")
    return (value.strftime("%d/%m/%Y"), value.strftime("%d/%m"))


def _money(value: Value, script: Script) -> tuple[str, ...]:
    grouped = f"{_number(value, 'an amount in whole đồng'):,}"
    if script.language == "en":
        return (f"{grouped} VND",)
    return (grouped.replace(",", ".") + ("đ" if script.accents else "d"),)


def _count(value: Value, _script: Script) -> tuple[str, ...]:
    return (str(_number(value, "a whole number")),)


def _number(value: Value, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{what} is needed")
    return value


def _reason(value: Value, script: Script) -> tuple[str, ...]:
    said = _said(value)
    text = accented(said) if script.accents else spelled(said, gap=_GAP).text
    if not script.accents and not _says_something(text) and said.strip(" \n."):
        text = _UNREADABLE[script.language]
    text = sentence(text)
    return _distinct(script, text, shorten(text, SHORTEST_REASON, script.size))


_WRITERS: Final[dict[Kind, Callable[[Value, Script], tuple[str, ...]]]] = {
    Kind.WHOLE: _whole,
    Kind.STATUS: _status,
    Kind.OFFICE: _office,
    Kind.NAME: _name,
    Kind.HANDLER: _handler,
    Kind.TIME: _time,
    Kind.DAY: _day,
    Kind.MONEY: _money,
    Kind.COUNT: _count,
    Kind.REASON: _reason,
}


def _distinct(script: Script, *written: str) -> tuple[str, ...]:
    """Without repeats and without a "shorter" form that is not shorter."""
    kept: list[str] = []
    for text in written:
        if not kept or script.size(text) < script.size(kept[-1]):
            kept.append(text)
    return tuple(kept)


def _abbreviated(name: str, level: str, script: Script) -> str:
    for pattern, short in _abbreviations()["accented" if script.accents else "plain"][level]:
        name = pattern.sub(short, name)
    return name


@cache
def _abbreviations() -> dict[str, dict[str, tuple[tuple[re.Pattern[str], str], ...]]]:
    raw = read_page("data/abbreviations.yaml")
    return {
        script: {
            level: tuple((re.compile(pattern, re.IGNORECASE), short) for pattern, short in pairs)
            for level, pairs in levels.items()
        }
        for script, levels in raw.items()
    }
