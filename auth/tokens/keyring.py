"""The signing keys as each process holds them: loaded together, every minute, and at once for an unknown key id."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from auth import store
from auth.rules import signing_position
from auth.tokens.key_models import PRIVATE_KEY_FIELD
from kernel.clock import Clock
from kernel.database.sessions import Database
from kernel.vault import Vault

_RELOAD_S = 60.0
# Made-up key ids must not turn into a stream of statements.
_RELOAD_FOR_UNKNOWN_S = 1.0


class NoSigningKey(Exception):  # noqa: N818 - says what is wrong
    """`keep_signing_keys` has not run on this database yet."""


@dataclass(frozen=True, slots=True)
class HeldKey:
    kid: str
    active_from: datetime
    private: EllipticCurvePrivateKey
    public: EllipticCurvePublicKey
    jwk: dict[str, Any]


class KeyRing:
    """Reads the database by itself, so never call it inside a transaction: it would take a second connection."""

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._monotonic = monotonic
        self._keys: dict[str, HeldKey] = {}
        self._loaded_at = float("-inf")

    def signing(self) -> HeldKey:
        """The key to sign with now. Raises NoSigningKey."""
        keys = list(self._fresh(_RELOAD_S).values())
        if not keys:
            keys = list(self._fresh(0.0).values())
        if not keys:
            raise NoSigningKey
        return keys[signing_position([key.active_from for key in keys], self._clock.now())]

    def verifying(self, kid: str) -> EllipticCurvePublicKey | None:
        key = self._fresh(_RELOAD_S).get(kid)
        if key is None:
            key = self._fresh(_RELOAD_FOR_UNKNOWN_S).get(kid)
        return None if key is None else key.public

    def jwks(self) -> dict[str, Any]:
        """Every published key, the next one included, as a JWK Set (RFC 7517)."""
        return {"keys": [key.jwk for key in self._fresh(_RELOAD_S).values()]}

    def forget_all(self) -> None:
        """For a database that was restored: its signing keys are read when one is needed next."""
        self._keys, self._loaded_at = {}, float("-inf")

    def _fresh(self, max_age_s: float) -> dict[str, HeldKey]:
        now = self._monotonic()
        if now - self._loaded_at >= max_age_s:
            with self._database.reading() as connection:
                rows = store.signing_keys(connection)
            self._keys = {row.kid: self._held(row) for row in rows}
            self._loaded_at = now
        return self._keys

    def _held(self, row: store.SigningKeyRow) -> HeldKey:
        known = self._keys.get(row.kid)
        if known is not None:
            return known
        private = load_der_private_key(self._vault.open_bytes(PRIVATE_KEY_FIELD, row.id, row.private_key), None)
        if not isinstance(private, EllipticCurvePrivateKey):
            raise TypeError("a signing key is not of an elliptic curve")
        return HeldKey(row.kid, row.active_from, private, private.public_key(), row.public_jwk)
