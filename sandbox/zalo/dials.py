"""What `/_control/zalo/settings` can turn: events, quota, time of day, single numbers, the next refusals."""

import re
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sandbox.twilio.checks import host_of

_NUMBER = re.compile(r"\+84[0-9]{9,10}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_SHARES = frozenset({"double", "late", "reorder", "forge", "lost"})


class BadDialError(ValueError):
    """A setting that cannot be; the message says why."""


@dataclass(frozen=True, slots=True)
class EventDials:
    """How events come back.

    `delay_ms`: (least, most) from acceptance to arrival. `double`, `late`, `reorder`, `forge`, `lost`: the share (0..1)
    of messages whose event is posted twice, is posted `late_ms` later, comes after those of later messages, is preceded
    by one with a wrong signature, or is never posted. `retry_after_s`: the waits after posts that were not answered
    with 200 in time (Zalo's own: 30, 300, 900, 1800, 3600). `silent`: numbers about whose messages nothing more is
    posted, also not of what they were sent before.
    """

    enabled: bool = True
    delay_ms: tuple[int, int] = (200, 1500)
    double: float = 0.1
    late: float = 0.0
    late_ms: tuple[int, int] = (5_000, 20_000)
    reorder: float = 0.0
    forge: float = 0.0
    lost: float = 0.0
    retry_after_s: tuple[float, ...] = (0.5, 2.0, 5.0, 15.0, 30.0)
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberDial:
    """One number's fate: refused with `reject` (-118: no Zalo account), or taken and never to arrive."""

    reject: int | None = None
    arrives: bool = True


@dataclass(slots=True)
class Dials:
    """`clock`: the local time of day ("22:00") by which the night rule goes; None for the real one. `daily_quota`:
    messages a day. `next_errors`: codes with which the next sends are refused, one each."""

    events: EventDials = field(default_factory=EventDials)
    numbers: dict[str, NumberDial] = field(default_factory=dict)
    clock: str | None = None
    daily_quota: int = 500_000
    next_errors: list[int] = field(default_factory=list)
    webhook_url: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def turn(self, given: dict[str, Any]) -> None:
        """Changes what is named, all or nothing; a number set to null is as any other again. Raises BadDialError."""
        unknown = set(given) - {each.name for each in fields(self)}
        if unknown:
            raise BadDialError(f"unknown: {', '.join(sorted(unknown))}")
        read = {name: _READERS[name](self, value) for name, value in given.items()}
        for name, value in read.items():
            setattr(self, name, value)


def _events(dials: Dials, given: object) -> EventDials:
    values = asdict(dials.events)
    for name, value in _members(given).items():
        if name not in values:
            raise BadDialError(f"events.{name}: unknown")
        values[name] = _event_dial(name, value)
    return EventDials(**values)


def _event_dial(name: str, value: Any) -> Any:
    if name == "enabled":
        if not isinstance(value, bool):
            raise BadDialError("events.enabled: true or false")
        return value
    if name in _SHARES:
        if not _number(value, 1):
            raise BadDialError(f"events.{name}: a share from 0 to 1")
        return float(value)
    if name == "silent":
        if not isinstance(value, list) or not all(isinstance(each, str) and _NUMBER.fullmatch(each) for each in value):
            raise BadDialError("events.silent: a list of numbers, +84 and the national number")
        return tuple(value)
    if not isinstance(value, list) or not all(_number(item, 600_000) for item in value):
        raise BadDialError(f"events.{name}: a list of numbers")
    if name.endswith("_ms") and len(value) != 2:
        raise BadDialError(f"events.{name}: [least, most] in milliseconds")
    return (min(value), max(value)) if name.endswith("_ms") else tuple(value)


def _numbers(dials: Dials, given: object) -> dict[str, NumberDial]:
    numbers = dict(dials.numbers)
    for number, said in _members(given).items():
        if not _NUMBER.fullmatch(number):
            raise BadDialError("numbers: +84 and the national number")
        numbers.pop(number, None)
        if said is not None:
            numbers[number] = _number_dial(number, _members(said))
    return numbers


def _number_dial(number: str, said: dict[str, Any]) -> NumberDial:
    reject, arrives = said.get("reject"), said.get("arrives", True)
    if set(said) - {"reject", "arrives"} or not isinstance(arrives, bool) or not (reject is None or _error(reject)):
        raise BadDialError(f"numbers.{number}: reject (a negative code), arrives")
    return NumberDial(reject, arrives)


def _clock(_dials: Dials, given: object) -> str | None:
    if given is not None and not (isinstance(given, str) and _TIME.fullmatch(given)):
        raise BadDialError("clock: HH:MM, or null")
    return given


def _quota(_dials: Dials, given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise BadDialError("daily_quota: a whole number")
    return given


def _next_errors(_dials: Dials, given: object) -> list[int]:
    if not isinstance(given, list) or not all(_error(code) for code in given):
        raise BadDialError("next_errors: a list of negative codes")
    return list(given)


def _webhook(_dials: Dials, given: object) -> str | None:
    if given is not None and not (isinstance(given, str) and host_of(given)):
        raise BadDialError("webhook_url: an http address, or null")
    return given


_READERS = {
    "events": _events,
    "numbers": _numbers,
    "clock": _clock,
    "daily_quota": _quota,
    "next_errors": _next_errors,
    "webhook_url": _webhook,
}


def _members(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadDialError("an object is expected")
    return value


def _number(value: object, highest: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= highest


def _error(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value < 0
