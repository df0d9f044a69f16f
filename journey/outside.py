"""An outside party of the sandbox as whoever runs the sandbox sees it: what it took, its misbehaviours, its dials."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from journey.wire import Wire


class OutsideParty:
    """`name` is that of the sandbox's: twilio, esms, zalo, authority, eid… For one thread."""

    def __init__(self, sandbox_url: str, name: str) -> None:
        self.name = name
        self._wire = Wire(sandbox_url)
        self._base = f"/_control/{name}"

    def look(self, what: str, **query: str | int) -> Any:
        """A list that it keeps, such as `messages` or `imported`, a page at a time."""
        asked = f"?{urlencode(query)}" if query else ""
        return self._wire.call("GET", f"{self._base}/{what}{asked}").json()

    def entries(self, what: str, *, since: int = 0) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """All entries of a list from `since` on, oldest first, each with where to go on after its page."""
        while True:
            page = self.look(what, limit=10_000, since=since)
            since = page["next"]
            for each in page[what]:
                yield since, each
            if since >= page["total"]:
                return

    def fail(self, mode: str, **options: Any) -> int:
        """A rule of misbehaviour, by id; see sandbox/faults.py."""
        made = self._wire.call("POST", f"{self._base}/faults", json_body={"mode": mode, **options})
        return int(made.json()["id"])

    def fired(self, rule: int) -> int:
        """How often a rule has struck; 0 for one that is gone."""
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

    def behave(self) -> None:
        """No more misbehaviour."""
        self._wire.call("DELETE", f"{self._base}/faults")

    def turn(self, **dials: Any) -> None:
        """Changes its dials."""
        self._wire.call("PATCH", f"{self._base}/settings", json_body=dials)

    def state(self) -> Any:
        """Its counts, among them those of the receipts it posted."""
        return self._wire.call("GET", "/_control/state").json()["twins"][self.name]

    def close(self) -> None:
        self._wire.close()
