"""The outside party as witness and as culprit: the sandbox's list of what a gateway took, and its misbehaviours."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bench.faults.verdict import Taken
from bench.journey.wire import Wire

PLAIN_RECEIPTS: Final[Mapping[str, Any]] = {
    "enabled": True,
    "delay_ms": [20, 200],
    "double": 0.0,
    "late": 0.0,
    "reorder": 0.0,
    "forge": 0.0,
    "lost": 0.0,
    # However long the web is away: what is counted here is ours, not how long a gateway tries.
    "retry_for_s": 600,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """`certain`: it can be asked what it took, or knows a message again. `environment` makes it the one in use."""

    name: str
    certain: bool
    environment: Mapping[str, str]


KINDS: Final = {
    name: Kind(name, certain=True, environment={"MOTCUA_SMS_GATEWAYS": f"{name}=1"}) for name in ("twilio", "esms")
}


class Provider:
    """For one thread."""

    def __init__(self, sandbox_url: str, kind: Kind) -> None:
        self.kind = kind
        self._wire = Wire(sandbox_url)
        self._base = f"/_control/{kind.name}"

    def taken(self) -> list[Taken]:
        """Everything it took, oldest first."""
        found: list[Taken] = []
        since = 0
        while True:
            page = self._wire.call("GET", f"{self._base}/messages?limit=10000&since={since}").json()
            found += [Taken(each["to"], datetime.fromisoformat(each["date"]).timestamp()) for each in page["messages"]]
            if page["next"] >= page["total"]:
                return found
            since = page["next"]

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
        self._wire.call("PATCH", f"{self._base}/settings", json_body={"receipts": receipts})

    def number(self, phone: str, **fate: Any) -> None:
        """The fate of every message to one phone."""
        self._wire.call("PATCH", f"{self._base}/settings", json_body={"numbers": {phone: fate}})

    def state(self) -> Any:
        """Its counts, among them those of the receipts it posted."""
        return self._wire.call("GET", "/_control/state").json()["twins"][self.kind.name]

    def close(self) -> None:
        self._wire.close()
