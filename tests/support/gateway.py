"""What a test sees of the sandbox's SMS gateway, and how it makes it fail."""

from typing import Any

from journey.outside import OutsideParty


class Gateway(OutsideParty):
    """Twilio's twin."""

    def __init__(self, sandbox_url: str) -> None:
        super().__init__(sandbox_url, "twilio")

    def messages(self, to: str | None = None) -> list[Any]:
        """Everything it took, oldest first; with `to` for one number (E.164) alone."""
        return list(self.look("messages", limit=10_000, **({"to": to} if to else {}))["messages"])

    def texts(self, to: str, code: str) -> list[str]:
        """The bodies about one dossier, oldest first."""
        return [message["body"] for message in self.messages(to) if code in message["body"]]

    def behave(self) -> None:
        """No more misbehaviour, receipts as at the start."""
        super().behave()
        self.turn(receipts={"enabled": True, "delay_ms": [50, 300], "double": 0.1, "lost": 0, "forge": 0})
