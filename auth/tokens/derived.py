"""Tokens that are derived, not stored: row id, number and a keyed digest. The database never holds one in the clear."""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

_LENGTH = 16 + 4 + 32


class DerivedTokens:
    """One family of opaque tokens under one key: 70 URL-safe characters each, the same for the same row and number."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, row: UUID, number: int = 0) -> str:
        named = row.bytes + number.to_bytes(4, "big")
        return _encode(named + hmac.digest(self._key, named, hashlib.sha256))

    def read(self, token: str) -> tuple[UUID, int] | None:
        """Row and number of a token made here; None for anything else."""
        try:
            octets = base64.b64decode(token.encode("ascii") + b"==", altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return None
        if len(octets) != _LENGTH:
            return None
        row, number = UUID(bytes=octets[:16]), int.from_bytes(octets[16:20], "big")
        # Comparing whole texts also refuses another spelling of the same octets.
        return (row, number) if hmac.compare_digest(self.make(row, number), token) else None

    def belongs(self, token: str, row: UUID, number: int = 0) -> bool:
        """Whether `token` is the one of this row and number."""
        return hmac.compare_digest(self.make(row, number).encode(), token.encode(errors="replace"))


def _encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
