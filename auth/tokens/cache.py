"""A bounded map for threads: the oldest entry leaves when it is full."""

from threading import Lock
from typing import Generic, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")


class BoundedCache(Generic[K, V]):
    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: dict[K, V] = {}
        self._lock = Lock()

    @overload
    def get(self, key: K) -> V | None: ...

    @overload
    def get(self, key: K, default: D) -> V | D: ...

    def get(self, key: K, default: D | None = None) -> V | D | None:
        return self._entries.get(key, default)

    def put(self, key: K, value: V) -> None:
        with self._lock:
            # Re-inserted, so that age is counted from the last write.
            self._entries.pop(key, None)
            if len(self._entries) >= self._most:
                del self._entries[next(iter(self._entries))]
            self._entries[key] = value

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def drop(self, key: K) -> None:
        with self._lock:
            self._entries.pop(key, None)
