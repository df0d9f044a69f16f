"""The messages a gateway has taken, bounded, found by sid, by number and by date without an index per message."""

from collections.abc import Iterator

QUEUED, ACCEPTED, SENT, DELIVERED = "queued", "accepted", "sent", "delivered"
UNDELIVERED, FAILED, CANCELED = "undelivered", "failed", "canceled"


class Message:
    """One accepted message. Times are Unix seconds; `final` is the state it will end in (None: it stays sent).

    The state is a function of time, so that a million messages need no timers. `earlier` is the position of the message
    before it to the same number, -1 for none.
    """

    __slots__ = (
        "body", "callback", "created", "earlier", "error_code", "final", "final_at", "parts", "position", "sender",
        "sent_at", "service", "to",
    )  # fmt: skip

    def __init__(self, to: str, sender: str, body: str, parts: int, created: float) -> None:
        self.to = to
        self.sender = sender
        self.body = body
        self.parts = parts
        self.created = created
        self.sent_at = created
        self.final_at = created
        self.final: str | None = DELIVERED
        self.error_code: int | None = None
        self.callback: str | None = None
        self.service: str | None = None
        self.position = -1
        self.earlier = -1

    def status(self, now: float) -> str:
        if self.final == CANCELED:
            return CANCELED
        if now < self.sent_at:
            return ACCEPTED if self.service else QUEUED
        if self.final is None or now < self.final_at:
            return SENT
        return self.final

    def changed_at(self, now: float) -> float:
        """When the state it has now began."""
        if self.final == CANCELED or (self.final is not None and now >= self.final_at):
            return self.final_at
        return self.sent_at if now >= self.sent_at else self.created


class MessageStore:
    """The latest `keep` messages."""

    def __init__(self, keep: int) -> None:
        self._keep = max(1, keep)
        self.clear("0" * 16)

    def clear(self, prefix: str) -> None:
        """Forgets all. `prefix` (16 hex digits) begins the sids from now on."""
        self._sid_prefix = "SM" + prefix
        self._ring: list[Message] = []
        self._last_to: dict[str, int] = {}
        self.total = 0

    @property
    def first(self) -> int:
        """Position of the oldest message still held."""
        return self.total - len(self._ring)

    def add(self, message: Message) -> None:
        position = self.total
        message.position = position
        message.earlier = self._last_to.get(message.to, -1)
        if len(self._ring) < self._keep:
            self._ring.append(message)
        else:
            slot = position % self._keep
            gone = self._ring[slot]
            self._ring[slot] = message
            if self._last_to[gone.to] == gone.position:
                del self._last_to[gone.to]
        self._last_to[message.to] = position
        self.total = position + 1

    def sid(self, message: Message) -> str:
        return f"{self._sid_prefix}{message.position:016x}"

    def at(self, position: int) -> Message | None:
        return self._ring[position % self._keep] if self.first <= position < self.total else None

    def find(self, sid: str) -> Message | None:
        head, tail = sid[:18], sid[18:]
        if head != self._sid_prefix or len(tail) != 16 or not tail.isalnum() or not tail.isascii():
            return None
        try:
            return self.at(int(tail, 16))
        except ValueError:
            return None

    def newest(self, to: str | None = None, below: int | None = None) -> Iterator[Message]:
        """Newest first, from before position `below`; with `to`, only that number's, without passing over others."""
        position = self.total - 1 if below is None else min(below, self.total) - 1
        if to is not None:
            position = self._latest_to(to, position)
        while position >= self.first:
            message = self._ring[position % self._keep]
            yield message
            position = message.earlier if to is not None else position - 1

    def _latest_to(self, to: str, limit: int) -> int:
        position = self._last_to.get(to, -1)
        while position > limit and position >= self.first:
            position = self._ring[position % self._keep].earlier
        return position
