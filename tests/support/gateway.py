"""What a test sees of the sandbox's SMS gateway, and how it makes it fail."""

from typing import Any

from journey.wire import Wire


class Gateway:
    def __init__(self, sandbox_url: str) -> None:
        self._wire = Wire(sandbox_url)

    def messages(self, to: str | None = None) -> list[Any]:
        """Everything it took, oldest first; with `to` for one number (E.164) alone."""
        who = f"&to={to.replace('+', '%2B')}" if to else ""
        return list(self._wire.call("GET", f"/_control/twilio/messages?limit=10000{who}").json()["messages"])

    def texts(self, to: str, code: str) -> list[str]:
        """The bodies about one dossier, oldest first."""
        return [message["body"] for message in self.messages(to) if code in message["body"]]

    def fail(self, mode: str, **options: Any) -> int:
        """A rule of misbehaviour, by id; see sandbox/faults.py."""
        return int(self._wire.call("POST", "/_control/twilio/faults", json_body={"mode": mode, **options}).json()["id"])

    def fired(self, rule: int) -> int:
        """How often a rule has struck."""
        rules = self._wire.call("GET", "/_control/twilio/faults").json()["faults"]
        return next(int(each["fired"]) for each in rules if each["id"] == rule)

    def turn(self, **dials: Any) -> None:
        self._wire.call("PATCH", "/_control/twilio/settings", json_body=dials)

    def behave(self) -> None:
        """No more misbehaviour, receipts as at the start."""
        self._wire.call("DELETE", "/_control/twilio/faults")
        self.turn(receipts={"enabled": True, "delay_ms": [50, 300], "double": 0.1, "lost": 0, "forge": 0})

    def close(self) -> None:
        self._wire.close()
