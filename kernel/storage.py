"""Where attachments' bytes live: a folder (`file:///…`) or any S3 bucket (`s3://…`), behind one port.

Objects are small sealed pieces; what they belong to stands in the database.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from kernel.database.servers import DoubtfulError, NotYetError, ServerError

_TRIES: Final = 5
# A citizen waits meanwhile: a store that does not answer is said to be away, and the phone tries again.
_CALL_S, _CONNECT_S = 8, 3
LONGEST_CALL_S: Final = 2.0 * _CALL_S
"""A call and its one repetition, which begins within `_CALL_S` or not at all."""
_LEAST_FREE: Final = 64 * 1024 * 1024
_PROBE: Final = "look"
_ENDPOINTS: Final = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")


class StoreAwayError(NotYetError):
    """The store did not do what was asked: away, refusing our credentials, without the bucket, or full."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"Kho tệp ở MOTCUA_FILES_URL không nhận: {why}", f"The file store at MOTCUA_FILES_URL fails: {why}"
        )


class FileStore(Protocol):
    """Every method raises StoreAwayError when the store cannot do it now."""

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

    def look(self) -> None:
        """Asks whether objects can be kept there now. Raises ServerError, saying why not."""
        ...


def open_store(url: str) -> FileStore:
    """The store that a URL names. Raises ServerError for one that cannot be opened."""
    parts = urlsplit(url)
    return FolderStore(Path(unquote(parts.path))) if parts.scheme == "file" else BucketStore(url)


class FolderStore:
    """Objects as files. A crash leaves an object whole or absent: it is synced before it gets its name."""

    def __init__(self, root: Path) -> None:
        self._root = root
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _folder_unfit(error) from error

    def put(self, key: str, content: bytes) -> None:
        with _told():
            self._write(key, content, lambda draft, target: draft.replace(target))

    def create(self, key: str, content: bytes) -> bool:
        with _told():
            try:
                self._write(key, content, lambda draft, target: target.hardlink_to(draft))
            except FileExistsError:
                return False
        return True

    def get(self, key: str) -> bytes:
        with _told():
            try:
                return (self._root / key).read_bytes()
            except FileNotFoundError:
                raise KeyError(key) from None

    def delete(self, key: str) -> None:
        target = self._root / key
        with _told():
            target.unlink(missing_ok=True)
        if target.parent != self._root:
            # A folder that still holds something stays.
            with suppress(OSError):
                target.parent.rmdir()

    def list(self, folder: str) -> Sequence[str]:
        below = self._root / folder
        with _told():
            return sorted(path.relative_to(self._root).as_posix() for path in below.rglob("*") if path.is_file())

    def look(self) -> None:
        with _told():
            free = shutil.disk_usage(self._root).free
        if not os.access(self._root, os.W_OK | os.X_OK):
            raise StoreAwayError("read-only")
        if free < _LEAST_FREE:
            raise DoubtfulError(
                f"Ổ đĩa của kho tệp chỉ còn {free >> 20} MB.", f"The file store's disk has only {free >> 20} MB left."
            )

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
    """Objects in a bucket of a store that speaks S3's protocol; address and credentials come from the environment, by
    the usual variables (AWS_…)."""

    def __init__(self, url: str) -> None:
        # A large library that a system with a folder never needs.
        from obstore.exceptions import BaseError
        from obstore.store import S3Store

        self._failed: tuple[type[Exception], ...] = (BaseError, OSError)
        try:
            self._store = S3Store.from_url(
                url,
                client_options={
                    "timeout": f"{_CALL_S}s",
                    "connect_timeout": f"{_CONNECT_S}s",
                    # A store of one's own in the same network, named so: what it gets is sealed already.
                    "allow_http": any(os.environ.get(name, "").startswith("http://") for name in _ENDPOINTS),
                },
                retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=_CALL_S)},
            )
        except (BaseError, ValueError) as error:
            raise ServerError(
                f"Không mở được kho tệp ở MOTCUA_FILES_URL ({type(error).__name__}).",
                f"The file store at MOTCUA_FILES_URL cannot be opened ({type(error).__name__}).",
            ) from error

    def put(self, key: str, content: bytes) -> None:
        with self._told():
            self._store.put(key, content)

    def create(self, key: str, content: bytes) -> bool:
        from obstore.exceptions import AlreadyExistsError

        with self._told():
            try:
                self._store.put(key, content, mode="create")
            except AlreadyExistsError:
                return False
        return True

    def get(self, key: str) -> bytes:
        with self._told():
            try:
                return bytes(self._store.get(key).bytes())
            except FileNotFoundError as error:
                raise _unless_the_bucket(error, key) from None

    def delete(self, key: str) -> None:
        with self._told():
            try:
                self._store.delete(key)
            except FileNotFoundError as error:
                missing = _unless_the_bucket(error, key)
                if not isinstance(missing, KeyError):
                    raise missing from None

    def list(self, folder: str) -> Sequence[str]:
        with self._told():
            return sorted(
                found["path"] for page in self._store.list(f"{folder}/" if folder else None) for found in page
            )

    def look(self) -> None:
        with self._told():
            # Asked of the bucket itself: a missing object would look the same as a missing bucket.
            next(iter(self._store.list(prefix=_PROBE, chunk_size=1)), None)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._failed as error:
            # What the library says quotes the address and the store's answer, which is of no use to a caller.
            raise StoreAwayError(_kind_of(error)) from error


def _unless_the_bucket(error: Exception, key: str) -> Exception:
    """What a 404 means: there is no such object, or nowhere to look for one."""
    return StoreAwayError("NoSuchBucket") if "NoSuchBucket" in str(error) else KeyError(key)


def _kind_of(error: Exception) -> str:
    known = ("NoSuchBucket", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied")
    otherwise = "no answer" if type(error).__name__ == "GenericError" else type(error).__name__
    return next((word for word in known if word in str(error)), otherwise)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreAwayError(error.strerror or type(error).__name__) from error


def _folder_unfit(error: OSError) -> ServerError:
    return ServerError(
        f"Không tạo được thư mục ở MOTCUA_FILES_URL: {error.strerror}.",
        f"The folder at MOTCUA_FILES_URL cannot be made: {error.strerror}.",
    )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
