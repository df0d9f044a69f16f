"""Where attachments' bytes live: a folder (`file:///…`) or any S3 bucket (`s3://…`), behind one port.

Objects are small sealed pieces; what they belong to stands in the database.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

_TRIES = 5


class FileStore(Protocol):
    def put(self, key: str, content: bytes) -> None:
        """The object is whole and kept when this returns. Keys are ours: letters, digits, `-` and `/`."""
        ...

    def create(self, key: str, content: bytes) -> bool:
        """As `put`, but an object that is there stays as it is. False when there was one."""
        ...

    def get(self, key: str) -> bytes:
        """Raises KeyError when there is no such object."""
        ...

    def delete(self, key: str) -> None:
        """Deleting what is not there is no error."""
        ...

    def list(self, folder: str) -> Sequence[str]:
        """The keys of everything below `folder`, which ends in no `/`; also what a killed `put` has left there.

        `""` is the whole store.
        """
        ...


def open_store(url: str) -> FileStore:
    """The store that a URL names."""
    parts = urlsplit(url)
    return FolderStore(Path(unquote(parts.path))) if parts.scheme == "file" else BucketStore(url)


class FolderStore:
    """Objects as files. A crash leaves an object whole or absent: it is synced before it gets its name."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def put(self, key: str, content: bytes) -> None:
        self._write(key, content, lambda draft, target: draft.replace(target))

    def create(self, key: str, content: bytes) -> bool:
        try:
            self._write(key, content, lambda draft, target: target.hardlink_to(draft))
        except FileExistsError:
            return False
        return True

    def _write(self, key: str, content: bytes, give_name: Callable[[Path, Path], object]) -> None:
        target = self._root / key
        handle, name = self._begin(target.parent)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            give_name(draft, target)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(target.parent)

    def get(self, key: str) -> bytes:
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None

    def delete(self, key: str) -> None:
        target = self._root / key
        target.unlink(missing_ok=True)
        if target.parent != self._root:
            # A folder that still holds something stays.
            with suppress(OSError):
                target.parent.rmdir()

    def list(self, folder: str) -> Sequence[str]:
        below = self._root / folder
        return sorted(path.relative_to(self._root).as_posix() for path in below.rglob("*") if path.is_file())

    @staticmethod
    def _begin(folder: Path) -> tuple[int, str]:
        """A file to write into, open, and its name."""
        for _ in range(_TRIES):
            folder.mkdir(parents=True, exist_ok=True)
            # Its last object may be deleted at this very moment, and the folder with it.
            with suppress(FileNotFoundError):
                return tempfile.mkstemp(prefix=".put-", dir=folder)
        raise FileNotFoundError(folder)


class BucketStore:
    """Objects in any store that `obstore` opens by URL; its credentials come from the environment, as it documents."""

    def __init__(self, url: str) -> None:
        # A large library that a system with a folder never needs.
        from obstore.store import from_url

        self._store = from_url(url)

    def put(self, key: str, content: bytes) -> None:
        self._store.put(key, content)

    def create(self, key: str, content: bytes) -> bool:
        from obstore.exceptions import AlreadyExistsError

        try:
            self._store.put(key, content, mode="create")
        except AlreadyExistsError:
            return False
        return True

    def get(self, key: str) -> bytes:
        try:
            return bytes(self._store.get(key).bytes())
        except FileNotFoundError:
            raise KeyError(key) from None

    def delete(self, key: str) -> None:
        try:
            self._store.delete(key)
        except FileNotFoundError:
            return

    def list(self, folder: str) -> Sequence[str]:
        return sorted(found["path"] for page in self._store.list(f"{folder}/" if folder else None) for found in page)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
