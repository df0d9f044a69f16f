"""A file store on another machine, as a party: a request waits for it no longer than for any other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from kernel.storage import LONGEST_CALL_S, FileStore, StoreAwayError, open_store
from outbound.direct.parties import NoAnswerError, Party

# A piece is stored in well under a second, so whoever finds all places taken may wait for one.
_PATIENCE_S: Final = 2.0


def open_bounded(url: str) -> FileStore:
    """The store that a URL names; calls to a bucket are bounded. Raises ServerError for one that cannot be opened."""
    store = open_store(url)
    if urlsplit(url).scheme == "file":
        return store
    return BoundedStore(store, Party("files", timeout_s=LONGEST_CALL_S, patience_s=_PATIENCE_S))


class BoundedStore:
    """A store whose calls count as calls to `party`. The store itself ends each of them within the party's deadline."""

    def __init__(self, store: FileStore, party: Party) -> None:
        self._store = store
        self._party = party

    def put(self, key: str, content: bytes) -> None:
        with self._called():
            self._store.put(key, content)

    def create(self, key: str, content: bytes) -> bool:
        with self._called():
            return self._store.create(key, content)

    def get(self, key: str) -> bytes:
        with self._called():
            return self._store.get(key)

    def delete(self, key: str) -> None:
        with self._called():
            self._store.delete(key)

    def list(self, folder: str) -> Sequence[str]:
        with self._called():
            return self._store.list(folder)

    def look(self) -> None:
        with self._called():
            self._store.look()

    @contextmanager
    def _called(self) -> Iterator[None]:
        try:
            with self._party.call():
                try:
                    yield
                except StoreAwayError as error:
                    raise NoAnswerError(error.en) from error
        except NoAnswerError as error:
            if isinstance(error.__cause__, StoreAwayError):
                raise error.__cause__ from None
            raise StoreAwayError(error.reason) from None
