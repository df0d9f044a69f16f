"""Personal identifiers at rest: AES-256-GCM per field, envelope keys, bound to row and column.

A sealed value is `version(1) key-id(2) nonce(12) ciphertext+tag`. Its associated data is "<table>.<column>:<row id>":
a value copied to another row or column does not open. Data keys live in `data_key`, wrapped by the master key, which
never enters the database. Exact look-up goes by a keyed blind index.
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, DateTime, Dialect, LargeBinary, SmallInteger, func, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from kernel.database.sessions import Base

_VERSION = 1
_HEADER = 3
_NONCE = 12
_TAG = 16


class VaultError(Exception):
    """A sealed value cannot be opened: wrong key, wrong row or column, or altered. Says nothing of the content."""


class Sealed(bytes):
    """Ciphertext made by a Vault; the only thing a `SealedText` column takes."""

    __slots__ = ()


class SealedText(TypeDecorator[Sealed]):
    """The one column type for personal data: holds `Sealed`, refuses anything else, so plain text cannot be stored."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        if value is not None and not isinstance(value, Sealed):
            raise TypeError("a sealed column takes only values sealed by the vault")
        return None if value is None else bytes(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Sealed | None:  # noqa: ARG002
        return None if value is None else Sealed(value)


class DataKey(Base):
    __tablename__ = "data_key"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Vault:
    def __init__(self, keys: Mapping[int, bytes], index_key: bytes) -> None:
        self.replace_keys(keys)
        self._here = threading.local()
        self._index_key = index_key
        self._derived: dict[str, bytes] = {}

    def replace_keys(self, keys: Mapping[int, bytes]) -> None:
        """Takes other data keys over, those of a database that was restored or was given one more."""
        # One assignment: a thread in the middle of sealing has the old ones whole.
        self._keys = (max(keys), {number: AESGCM(key) for number, key in keys.items()})

    def sealed_here(self) -> int:
        """How many values the calling thread has sealed so far."""
        return int(getattr(self._here, "sealed", 0))

    def seal(self, field: str, row: UUID, plain: str) -> Sealed:
        """Seals `plain` for the column `field` ("dossier.phone") of the row `row`."""
        return self.seal_bytes(field, row, plain.encode())

    def open(self, field: str, row: UUID, sealed: bytes) -> str:
        """The plain text again. Raises VaultError."""
        return self.open_bytes(field, row, sealed).decode()

    def seal_bytes(self, field: str, row: UUID, plain: bytes) -> Sealed:
        nonce = secrets.token_bytes(_NONCE)
        current, ciphers = self._keys
        header = bytes((_VERSION,)) + current.to_bytes(2, "big")
        self._here.sealed = self.sealed_here() + 1
        return Sealed(header + nonce + ciphers[current].encrypt(nonce, plain, _bound(field, row)))

    def open_bytes(self, field: str, row: UUID, sealed: bytes) -> bytes:
        if len(sealed) < _HEADER + _NONCE + _TAG or sealed[0] != _VERSION:
            raise VaultError("not a sealed value")
        cipher = self._keys[1].get(int.from_bytes(sealed[1:_HEADER], "big"))
        if cipher is None:
            raise VaultError("sealed under a key that is not here")
        nonce = sealed[_HEADER : _HEADER + _NONCE]
        try:
            return cipher.decrypt(nonce, bytes(sealed[_HEADER + _NONCE :]), _bound(field, row))
        except InvalidTag:
            raise VaultError("the sealed value does not belong here or was altered") from None

    def index(self, field: str, plain: str) -> bytes:
        """A blind index (32 bytes) for exact look-up of `plain` in `field`; equal values give equal indexes."""
        return hmac.digest(self._index_key, f"{field}\0{plain}".encode(), hashlib.sha256)

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for another purpose, so that one master key is the only secret to keep."""
        key = self._derived.get(purpose)
        if key is None:
            key = self._derived[purpose] = hmac.digest(self._index_key, f"derive\0{purpose}".encode(), hashlib.sha256)
        return key


def _bound(field: str, row: UUID) -> bytes:
    return f"{field}:{row}".encode()


def open_vault(connection: Connection, master_key: bytes) -> Vault:
    """The vault of this database; makes the first data key if there is none. Raises VaultError if the key is wrong."""
    # Two processes may boot on an empty database at once; one of them makes the key.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('motcua.data_key'))"))
    rows = connection.execute(select(DataKey.id, DataKey.wrapped)).all()
    if not rows:
        add_data_key(connection, master_key, 1)
        rows = connection.execute(select(DataKey.id, DataKey.wrapped)).all()
    keys = unwrap([(row.id, row.wrapped) for row in rows], master_key)
    return Vault(keys, hmac.digest(master_key, b"motcua blind index", hashlib.sha256))


def unwrap(rows: Iterable[tuple[int, bytes]], master_key: bytes) -> dict[int, bytes]:
    """The data keys in rows of `data_key`. Raises VaultError if the master key is wrong."""
    wrapper = AESGCM(master_key)
    keys: dict[int, bytes] = {}
    for number, wrapped in rows:
        try:
            keys[number] = wrapper.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], f"data_key:{number}".encode())
        except InvalidTag:
            raise VaultError("MOTCUA_MASTER_KEY does not open this database") from None
    return keys


def add_data_key(connection: Connection, master_key: bytes, number: int) -> None:
    """Adds a fresh data key; new values are sealed under the highest number, old ones stay readable."""
    nonce = secrets.token_bytes(_NONCE)
    wrapped = nonce + AESGCM(master_key).encrypt(nonce, secrets.token_bytes(32), f"data_key:{number}".encode())
    connection.execute(insert(DataKey).values(id=number, wrapped=wrapped))
