"""How a value is written in a text message, from its full form to its shortest: names, times, money, reasons."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

import yaml

from kernel.clock import local
from notify.sms_text import measure, to_gsm7

SHORTEST_REASON: Final = 24
_SHORTEST_NAME: Final = 12
_SHORTEST_OFFICE: Final = 24
_ELLIPSIS: Final = "..."


class Kind(StrEnum):
    """What a variable holds, and so how it may be shortened. WHOLE is never touched; REASON takes the room left."""

    WHOLE = "whole"
    OFFICE = "office"
    HANDLER = "handler"
    TIME = "time"
    MONEY = "money"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Person:
    """A person's full name, family name first ("Nguyễn Thị Minh Phương"), as opposed to the name of an office."""

    name: str


Value = str | int | datetime | Person


def forms(kind: Kind, value: Value) -> tuple[str, ...]:
    """The ways to write `value`, longest first, in GSM-7. Raises TypeError when the value is not of the kind."""
    return _WRITERS[kind](value)


def plain(text: str) -> str:
    """One line of GSM-7 without accents; what has no such form becomes "?"."""
    return " ".join(to_gsm7(text, unknown="?").split())


def shorten(text: str, limit: int) -> str:
    """`text` within `limit` septets, cut between words where that loses little, and marked by "..."."""
    if measure(text).units <= limit:
        return text
    kept, used = "", 0
    for char in text:
        used += measure(char).units
        if used > limit - len(_ELLIPSIS):
            break
        kept += char
    head, space, _ = kept.rpartition(" ")
    if space and len(head) * 2 >= len(kept) and not text[len(kept)].isspace():
        kept = head
    return kept.rstrip(" ,.;:-") + _ELLIPSIS


def sentence(text: str) -> str:
    """`text` closed by a full stop, so that the next sentence can follow it."""
    return text if text.endswith((".", "!", "?")) else text + "."


def _whole(value: Value) -> tuple[str, ...]:
    if not isinstance(value, str):
        raise TypeError("a text is needed")
    return (plain(value),)


def _office(value: Value) -> tuple[str, ...]:
    if not isinstance(value, str):
        raise TypeError("the name of an office is needed")
    usual = _abbreviated(plain(value), "always")
    tight = _abbreviated(usual, "tight")
    return _distinct(usual, tight, shorten(tight, _SHORTEST_OFFICE))


def _handler(value: Value) -> tuple[str, ...]:
    if not isinstance(value, Person):
        return _office(value)
    name = plain(value.name)
    *others, given = name.split() or [""]
    if not others:
        return _distinct(name, shorten(name, _SHORTEST_NAME))
    middle = "".join(f"{word[0]}." for word in others[1:])
    initials = f"{others[0][0]}.{middle}{given}"
    return _distinct(name, f"{others[0]} {middle}{given}", initials, f"{others[0][0]}.{given}"[:_SHORTEST_NAME])


def _time(value: Value) -> tuple[str, ...]:
    if not isinstance(value, datetime):
        raise TypeError("an instant is needed")
    moment = local(value)
    return (moment.strftime("%H:%M %d/%m/%Y"), moment.strftime("%H:%M %d/%m/%y"))


def _money(value: Value) -> tuple[str, ...]:
    if not isinstance(value, int):
        raise TypeError("an amount in whole đồng is needed")
    return (f"{value:,}d".replace(",", "."),)


def _reason(value: Value) -> tuple[str, ...]:
    if not isinstance(value, str):
        raise TypeError("a text is needed")
    text = sentence(plain(value))
    return _distinct(text, shorten(text, SHORTEST_REASON))


_WRITERS: Final[dict[Kind, Callable[[Value], tuple[str, ...]]]] = {
    Kind.WHOLE: _whole,
    Kind.OFFICE: _office,
    Kind.HANDLER: _handler,
    Kind.TIME: _time,
    Kind.MONEY: _money,
    Kind.REASON: _reason,
}


def _distinct(*written: str) -> tuple[str, ...]:
    """Without repeats and without a "shorter" form that is not shorter."""
    kept: list[str] = []
    for text in written:
        if not kept or measure(text).units < measure(kept[-1]).units:
            kept.append(text)
    return tuple(kept)


def _abbreviated(name: str, level: str) -> str:
    for pattern, short in _abbreviations()[level]:
        name = pattern.sub(short, name)
    return name


@cache
def _abbreviations() -> dict[str, tuple[tuple[re.Pattern[str], str], ...]]:
    raw = yaml.safe_load(files("notify").joinpath("data/abbreviations.yaml").read_text(encoding="utf-8"))
    return {
        level: tuple((re.compile(pattern, re.IGNORECASE), short) for pattern, short in raw[level])
        for level in ("always", "tight")
    }
