"""Where attachments' bytes live: a folder (`file:///…`) or any S3 bucket (`s3://…`), behind one port.

Objects are small sealed pieces; what they belong to stands in the database.
"""

from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import from_url


class FileStore(Protocol):
    def put(self, key: str, content: bytes) -> None: ...

    def get(self, key: str) -> bytes:
        """Raises KeyError when there is no such object."""
        ...

    def delete(self, key: str) -> None:
        """Deleting what is not there is no error."""
        ...


class ObjectStore:
    """A FileStore over any store `obstore` can open by URL."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme == "file":
            Path(unquote(parts.path)).mkdir(parents=True, exist_ok=True)
        self._store = from_url(url)

    def put(self, key: str, content: bytes) -> None:
        obstore.put(self._store, key, content)

    def get(self, key: str) -> bytes:
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except (NotFoundError, FileNotFoundError):
            raise KeyError(key) from None

    def delete(self, key: str) -> None:
        try:
            obstore.delete(self._store, key)
        except (NotFoundError, FileNotFoundError):
            return
