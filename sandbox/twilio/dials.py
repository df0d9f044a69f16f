"""What `/_control/twilio/settings` can turn: receipts and single numbers."""

from dataclasses import asdict, dataclass, field
from typing import Any

_FINALS = ("delivered", "undelivered", "failed", "none")


class BadDialError(ValueError):
    """A setting that cannot be; the message says why."""


@dataclass(slots=True)
class ReceiptDials:
    """How receipts come back.

    `delay_ms`: (least, most) from acceptance to the final one. `double`, `late`, `reorder`, `forge`, `lost`: the share
    (0..1) of messages whose receipt comes twice, comes `late_ms` later, comes final first, is preceded by one with a
    wrong signature, or never comes. `per_second`: at most so many (None: no bound). `retry_for_s`: how long one is
    posted again after a 5xx answer or a broken connection.
    """

    enabled: bool = True
    delay_ms: tuple[int, int] = (200, 1500)
    double: float = 0.1
    late: float = 0.0
    late_ms: tuple[int, int] = (5_000, 20_000)
    reorder: float = 0.0
    forge: float = 0.0
    lost: float = 0.0
    per_second: float | None = None
    retry_for_s: float = 60.0


@dataclass(frozen=True, slots=True)
class NumberDial:
    """One number's fate: refused at the door with `reject`, or taken and ended as `final` with `error_code`."""

    reject: int | None = None
    final: str = "delivered"
    error_code: int | None = None


@dataclass(slots=True)
class Dials:
    receipts: ReceiptDials = field(default_factory=ReceiptDials)
    numbers: dict[str, NumberDial] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def turn(self, given: dict[str, Any]) -> None:
        """Changes what is named, all or nothing; a number set to null is as any other again. Raises BadDialError."""
        unknown = set(given) - {"receipts", "numbers"}
        if unknown:
            raise BadDialError(f"unknown: {', '.join(sorted(unknown))}")
        receipts = read_receipts(self.receipts, given.get("receipts") or {})
        numbers = {number: _read_number(number, dial) for number, dial in _members(given.get("numbers") or {}).items()}
        self.receipts = receipts
        for number, dial in numbers.items():
            if dial is None:
                self.numbers.pop(number, None)
            else:
                self.numbers[number] = dial


def _members(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadDialError("an object is expected")
    return value


def read_receipts(old: ReceiptDials, given: object) -> ReceiptDials:
    """`old` with what is named changed. Raises BadDialError."""
    values = asdict(old)
    for key, value in _members(given).items():
        if key not in values:
            raise BadDialError(f"receipts.{key}: unknown")
        values[key] = _read_dial(key, value)
    return ReceiptDials(**values)


def _read_dial(key: str, value: Any) -> Any:
    if key == "enabled":
        if not isinstance(value, bool):
            raise BadDialError("receipts.enabled: true or false")
        return value
    if key.endswith("_ms"):
        if not (isinstance(value, list) and len(value) == 2 and all(_number(item, 600_000) for item in value)):
            raise BadDialError(f"receipts.{key}: [least, most] in milliseconds")
        return min(value), max(value)
    if key == "per_second" and value is None:
        return None
    highest = {"per_second": 100_000, "retry_for_s": 3600}.get(key, 1)
    if not _number(value, highest) or (key == "per_second" and value <= 0):
        raise BadDialError(f"receipts.{key}: a number up to {highest}")
    return float(value)


def _number(value: object, highest: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= highest


def _code(value: object) -> int | None:
    if value is not None and not (isinstance(value, int) and 10_000 <= value <= 99_999):
        raise BadDialError("an error code has five digits")
    return value


def _read_number(number: str, given: object) -> NumberDial | None:
    if given is None:
        return None
    dial = _members(given)
    final = dial.get("final", "delivered")
    if set(dial) - {"reject", "final", "error_code"} or final not in _FINALS:
        raise BadDialError(f"numbers.{number}: reject, final (one of {', '.join(_FINALS)}), error_code")
    return NumberDial(_code(dial.get("reject")), final, _code(dial.get("error_code")))
