"""The messages the account has sent, bounded, found by id and by number."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Message:
    """One accepted message. Times are Unix seconds; `delivered_at` is None when it never arrives."""

    position: int
    msg_id: str
    to: str
    template_id: str
    data: dict[str, Any]
    text: str
    tracking_id: str
    created: float
    delivered_at: float | None

    def arrived(self, now: float) -> bool:
        return self.delivered_at is not None and now >= self.delivered_at


class MessageStore:
    """The latest `keep` messages."""

    def __init__(self, keep: int) -> None:
        self._keep = max(1, keep)
        self.clear()

    def clear(self) -> None:
        self._held: dict[int, Message] = {}
        self._ids: dict[str, int] = {}
        self._to: dict[str, deque[int]] = {}
        self.total = 0

    @property
    def first(self) -> int:
        """Position of the oldest message still held."""
        return self.total - len(self._held)

    def add(self, message: Message) -> None:
        self._held[message.position] = message
        self._ids[message.msg_id] = message.position
        self._to.setdefault(message.to, deque()).append(message.position)
        self.total = message.position + 1
        if len(self._held) > self._keep:
            gone = self._held.pop(next(iter(self._held)))
            del self._ids[gone.msg_id]
            self._to[gone.to].popleft()
            if not self._to[gone.to]:
                del self._to[gone.to]

    def at(self, position: int) -> Message | None:
        return self._held.get(position)

    def find(self, msg_id: str) -> Message | None:
        position = self._ids.get(msg_id)
        return None if position is None else self._held[position]

    def newest_to(self, number: str) -> Iterator[Message]:
        for position in reversed(self._to.get(number, ())):
            yield self._held[position]
