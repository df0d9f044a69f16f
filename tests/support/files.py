"""A file store for what must touch no file."""

from collections.abc import Sequence


class NoFiles:
    def look(self) -> None:
        """Nothing is kept here, so nothing is wrong."""

    def put(self, key: str, content: bytes) -> None:
        raise AssertionError(key)

    def create(self, key: str, content: bytes) -> bool:
        raise AssertionError(key)

    def get(self, key: str) -> bytes:
        raise KeyError(key)

    def delete(self, key: str) -> None:
        raise AssertionError(key)

    def list(self, folder: str) -> Sequence[str]:
        raise AssertionError(folder)
