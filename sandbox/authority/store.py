"""What the portal really has: every declaration it imported, by account."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

FOREIGN: Final = "foreign"
VIETNAMESE: Final = "vietnamese"


@dataclass(slots=True)
class Stay:
    """One imported declaration; civil times of Vietnam, without a zone. `left` is when the guest was signed off."""

    position: int
    account: str
    kind: str
    name: str
    document_kind: int
    document: str
    arrival: datetime
    departure: datetime
    room: str
    body: dict[str, Any]
    left: datetime | None = None

    @property
    def ends(self) -> datetime:
        return self.left or self.departure

    def as_json(self) -> dict[str, Any]:
        return {name: str(value) if isinstance(value, datetime) else value for name, value in asdict(self).items()}


class Imported:
    """Everything imported, found by account and document."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.stays: list[Stay] = []
        self._of: dict[tuple[str, str, str], list[Stay]] = {}
        self._nights: dict[tuple[str, str, date], int] = {}
        self.accounts: dict[str, int] = {}

    def add(self, stay: Stay) -> None:
        self.stays.append(stay)
        self._of.setdefault((stay.account, stay.kind, stay.document.upper()), []).append(stay)
        night = (stay.account, stay.kind, stay.arrival.date())
        self._nights[night] = self._nights.get(night, 0) + 1
        self.accounts[stay.account] = self.accounts.get(stay.account, 0) + 1

    def of(self, account: str, kind: str, document: str) -> list[Stay]:
        """The stays of one document with one lodging, oldest first."""
        return self._of.get((account, kind, document.upper()), [])

    def count(self, account: str, kind: str, night: date) -> int:
        """How many guests of one kind arrived on that day."""
        return self._nights.get((account, kind, night), 0)

    def doubled(self) -> int:
        """Declarations of a guest and an arrival that the portal has more than once."""
        seen = {(stay.account, stay.kind, stay.document.upper(), stay.arrival) for stay in self.stays}
        return len(self.stays) - len(seen)
