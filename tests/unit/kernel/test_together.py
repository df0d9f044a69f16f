"""Writes that share a transaction: every item once, each answer its own, a bad one alone."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from kernel.together import Together


class Store:
    """Writes wait for `open`; what is negative cannot be stored, nor can anything beside it."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open = Event()
        self.entered = Event()

    def write(self, items: Sequence[int]) -> list[str]:
        self.entered.set()
        assert self.open.wait(30)
        if any(item < 0 for item in items):
            raise ValueError("negative")
        self.batches.append(list(items))
        return [f"{item} stored" for item in items]


def _behind_one_another(store: Store, items: Sequence[int], most: int = 100) -> list[str | None]:
    """The answers to items all of which come while the first is being written; None for what was refused."""
    together = Together(store.write, most=most)

    def add(item: int) -> str | None:
        try:
            return together.add(item)
        except ValueError:
            return None

    with ThreadPoolExecutor(len(items)) as threads:
        first = threads.submit(add, items[0])
        assert store.entered.wait(30)
        others = [threads.submit(add, item) for item in items[1:]]
        while len(together._waiting) < len(others):
            pass
        store.open.set()
        return [each.result(30) for each in (first, *others)]


def test_what_comes_meanwhile_shares_the_next_write() -> None:
    store = Store()
    assert _behind_one_another(store, range(8)) == [f"{item} stored" for item in range(8)]
    first, *others = store.batches
    assert (first, [sorted(each) for each in others]) == ([0], [list(range(1, 8))])


def test_a_write_is_never_larger_than_agreed() -> None:
    store = Store()
    assert _behind_one_another(store, range(8), most=3) == [f"{item} stored" for item in range(8)]
    assert sorted(len(each) for each in store.batches) == [1, 1, 3, 3]


def test_what_cannot_be_stored_fails_alone() -> None:
    store = Store()
    assert _behind_one_another(store, [0, 1, -2, 3]) == ["0 stored", "1 stored", None, "3 stored"]
    assert sorted(item for batch in store.batches for item in batch) == [0, 1, 3]


def test_alone_it_is_tried_once() -> None:
    tries: list[Sequence[int]] = []

    def fail(items: Sequence[int]) -> list[str]:
        tries.append(items)
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        Together(fail).add(1)
    assert tries == [[1]]
