"""How a refusal says its values: names in place of codes, sizes and waits in round figures. Pure.

A placeholder of a text names a value and how it is said, `{max_bytes:size}`. Without a way to say it, text stands as it
is and a number is grouped as the language does. The members of the problem document keep the codes.
"""

import string
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from mobile_contract.labels import (
    CHANNEL_LABELS,
    DATA_TYPE_LABELS,
    FILE_TYPE_LABELS,
    MANDATE_LABELS,
    MESSAGE_STATE_LABELS,
    ROLE_LABELS,
    STEP_ACTION_LABELS,
)
from mobile_contract.vocabulary import DOSSIER_STATUSES

_MISSING: Final = "…"
_PLAIN: Final = "plain"
_SMALLEST_GROUPED: Final = 10_000
"""Years and the like are not grouped."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_SIZES: Final = ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB"))
_LABELS: Final[Mapping[str, Mapping[Any, tuple[str, str]]]] = {
    "channel": CHANNEL_LABELS,
    "data_type": DATA_TYPE_LABELS,
    "file_type": FILE_TYPE_LABELS,
    "mandate": MANDATE_LABELS,
    "message_state": MESSAGE_STATE_LABELS,
    "role": ROLE_LABELS,
    "status": DOSSIER_STATUSES,
    "step_action": STEP_ACTION_LABELS,
}
_QUOTED: Final = frozenset({"mandate", "message_state", "status", "step_action"})
"""What is said in the very words that the screen shows."""


def say(text: str, params: Mapping[str, Any], language: str) -> str:
    """`text` with its placeholders filled in, in the text's own language ("vi" or "en")."""
    return _Sayer(language).vformat(text, (), params) if "{" in text else text


def placeholders(text: str) -> dict[str, str]:
    """The names of a text's placeholders, and the way in which each is said."""
    parsed = string.Formatter().parse(text)
    return {name: (spec or "").split(" ")[0] or _PLAIN for _, name, spec, _ in parsed if name is not None}


def say_number(number: int, language: str) -> str:
    """100.000 in Vietnamese, 100,000 in English; four digits stand ungrouped."""
    if abs(number) < _SMALLEST_GROUPED:
        return str(number)
    grouped = f"{number:,}"
    return grouped if language == "en" else grouped.replace(",", ".")


def say_wait(seconds: int, language: str) -> str:
    """A wait rounded up: 45 seconds, 10 minutes, 3 hours, 2 days."""
    vi, en, unit = next(
        (vi, en, unit)
        for vi, en, unit, below in (
            ("giây", "second", 1, 90),
            ("phút", "minute", _MINUTE, 90 * _MINUTE),
            ("giờ", "hour", _HOUR, 2 * _DAY),
            ("ngày", "day", _DAY, float("inf")),
        )
        if seconds < below
    )
    amount = -(-seconds // unit)
    return _count(amount, en, language) if language == "en" else f"{say_number(amount, language)} {vi}"


def say_size(octets: int, language: str) -> str:
    """A limit of octets, rounded down so that it is never more than is allowed: "20 MB", "1,5 MB"."""
    for unit, name in _SIZES:
        if octets >= unit:
            tenths = octets * 10 // unit
            whole, rest = divmod(tenths, 10)
            point = "." if language == "en" else ","
            return f"{say_number(whole, language)}{f'{point}{rest}' if rest else ''} {name}"
    return "1 KB"


class _Sayer(string.Formatter):
    def __init__(self, language: str) -> None:
        self._language = language

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG002
        return kwargs.get(str(key))

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return _MISSING
        way, *words = format_spec.split() or [_PLAIN]
        if not isinstance(value, list | tuple | set | frozenset):
            return self._one(value, way, words)
        return self._listed([self._one(each, way, words) for each in value])

    def _one(self, value: Any, way: str, words: Sequence[str]) -> str:
        labels = _LABELS.get(way)
        if labels is not None:
            return self._named(labels, value, quoted=way in _QUOTED)
        return _WAYS[way](value, words, self._language)

    def _named(self, labels: Mapping[Any, tuple[str, str]], value: Any, *, quoted: bool) -> str:
        found = labels.get(value)
        if found is None:
            return _MISSING
        name = found[1] if self._language == "en" else found[0]
        return f"“{name}”" if quoted else name

    def _listed(self, said: Sequence[str]) -> str:
        *others, last = dict.fromkeys(said) or [_MISSING]
        return f"{', '.join(others)} {'or' if self._language == 'en' else 'hoặc'} {last}" if others else last


def _plainly(value: Any, _words: Sequence[str], language: str) -> str:
    return say_number(value, language) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _counted(value: Any, words: Sequence[str], language: str) -> str:
    """`{count:count file}`: "1 file", "2 files". Vietnamese nouns have one form, so its texts need no such word."""
    return _count(int(value), " ".join(words), language)


def _count(amount: int, noun: str, language: str) -> str:
    return f"{say_number(amount, language)} {noun}{'' if amount == 1 else 's'}"


def _as_day(value: Any, _words: Sequence[str], _language: str) -> str:
    day = value if isinstance(value, date) else date.fromisoformat(str(value))
    return f"{day:%d/%m/%Y}"


_WAYS: Final[Mapping[str, Callable[[Any, Sequence[str], str], str]]] = {
    _PLAIN: _plainly,
    "count": _counted,
    "day": _as_day,
    "size": lambda value, _words, language: say_size(int(value), language),
    "wait": lambda value, _words, language: say_wait(int(value), language),
}
