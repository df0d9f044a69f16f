"""The outside party as witness and as culprit: the sandbox's list of what a gateway took, and its misbehaviours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bench.faults.verdict import Taken
from journey.outside import OutsideParty

PLAIN_RECEIPTS: Final[Mapping[str, Any]] = {
    "enabled": True,
    "delay_ms": [20, 200],
    "double": 0.0,
    "late": 0.0,
    "reorder": 0.0,
    "forge": 0.0,
    "lost": 0.0,
}
# However long the web is away: what is counted here is ours, not how long a gateway tries.
_TRIED_FOR_LONG: Final = {"retry_for_s": 600}
# Later than any answer of a slow gateway: while a call is open nothing is known of it.
_LEISURELY: Final = {"delay_ms": [500, 1500]}


@dataclass(frozen=True, slots=True)
class Kind:
    """`certain`: it can be asked what it took, or knows a message again. `environment` makes it the one in use.
    `question`: the operation by which it is asked, if any. `others`: those that take over from it; what they took
    counts as well. `beyond`: the rows that are not for it."""

    name: str
    certain: bool
    environment: Mapping[str, str]
    question: str | None = None
    others: tuple[str, ...] = ()
    beyond: frozenset[str] = frozenset()


ZALO: Final = "zalo"
_BY_ZALO: Final = {
    "MOTCUA_SMS_GATEWAYS": "esms=1",
    "MOTCUA_ZALO_HOURS": "00:00-24:00",
    # When no receipt has come by then, an SMS goes out instead.
    "MOTCUA_RECEIPT_WITHIN_SECONDS": "20",
}
KINDS: Final = {
    "twilio": Kind("twilio", certain=True, environment={"MOTCUA_SMS_GATEWAYS": "twilio=1"}, question="list"),
    "esms": Kind("esms", certain=True, environment={"MOTCUA_SMS_GATEWAYS": "esms=1"}),
    ZALO: Kind(
        ZALO,
        certain=False,
        environment=_BY_ZALO,
        others=("esms",),
        beyond=frozenset({"poison", "receipts-twisted"}),
    ),
}


class Provider(OutsideParty):
    """The gateway in use, and those that take over from it. For one thread."""

    def __init__(self, sandbox_url: str, kind: Kind) -> None:
        super().__init__(sandbox_url, kind.name)
        self.kind = kind
        self._parties: tuple[OutsideParty, ...] = (self, *(OutsideParty(sandbox_url, name) for name in kind.others))
        self._taken: dict[str, list[Taken]] = {}
        self._next: dict[str, int] = {}
        self._silent: set[str] = set()
        if kind.name == ZALO:
            # By its clock it is always day.
            self.turn(clock="10:00")

    def taken(self) -> list[Taken]:
        """Everything that was taken, oldest first."""
        return sorted((each for party in self._parties for each in self._taken_by(party)), key=lambda each: each.at)

    def _taken_by(self, party: OutsideParty) -> list[Taken]:
        """Only what is new is asked for: nothing leaves the list."""
        found = self._taken.setdefault(party.name, [])
        for after, each in party.entries("messages", since=self._next.get(party.name, 0)):
            found.append(Taken(each["to"], datetime.fromisoformat(each["date"]).timestamp(), each["body"]))
            self._next[party.name] = after
        return found

    def turn_receipts(self, **receipts: Any) -> None:
        """Changes how receipts come back."""
        for party in self._parties:
            if party.name == ZALO:
                party.turn(events={**receipts, **_LEISURELY})
            else:
                party.turn(receipts={**receipts, **_TRIED_FOR_LONG})

    def silence(self, phones: Iterable[str]) -> None:
        """Zalo reports nothing more about these, also not of what was taken just now."""
        self._silent |= set(phones)
        zalo = next(party for party in self._parties if party.name == ZALO)
        zalo.turn(events={"silent": sorted(self._silent)})

    def number(self, phone: str, **fate: Any) -> None:
        """The fate of every message to one phone."""
        self.turn(numbers={phone: fate})

    def close(self) -> None:
        for party in self._parties[1:]:
            party.close()
        super().close()
