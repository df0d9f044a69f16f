"""Keys of partner systems, `mck_<id>_<secret>`. A secret is 256 random bits, so a plain digest of it may be kept."""

import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from auth.organisations import client_store
from auth.organisations.rights import mandates_of, usable_scopes
from auth.tokens.cache import BoundedCache
from kernel.actor import Actor, ActorKind
from kernel.clock import Clock, local
from kernel.database.sessions import Database
from kernel.errors import DomainError
from kernel.ids import new_token

PREFIX: Final = "mck_"
_SHAPE: Final = re.compile(r"mck_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")
_REMEMBERED_S: Final = 3.0
_CACHED: Final = 2048
# A note of last use is for people; one a minute is enough, and keeps reads from becoming writes.
_NOTED_EVERY: Final = timedelta(minutes=1)


def new_key(client_id: UUID) -> tuple[str, bytes]:
    """(the key to show once, the digest to keep)."""
    secret = new_token(32)
    return f"{PREFIX}{client_id.hex}_{secret}", sha256(secret.encode()).digest()


@dataclass(frozen=True, slots=True)
class _Known:
    digest: bytes
    actor: Actor
    expires_at: datetime
    until: float


class ClientReader:
    """Turns a key into its actor, who can do no more than the key's grantor can now.

    A revoked key, or one whose grantor left, stops within three seconds. Not to be called in a transaction.
    """

    def __init__(self, database: Database, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._monotonic = monotonic
        self._known: BoundedCache[UUID, _Known] = BoundedCache(_CACHED)

    def read(self, key: str) -> Actor:
        """Raises DomainError `unauthenticated`, the same for whatever is wrong."""
        shaped = _SHAPE.fullmatch(key)
        if shaped is None:
            raise DomainError("unauthenticated")
        client_id, digest = UUID(shaped[1]), sha256(shaped[2].encode()).digest()
        known = self._known.get(client_id)
        if known is None or known.until <= self._monotonic():
            known = self._load(client_id, digest)
        if known is None or known.expires_at <= self._clock.now() or not hmac.compare_digest(known.digest, digest):
            raise DomainError("unauthenticated")
        return known.actor

    def forget(self, client_id: UUID) -> None:
        self._known.drop(client_id)

    def forget_all(self) -> None:
        self._known.clear()

    def _load(self, client_id: UUID, digest: bytes) -> _Known | None:
        asked_at, now = self._monotonic(), self._clock.now()
        with self._database.reading() as connection:
            row = client_store.standing_client(connection, client_id, local(now).date())
            if row is None:
                self._known.drop(client_id)
                return None
            unnoted = row.last_used_at is None or row.last_used_at + _NOTED_EVERY <= now
            if unnoted and hmac.compare_digest(row.secret_digest, digest):
                client_store.note_use(connection, client_id, now)
        known = _Known(row.secret_digest, _actor(client_id, row), row.expires_at, asked_at + _REMEMBERED_S)
        self._known.put(client_id, known)
        return known


def _actor(client_id: UUID, row: client_store.ClientRow) -> Actor:
    mandates = mandates_of(row.role or "", row.mandates or ())
    bounded = row.organisation_id is not None
    return Actor(
        ActorKind.CLIENT,
        client_id=client_id,
        organisation_id=row.organisation_id,
        agency_code=row.agency_code,
        scopes=usable_scopes(row.scopes, mandates) if bounded else frozenset(row.scopes),
        grantor_id=row.grantor_id,
        mandates=mandates,
    )
