"""Single writes of many threads, done together: what comes while one transaction commits shares the next.

A commit costs the same for one row as for ten. Nobody waits for company: the first to come writes at once.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class _Entry(Generic[Item, Answer]):
    __slots__ = ("answer", "item", "tried")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.answer: Answer | None = None
        self.tried = False


class Together(Generic[Item, Answer]):
    """`write` stores items in one transaction and returns an answer (never None) for each, in their order. Safe in
    threads."""

    def __init__(self, write: Callable[[Sequence[Item]], Sequence[Answer]], *, most: int = 100) -> None:
        self._write = write
        self._most = most
        self._waiting: deque[_Entry[Item, Answer]] = deque()
        self._turn = Lock()

    def add(self, item: Item) -> Answer:
        """The answer for `item` once it is committed. What fails in company is tried again alone, and only what `write`
        raises for it then is raised here."""
        mine: _Entry[Item, Answer] = _Entry(item)
        self._waiting.append(mine)
        with self._turn:
            while not mine.tried:
                self._write_waiting()
        return self._write([item])[0] if mine.answer is None else mine.answer

    def _write_waiting(self) -> None:
        entries = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            for entry, answer in zip(entries, self._write([entry.item for entry in entries]), strict=True):
                entry.answer = answer
        except Exception:
            if len(entries) == 1:
                raise
        finally:
            for entry in entries:
                entry.tried = True
