"""What `/_control/esms/settings` can turn: callbacks, single numbers, the account."""

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.twilio.dials import BadDialError, ReceiptDials, read_receipts

_FINALS = ("delivered", "undelivered", "none")
_CODE = re.compile(r"[0-9]{2,3}")
_MOST_VND = 10**15


@dataclass(frozen=True, slots=True)
class NumberDial:
    """One number's fate: refused with the code `reject`, or taken and ended as `final`."""

    reject: str | None = None
    final: str = "delivered"


@dataclass(slots=True)
class Dials:
    """`receipts`: how callbacks come, as Twilio's receipts do. `refuse`: the code for every message (None: take them).
    `balance` in đồng; a part costs `price`."""

    receipts: ReceiptDials = field(default_factory=ReceiptDials)
    numbers: dict[str, NumberDial] = field(default_factory=dict)
    refuse: str | None = None
    balance: int = 10**12
    price: int = 850

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def turn(self, given: dict[str, Any]) -> None:
        """Changes what is named, all or nothing; a number set to null is as any other again. Raises BadDialError."""
        unknown = set(given) - set(asdict(self))
        if unknown:
            raise BadDialError(f"unknown: {', '.join(sorted(unknown))}")
        numbers = given.get("numbers", {})
        if not isinstance(numbers, dict):
            raise BadDialError("numbers: an object is expected")
        turned = {number: _read_number(number, dial) for number, dial in numbers.items()}
        receipts = read_receipts(self.receipts, given.get("receipts") or {})
        refuse = _code("refuse", given.get("refuse", self.refuse))
        balance, price = (_vnd(name, given.get(name, getattr(self, name))) for name in ("balance", "price"))
        self.receipts, self.refuse, self.balance, self.price = receipts, refuse, balance, price
        for number, dial in turned.items():
            if dial is None:
                self.numbers.pop(number, None)
            else:
                self.numbers[number] = dial


def _code(name: str, value: object) -> str | None:
    if value is not None and not (isinstance(value, str) and _CODE.fullmatch(value)):
        raise BadDialError(f"{name}: a code of two or three digits, as text")
    return value


def _vnd(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_VND:
        raise BadDialError(f"{name}: whole đồng")
    return value


def _read_number(number: str, given: object) -> NumberDial | None:
    if given is None:
        return None
    if (
        not isinstance(given, dict)
        or set(given) - {"reject", "final"}
        or given.get("final", "delivered") not in _FINALS
    ):
        raise BadDialError(f"numbers.{number}: reject, final (one of {', '.join(_FINALS)})")
    return NumberDial(_code(f"numbers.{number}.reject", given.get("reject")), given.get("final", "delivered"))
