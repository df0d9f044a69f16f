"""The body of a request as it comes in: in memory while it is short, in a nameless enciphered file when it is long."""

import io
import os
import tempfile
from typing import IO, Final, Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

_SLICE: Final = 64 * 1024


class Readable(Protocol):
    """What a WSGI application reads a body from."""

    def read(self, size: int = -1, /) -> bytes: ...

    def close(self) -> None: ...


class Ledger:
    """What one worker holds of bodies and answers: octets in memory, and octets in files."""

    def __init__(self) -> None:
        self.memory = 0
        self.spooled = 0


class SpoolFullError(OSError):
    """There is no more room for long bodies."""


class Body:
    """Collects octets. `received` counts all that ever came; `size` what is held now."""

    __slots__ = ("_file", "_ledger", "_most_in_files", "_most_in_memory", "_octets", "received", "size")

    def __init__(self, ledger: Ledger, most_in_memory: int, most_in_files: int) -> None:
        self._ledger = ledger
        self._octets = bytearray()
        self._most_in_memory = most_in_memory
        self._most_in_files = most_in_files
        self._file: _Spool | None = None
        self.received = 0
        self.size = 0

    def add(self, octets: bytes) -> None:
        """Raises OSError when a long body finds no room."""
        self.received += len(octets)
        self.size += len(octets)
        if self._file is None and self.size <= self._most_in_memory:
            self._octets += octets
            self._ledger.memory += len(octets)
            return
        if self._file is None:
            self._file = _Spool()
            self._spool(bytes(self._octets))
            self._ledger.memory -= len(self._octets)
            self._octets = bytearray()
        self._spool(octets)

    @property
    def in_memory(self) -> int:
        return len(self._octets)

    def take(self) -> bytes:
        """What is held, which is then held no more; only for a body that is kept in memory."""
        taken = bytes(self._octets)
        self._ledger.memory -= len(taken)
        self._octets = bytearray()
        self.size = 0
        return taken

    def open(self) -> Readable:
        """The whole body, to be read once. It is counted until `release`."""
        return io.BytesIO(self._octets) if self._file is None else self._file.rewound()

    def release(self) -> None:
        """Forgets everything."""
        self._ledger.memory -= len(self._octets)
        self._octets = bytearray()
        if self._file is not None:
            self._ledger.spooled -= self._file.size
            self._file.close()
            self._file = None
        self.size = 0

    def _spool(self, octets: bytes) -> None:
        if self._ledger.spooled + len(octets) > self._most_in_files:
            raise SpoolFullError("too many long bodies")
        if self._file is not None:
            self._file.write(octets)
            self._ledger.spooled += len(octets)


class _Spool:
    """A file without a name, enciphered with a key that lives in this process alone: bodies are personal."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by whoever holds the body
        self._cipher = Cipher(algorithms.AES(os.urandom(32)), modes.CTR(os.urandom(16)))
        self._writer: CipherContext = self._cipher.encryptor()
        self.size = 0

    def write(self, octets: bytes) -> None:
        left = memoryview(self._writer.update(octets))
        while left:
            left = left[self._file.write(left) :]
        self.size += len(octets)

    def rewound(self) -> Readable:
        self._file.seek(0)
        return _Deciphered(self._file, self._cipher.decryptor())

    def close(self) -> None:
        self._file.close()


class _Deciphered(io.RawIOBase):
    """Reads a spool. Closing it leaves the file to its body."""

    def __init__(self, file: IO[bytes], reader: CipherContext) -> None:
        self._file = file
        self._reader = reader

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        octets = self._reader.update(self._file.read(min(len(buffer), _SLICE)))
        buffer[: len(octets)] = octets
        return len(octets)
