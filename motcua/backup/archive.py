"""The file of a backup: a tar whose last member, the manifest, names every part with its size and digest.

The manifest is sealed with a key derived from the master key. So whoever restores knows that every byte is there and is
what a holder of that key wrote, before anything is changed.
"""

import hashlib
import hmac
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

from motcua.backup.errors import BackupError

FORMAT: Final = 1
DATABASE: Final = "database.dump"
FILES: Final = "files/"
# Anchors of the audit trail: written once, never removed, and they say how long the trail was.
ANCHORS: Final = "audit/"
_HEAD: Final = "head.json"
_MANIFEST: Final = "manifest.json"
_CHUNK: Final = 1 << 20
_LARGEST_NOTE: Final = 1 << 28

Told = Callable[[int], object]
"""Hears of bytes as they go by."""


@dataclass(frozen=True, slots=True)
class Part:
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`schema`: revision of the database; `server`: major version of the PostgreSQL it came from."""

    made_at: str
    product: str
    schema: str
    server: int
    parts: dict[str, Part]

    def keys(self) -> list[str]:
        """The keys of the objects in the file store."""
        return [name.removeprefix(FILES) for name in self.parts if name.startswith(FILES)]


def fingerprint(master_key: bytes) -> str:
    """Tells one master key from another and says nothing of either."""
    return hmac.digest(master_key, b"motcua backup fingerprint", hashlib.sha256).hex()[:32]


class Writer:
    """Adds parts one after the other."""

    def __init__(self, tar: tarfile.TarFile, told: Told) -> None:
        self._tar = tar
        self._told = told
        self._parts: dict[str, Part] = {}

    def add(self, name: str, content: bytes) -> None:
        self.add_stream(name, io.BytesIO(content), len(content))

    def add_stream(self, name: str, content: IO[bytes], size: int) -> None:
        digest = _Digest(content, self._told)
        self._tar.addfile(_member(name, size), digest)
        self._parts[name] = Part(size, digest.hexdigest())

    def drop(self, name: str) -> None:
        """A part that turned out not to belong: its bytes stay in the file, and nobody will restore them."""
        self._parts.pop(name, None)

    def names(self) -> set[str]:
        return set(self._parts)

    def finish(self, master_key: bytes, said: dict[str, Any]) -> Manifest:
        manifest = Manifest(parts=dict(self._parts), **said)
        body = json.dumps(asdict(manifest), sort_keys=True)
        sealed = json.dumps({"manifest": body, "seal": _seal(master_key, body)}).encode()
        self._tar.addfile(_member(_MANIFEST, len(sealed)), io.BytesIO(sealed))
        return manifest


@contextmanager
def written(file: Path, master_key: bytes, told: Told) -> Iterator[Writer]:
    """A backup that appears under its name once it is whole and on the disk, for its owner alone."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    except OSError as error:
        raise _cannot_write(file, error) from error
    try:
        with os.fdopen(handle, "wb") as opened:
            with tarfile.open(fileobj=opened, mode="w", format=tarfile.PAX_FORMAT) as tar:
                head = json.dumps({"format": FORMAT, "key": fingerprint(master_key)}).encode()
                tar.addfile(_member(_HEAD, len(head)), io.BytesIO(head))
                yield Writer(tar, told)
            opened.flush()
            os.fsync(opened.fileno())
        Path(name).replace(file)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise _cannot_write(file, error) from error
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def checked(file: Path, master_key: bytes, told: Told) -> Manifest:
    """Reads the whole file and returns its manifest. Raises BackupError unless it is as it was written."""
    found: dict[str, Part] = {}
    sealed: bytes | None = None
    end = 0
    try:
        with tarfile.open(file, mode="r:") as tar:
            for number, member in enumerate(tar):
                content = tar.extractfile(member)
                if content is None or sealed is not None:
                    raise _damaged(file)
                if number == 0:
                    _check_head(file, member, content, master_key)
                elif member.name == _MANIFEST:
                    sealed = content.read(_LARGEST_NOTE)
                    end = member.offset_data + member.size
                else:
                    found[member.name] = _part(content, told)
    except OSError as error:
        raise _cannot_read(file, error) from error
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        raise _damaged(file) from error
    if sealed is None or not _ends_well(file, end):
        raise _damaged(file)
    manifest = _opened(file, sealed, master_key)
    if DATABASE not in manifest.parts or any(found.get(name) != part for name, part in manifest.parts.items()):
        raise _damaged(file)
    return manifest


