"""How the portal behaves from now on."""

from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any


class BadDialError(ValueError):
    """A setting that cannot be; the message says which."""


@dataclass(slots=True)
class Dials:
    """`counts`: whether it tells how many it has. `today`: the day by which its rules go; None for the real one.
    `refuses_duplicates`: whether it knows guests again. `without_rooms`: accounts that need not name a room.
    `passwords`: account -> password, where it is not everybody's."""

    counts: bool = True
    today: date | None = None
    refuses_duplicates: bool = True
    without_rooms: list[str] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        shown = asdict(self)
        return {**shown, "today": str(self.today) if self.today else None, "passwords": sorted(self.passwords)}

    def turn(self, given: dict[str, Any]) -> None:
        """Changes what is named, all or nothing. Raises BadDialError."""
        unknown = set(given) - {each.name for each in fields(self)}
        if unknown:
            raise BadDialError(f"unknown: {', '.join(sorted(unknown))}")
        read = {name: _read(name, value) for name, value in given.items()}
        for name, value in read.items():
            setattr(self, name, value)


def _read(name: str, given: object) -> Any:
    if name == "today":
        return None if given is None else _day(given)
    if name == "without_rooms":
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            raise BadDialError("without_rooms: a list of accounts")
        return list(given)
    if name == "passwords":
        if not isinstance(given, dict) or not all(isinstance(each, str) for each in given.values()):
            raise BadDialError("passwords: account -> password")
        return dict(given)
    if not isinstance(given, bool):
        raise BadDialError(f"{name}: true or false")
    return given


def _day(given: object) -> date:
    try:
        return date.fromisoformat(given if isinstance(given, str) else "")
    except ValueError:
        raise BadDialError("today: YYYY-MM-DD, or null") from None
