"""Texts with variables in braces: read, and filled so that what matters least gives way first. Pure."""

import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kernel.errors import FieldError
from kernel.notices import Value
from notify.templates.events import VARIABLES
from notify.templates.forms import SHORTEST_REASON, Kind, Script, forms, shorten

# What gives way when a text is too long, step by step: (kind, which of its forms). Dossier code, money and one-time
# codes never do.
_GIVES_WAY: Final = (
    (Kind.STATUS, 1),
    (Kind.HANDLER, 1),
    (Kind.TIME, 1),
    (Kind.DAY, 1),
    (Kind.OFFICE, 1),
    (Kind.HANDLER, 2),
    (Kind.HANDLER, 3),
    (Kind.OFFICE, 2),
    (Kind.NAME, 1),
    (Kind.OFFICE, 3),
)
# A reason of a few letters says nothing: rather shorten the names first.
_LEAST_REASON: Final = 60


class TemplateError(Exception):
    """A template that must not be used, or values that do not fill it. Names variables, never their values."""

    quotes_no_values = True


@dataclass(frozen=True, slots=True)
class Pattern:
    """Literal texts and names of variables in turn."""

    pieces: tuple[tuple[str, str | None], ...]

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(name for _, name in self.pieces if name is not None)

    def join(self, chosen: Mapping[str, str]) -> str:
        return "".join(text + (chosen[name] if name else "") for text, name in self.pieces)


@dataclass(frozen=True, slots=True)
class Room:
    """How much a text may take: `fits` decides, `units` is about how many units of the script that is."""

    units: int
    fits: Callable[[str], bool]


def parse_pattern(text: str, pointer: str) -> tuple[Pattern, list[FieldError]]:
    """A text of a template, and what is wrong with its braces."""
    try:
        found = list(string.Formatter().parse(text))
    except ValueError:
        return Pattern(()), [FieldError(pointer, "template_braces")]
    if any(name == "" or spec or conversion for _, name, spec, conversion in found):
        return Pattern(()), [FieldError(pointer, "template_braces")]
    return Pattern(tuple((literal, name) for literal, name, _, _ in found)), []


def write_values(
    name: str, variables: frozenset[str], values: Mapping[str, Value | None], script: Script
) -> dict[str, tuple[str, ...]]:
    """Every form of every variable. Raises TemplateError when a value is missing, empty or of the wrong kind."""
    return {variable: _write(name, variable, values.get(variable), script) for variable in variables}


def _write(name: str, variable: str, value: Value | None, script: Script) -> tuple[str, ...]:
    if value is None:
        raise TemplateError(f"{name}: no value for {{{variable}}}")
    try:
        written = forms(VARIABLES[variable], value, script)
    except TypeError as error:
        raise TemplateError(f"{name}: {{{variable}}}: {error}") from None
    if not written[-1].strip("."):
        raise TemplateError(f"{name}: the value for {{{variable}}} is empty")
    return written


def fill(pattern: Pattern, written: Mapping[str, tuple[str, ...]], room: Room, script: Script) -> str | None:
    """`pattern` with the longest forms that fit; a reason gets the room left. None when even the shortest do not."""
    kept = {name: written[name] for name in pattern.variables}
    least = min(_LEAST_REASON, room.units // 2)
    for chosen in _choices(kept):
        if (found := _fitting(pattern, chosen, room, script, least)) is not None:
            return found
    tightest = {name: texts[0 if VARIABLES[name] is Kind.REASON else -1] for name, texts in kept.items()}
    return _fitting(pattern, tightest, room, script, min(SHORTEST_REASON, least))


def _choices(written: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    """The longest text of every variable, then shorter step by step in the order of `_GIVES_WAY`."""
    chosen = {name: texts[0] for name, texts in written.items()}
    yield chosen
    for kind, level in _GIVES_WAY:
        names = [name for name, texts in written.items() if VARIABLES[name] is kind and level < len(texts)]
        shorter = {name: written[name][level] for name in names}
        if shorter:
            chosen = chosen | shorter
            yield chosen


def _fitting(pattern: Pattern, chosen: Mapping[str, str], room: Room, script: Script, least: int) -> str | None:
    """The text, its reason as long as fits but no shorter than `least` units."""
    body = pattern.join(chosen)
    if room.fits(body):
        return body
    reason = next((name for name in chosen if VARIABLES[name] is Kind.REASON), None)
    if reason is None:
        return None

    def with_reason(limit: int) -> str:
        return pattern.join({**chosen, reason: shorten(chosen[reason], limit, script.size)})

    low, high = least, script.size(chosen[reason])
    if low >= high or not room.fits(with_reason(low)):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if room.fits(with_reason(middle)) else (low, middle)
    return with_reason(low)
