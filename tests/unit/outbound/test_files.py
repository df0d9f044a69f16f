"""A file store that is away holds up few callers, and is then left alone for a while."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from kernel.storage import FolderStore, StoreAwayError
from outbound.direct.breaker import CircuitBreaker
from outbound.direct.files import BoundedStore, open_bounded
from outbound.direct.parties import Party


class Bucket:
    """Does what it is told to do; `let` holds its callers until it is set."""

    def __init__(self) -> None:
        self.away = False
        self.let = threading.Event()
        self.let.set()
        self.inside = threading.Semaphore(0)
        self.held = {"there": b"octets"}

    def _answer(self) -> None:
        self.inside.release()
        self.let.wait(30)
        if self.away:
            raise StoreAwayError("no answer")

    def put(self, key: str, content: bytes) -> None:
        self._answer()
        self.held[key] = content

    def create(self, key: str, content: bytes) -> bool:
        self._answer()
        return self.held.setdefault(key, content) is content

    def get(self, key: str) -> bytes:
        self._answer()
        return self.held[key]

    def delete(self, key: str) -> None:
        self._answer()
        self.held.pop(key, None)

    def list(self, folder: str) -> Sequence[str]:
        self._answer()
        return sorted(key for key in self.held if key.startswith(folder))

    def look(self) -> None:
        self._answer()


def _store(bucket: Bucket, **bounds: float) -> BoundedStore:
    party = Party("files", timeout_s=30.0, at_once=2, breaker=CircuitBreaker(failures=3, rest_s=60.0), **bounds)
    return BoundedStore(bucket, party)


def test_calls_come_through() -> None:
    store = _store(Bucket())
    store.look()
    store.put("a/1", b"one")
    assert (store.get("a/1"), store.list("a")) == (b"one", ["a/1"])
    assert store.create("a/2", b"two")
    assert not store.create("a/2", b"other")
    store.delete("a/1")
    with pytest.raises(KeyError):
        store.get("a/1")


def test_no_more_callers_wait_than_may() -> None:
    bucket = Bucket()
    store = _store(bucket)
    bucket.let.clear()
    waiting = [threading.Thread(target=store.get, args=("there",)) for _ in range(2)]
    for each in waiting:
        each.start()
        assert bucket.inside.acquire(timeout=30)
    with pytest.raises(StoreAwayError, match="busy"):
        store.put("a/1", b"one")
    bucket.let.set()
    for each in waiting:
        each.join(30)
    store.put("a/1", b"one")


def test_who_finds_every_place_taken_waits_for_one() -> None:
    bucket = Bucket()
    store = _store(bucket, patience_s=30.0)
    bucket.let.clear()
    waiting = [threading.Thread(target=store.put, args=(f"a/{number}", b"one")) for number in range(5)]
    for each in waiting:
        each.start()
    for _ in range(2):
        assert bucket.inside.acquire(timeout=30)
    bucket.let.set()
    for each in waiting:
        each.join(30)
    assert len(store.list("a")) == 5


def test_a_store_that_fails_in_a_row_is_left_alone() -> None:
    bucket = Bucket()
    store = _store(bucket)
    bucket.away = True
    for _ in range(3):
        with pytest.raises(StoreAwayError, match="no answer"):
            store.put("a/1", b"one")
    with pytest.raises(StoreAwayError, match="resting"):
        store.look()


def test_an_object_that_is_missing_is_an_answer() -> None:
    store = _store(Bucket())
    for _ in range(5):
        with pytest.raises(KeyError):
            store.get("missing")
    assert store.get("there") == b"octets"


def test_a_folder_of_ours_has_no_such_bounds(tmp_path: Path) -> None:
    assert isinstance(open_bounded(tmp_path.as_uri()), FolderStore)
