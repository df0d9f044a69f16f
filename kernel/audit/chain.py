"""The chain: each link is a keyed digest of its position, the link before it, and the whole row it covers. Pure.

Without the key no link can be computed, so whoever holds the database alone can take links away, but make none.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table

from kernel.audit.rows import whole_row
from kernel.vault import Vault

GENESIS: Final = bytes(32)
_CHAIN: Final = "audit chain"
_CHECKPOINT: Final = "audit checkpoint"
_GONE: Final = b"gone"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in the chain; `kind` is its table, `row_id` its id."""

    position: int
    kind: str
    row_id: UUID
    legacy: bool


class Chain:
    """Computes links and signs them, with keys from the vault."""

    def __init__(self, vault: Vault) -> None:
        self._link_key = vault.derive(_CHAIN)
        self._sign_key = vault.derive(_CHECKPOINT)

    def link(self, previous: bytes, place: Place, table: Table | None, row: Mapping[str, Any] | None) -> bytes:
        """The link of a row. A row that is gone before the sealer saw it is covered as gone."""
        content = _GONE if row is None or table is None else whole_row(table, row)
        head = f"{place.position}|{place.kind}|{place.row_id}|{int(place.legacy)}|".encode()
        return hmac.digest(self._link_key, previous + head + content, hashlib.sha256)

    def sign(self, position: int, at: datetime, link: bytes) -> bytes:
        """The signature of a checkpoint, here and in its anchor."""
        said = f"motcua audit checkpoint 2|{position}|{stamp(at)}|{link.hex()}"
        return hmac.digest(self._sign_key, said.encode(), hashlib.sha256)

    def is_ours(self, position: int, at: datetime, link: bytes, signature: bytes) -> bool:
        return hmac.compare_digest(signature, self.sign(position, at, link))


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
