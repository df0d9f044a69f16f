"""Where attachments' bytes live: a folder (`file:///…`) or any S3 bucket (`s3://…`), behind one port.

Objects are small sealed pieces; what they belong to stands in the database.
"""

import os
import tempfile
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit


class FileStore(Protocol):
    def put(self, key: str, content: bytes) -> None:
        """The object is whole and kept when this returns. Keys are ours: letters, digits, `-` and `/`."""
        ...

    def get(self, key: str) -> bytes:
        """Raises KeyError when there is no such object."""
        ...

    def delete(self, key: str) -> None:
        """Deleting what is not there is no error."""
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
        target = self._root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".put-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)

    def get(self, key: str) -> bytes:
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None

    def delete(self, key: str) -> None:
        (self._root / key).unlink(missing_ok=True)


class BucketStore:
    """Objects in any store that `obstore` opens by URL; its credentials come from the environment, as it documents."""

    def __init__(self, url: str) -> None:
        # A large library that a system with a folder never needs.
        from obstore.store import from_url

        self._store = from_url(url)

    def put(self, key: str, content: bytes) -> None:
        self._store.put(key, content)

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


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
