"""Values of variables as an admin gives them for a preview: JSON, read by the kind of each variable. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from kernel.errors import FieldError
from kernel.notices import Person, Value
from notify.templates.events import VARIABLES
from notify.templates.forms import Kind

_LONGEST: Final = 2000


def read_values(given: Mapping[str, Any], offered: frozenset[str]) -> tuple[dict[str, Value], list[FieldError]]:
    """The values, and which of them cannot be: times are RFC 3339 with an offset, days ISO 8601, numbers whole.

    A handler is taken for a person.
    """
    values: dict[str, Value] = {}
    problems: list[FieldError] = []
    for name, raw in given.items():
        if name not in offered:
            problems.append(FieldError(f"/values/{name[:64]}", "choice"))
            continue
        try:
            values[name] = _READERS.get(VARIABLES[name], _text)(raw)
        except ValueError:
            problems.append(FieldError(f"/values/{name}", "invalid"))
    return values, problems


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or not 0 < len(raw) <= _LONGEST or not raw.strip(" ."):
        raise ValueError
    return raw


def _time(raw: Any) -> datetime:
    moment = datetime.fromisoformat(_text(raw))
    # The last day of the calendar has no civil time further east.
    if moment.tzinfo is None or not 1900 < moment.year < 9999:
        raise ValueError
    return moment


def _day(raw: Any) -> date:
    return date.fromisoformat(_text(raw))


def _number(raw: Any) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 <= raw < 10**15:
        raise ValueError
    return raw


_READERS: Final[Mapping[Kind, Callable[[Any], Value]]] = {
    Kind.HANDLER: lambda raw: Person(_text(raw)),
    Kind.TIME: _time,
    Kind.DAY: _day,
    Kind.MONEY: _number,
    Kind.COUNT: _number,
}