def parts(file: Path, manifest: Manifest) -> Iterator[tuple[str, IO[bytes], int]]:
    """Each part of a checked file: name, content, size. Read one before asking for the next."""
    with tarfile.open(file, mode="r:") as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None and member.name in manifest.parts:
                yield member.name, content, member.size


class _Digest(io.RawIOBase):
    """Passes bytes on and counts them into a digest."""

    def __init__(self, inner: IO[bytes], told: Told) -> None:
        self._inner = inner
        self._told = told
        self._sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        octets = self._inner.read(size)
        self._sha256.update(octets)
        self._told(len(octets))
        return octets

    def hexdigest(self) -> str:
        return self._sha256.hexdigest()


def _ends_well(file: Path, end: int) -> bool:
    """Whether after the last member, which ends at `end`, comes what ends a tar and nothing else."""
    with file.open("rb") as opened:
        opened.seek(end)
        rest = opened.read(2 * tarfile.RECORDSIZE + 1)
    whole = (end + len(rest)) % tarfile.RECORDSIZE == 0
    return whole and 2 * tarfile.BLOCKSIZE <= len(rest) <= 2 * tarfile.RECORDSIZE and not any(rest)


def _part(content: IO[bytes], told: Told) -> Part:
    digest = _Digest(content, told)
    size = 0
    while octets := digest.read(_CHUNK):
        size += len(octets)
    return Part(size, digest.hexdigest())


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _check_head(file: Path, member: tarfile.TarInfo, content: IO[bytes], master_key: bytes) -> None:
    said = json.loads(content.read(_LARGEST_NOTE)) if member.name == _HEAD else None
    if not isinstance(said, dict) or "key" not in said:
        raise _damaged(file)
    if said.get("format") != FORMAT:
        raise BackupError(
            f"{file} do phiên bản khác của phần mềm tạo ra, bản này không đọc được.",
            f"{file} was made by another release, which this one cannot read.",
        )
    if not hmac.compare_digest(str(said["key"]), fingerprint(master_key)):
        raise BackupError(
            f"{file} được tạo với khoá chính khác. Đặt khoá của bản sao này vào MOTCUA_MASTER_KEY hoặc tệp master.key.",
            f"{file} was made under another master key. Put its own key into MOTCUA_MASTER_KEY or master.key.",
        )


def _opened(file: Path, sealed: bytes, master_key: bytes) -> Manifest:
    try:
        envelope = json.loads(sealed)
        body = str(envelope["manifest"])
        if not hmac.compare_digest(str(envelope["seal"]), _seal(master_key, body)):
            raise _damaged(file)
        said = json.loads(body)
        said["parts"] = {name: Part(**part) for name, part in said["parts"].items()}
        return Manifest(**said)
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(file) from error


def _seal(master_key: bytes, body: str) -> str:
    key = hmac.digest(master_key, b"motcua backup manifest", hashlib.sha256)
    return hmac.digest(key, body.encode(), hashlib.sha256).hex()


def _damaged(file: Path) -> BackupError:
    return BackupError(
        f"{file} không phải bản sao lưu nguyên vẹn (hỏng hoặc bị cắt ngắn). Chưa thay đổi gì.",
        f"{file} is no whole backup (damaged or cut short). Nothing was changed.",
    )


def _cannot_read(file: Path, error: OSError) -> BackupError:
    return BackupError(f"Không đọc được {file}: {error.strerror}.", f"{file} cannot be read: {error.strerror}.")


def _cannot_write(file: Path, error: OSError) -> BackupError:
    return BackupError(f"Không ghi được {file}: {error.strerror}.", f"{file} cannot be written: {error.strerror}.")
