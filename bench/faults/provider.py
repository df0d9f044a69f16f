"""The outside party as witness and as culprit: the sandbox's list of what a gateway took, and its misbehaviours."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bench.faults.verdict import Taken
from journey.wire import Wire

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


class Provider:
    """For one thread."""

    def __init__(self, sandbox_url: str, kind: Kind) -> None:
        self.kind = kind
        self._wire = Wire(sandbox_url)
        self._taken: dict[str, list[Taken]] = {}
        self._next: dict[str, int] = {}
        self._silent: set[str] = set()
        self._base = f"/_control/{kind.name}"
        if kind.name == ZALO:
            # By its clock it is always day.
            self._wire.call("PATCH", f"{self._base}/settings", json_body={"clock": "10:00"})

    def taken(self) -> list[Taken]:
        """Everything that was taken, oldest first."""
        return sorted((each for name in self._names for each in self._taken_by(name)), key=lambda each: each.at)

    @property
    def _names(self) -> tuple[str, ...]:
        return (self.kind.name, *self.kind.others)

    def _taken_by(self, name: str) -> list[Taken]:
        """Only what is new is asked for: nothing leaves the list."""
        found = self._taken.setdefault(name, [])
        while True:
            since = self._next.get(name, 0)
            page = self._wire.call("GET", f"/_control/{name}/messages?limit=10000&since={since}").json()
            found += [
                Taken(each["to"], datetime.fromisoformat(each["date"]).timestamp(), each["body"])
                for each in page["messages"]
            ]
            self._next[name] = page["next"]
            if page["next"] >= page["total"]:
                return found

    def fail(self, mode: str, **options: Any) -> int:
        """A rule of misbehaviour, by id; see sandbox/faults.py."""
        made = self._wire.call("POST", f"{self._base}/faults", json_body={"mode": mode, **options})
        return int(made.json()["id"])

    def fired(self, rule: int) -> int:
        """How often a rule has struck."""
        rules = self._wire.call("GET", f"{self._base}/faults").json()["faults"]
        return next((int(each["fired"]) for each in rules if each["id"] == rule), 0)

    @contextmanager
    def failing(self, mode: str, **options: Any) -> Iterator[int]:
        """Misbehaves so until the block ends."""
        rule = self.fail(mode, **options)
        try:
            yield rule
        finally:
            self._wire.call("DELETE", f"{self._base}/faults/{rule}")

    def turn(self, **receipts: Any) -> None:
        """Changes how receipts come back."""
        for name in self._names:
            said = (
                {"events": {**receipts, **_LEISURELY}}
                if name == ZALO
                else {"receipts": {**receipts, **_TRIED_FOR_LONG}}
            )
            self._wire.call("PATCH", f"/_control/{name}/settings", json_body=said)

    def silence(self, phones: Iterable[str]) -> None:
        """Zalo reports nothing more about these, also not of what was taken just now."""
        self._silent |= set(phones)
        events = {"silent": sorted(self._silent)}
        self._wire.call("PATCH", f"/_control/{ZALO}/settings", json_body={"events": events})

    def number(self, phone: str, **fate: Any) -> None:
        """The fate of every message to one phone."""
        self._wire.call("PATCH", f"{self._base}/settings", json_body={"numbers": {phone: fate}})

    def state(self) -> Any:
        """Its counts, among them those of the receipts it posted."""
        return self._wire.call("GET", "/_control/state").json()["twins"][self.kind.name]

    def close(self) -> None:
        self._wire.close()
