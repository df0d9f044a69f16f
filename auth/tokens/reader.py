"""From an access token to its actor."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import jwt

from auth import store
from auth.settings import SessionSettings
from auth.tokens.cache import BoundedCache
from auth.tokens.clients import PREFIX, ClientReader
from auth.tokens.issuer import ALGORITHM, AUDIENCE, CLIENT, TYPE
from auth.tokens.keyring import KeyRing
from kernel.actor import Actor, ActorKind
from kernel.clock import Clock
from kernel.database.sessions import Database
from kernel.errors import DomainError

# Two of the five seconds are left for the revocation to commit and for the last cached answer to pass.
LIVENESS_S: Final = 3.0
_CACHED: Final = 8192
_MAX_LENGTH: Final = 4096
_LEEWAY_S: Final = 60
_NEVER: Final = (0.0, 0)
_CLAIMS: Final = ["iss", "aud", "sub", "client_id", "iat", "exp", "jti", "sid", "auth_time", "kind", "lvl"]
# Issuer, audience and times are compared below, exactly and by the clock of the system.
_OPTIONS: Final[dict[str, Any]] = {
    "require": _CLAIMS,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
}


@dataclass(frozen=True, slots=True)
class _Verified:
    actor: Actor
    session_id: UUID
    generation: int
    expires_at: int


class TokenReader:
    """Turns an access token into its actor. One per process; safe for threads; not to be called in a transaction.

    A verified token is remembered by its digest until it expires, and that its session lives for a few seconds, so a
    revoked session, or an officer whose office ended, stops within five.
    """

    def __init__(
        self,
        database: Database,
        keys: KeyRing,
        clock: Clock,
        settings: SessionSettings,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._issuer = settings.issuer
        self._monotonic = monotonic
        self._tokens: BoundedCache[bytes, _Verified] = BoundedCache(_CACHED)
        self._alive: BoundedCache[UUID, tuple[float, int]] = BoundedCache(_CACHED)
        self._clients = ClientReader(database, clock, monotonic=monotonic)

    def read(self, token: str) -> Actor:
        """Raises DomainError `unauthenticated`, the same for whatever is wrong. Takes the keys of clients, too."""
        if token.startswith(PREFIX):
            return self._clients.read(token)
        now = self._clock.now()
        digest = sha256(token.encode(errors="replace")).digest()
        known = self._tokens.get(digest)
        if known is None:
            known = self._verify(token, now.timestamp())
            self._tokens.put(digest, known)
        if known.expires_at <= now.timestamp() or not self._is_alive(known, now):
            raise DomainError("unauthenticated")
        return known.actor

    def forget(self, session_id: UUID) -> None:
        """Makes this process ask the database about a session or a client again; call it after a revocation has
        committed.
        """
        self._alive.drop(session_id)
        self._clients.forget(session_id)

    def forget_all(self) -> None:
        """For a database that was restored: nothing that was read from the one before holds."""
        self._tokens.clear()
        self._alive.clear()
        self._clients.forget_all()

    def _is_alive(self, known: _Verified, now: datetime) -> bool:
        session_id, asked_at = known.session_id, self._monotonic()
        until, generation = self._alive.get(session_id, _NEVER)
        if asked_at < until and generation == known.generation:
            return True
        with self._database.reading() as connection:
            alive = store.session_is_alive(connection, session_id, known.actor.identity_level, now)
            # The first answer to a log-in has none before it that could be asked for again.
            if alive and generation != known.generation and known.generation > 1:
                store.note_use(connection, session_id, known.generation)
        if alive:
            self._alive.put(session_id, (asked_at + LIVENESS_S, known.generation))
        return alive

    def _verify(self, token: str, now: float) -> _Verified:
        try:
            if len(token) > _MAX_LENGTH:
                raise ValueError
            public = self._keys.verifying(_key_id(token))
            if public is None:
                raise ValueError
            claims = jwt.decode(token, public, algorithms=[ALGORITHM], options=_OPTIONS)  # type: ignore[arg-type]
            if claims["iss"] != self._issuer or claims["aud"] != AUDIENCE or claims["client_id"] != CLIENT:
                raise ValueError
            if claims["iat"] > now + _LEEWAY_S:
                raise ValueError
            return _Verified(_actor(claims), UUID(claims["sid"]), int(claims.get("gen", 0)), int(claims["exp"]))
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError, OverflowError, OSError):
            raise DomainError("unauthenticated") from None


def _key_id(token: str) -> str:
    # The library would decode and check the whole token to show its header, and then once more to verify it.
    segment = token.partition(".")[0].encode("ascii")
    header = json.loads(base64.urlsafe_b64decode(segment + b"=="))
    if header["typ"] != TYPE or header["alg"] != ALGORITHM or not isinstance(header["kid"], str):
        raise ValueError
    return str(header["kid"])


def _actor(claims: dict[str, Any]) -> Actor:
    kind = ActorKind(claims["kind"])
    if kind not in (ActorKind.CITIZEN, ActorKind.OFFICER):
        raise ValueError
    officer = kind is ActorKind.OFFICER
    return Actor(
        kind=kind,
        person_id=UUID(claims["sub"]),
        session_id=UUID(claims["sid"]),
        identity_level=int(claims["lvl"]),
        officer_id=UUID(claims["officer_id"]) if officer else None,
        agency_code=str(claims["agency_code"]) if officer else None,
        roles=frozenset(claims["roles"]) if officer else frozenset(),
        authenticated_at=datetime.fromtimestamp(claims["auth_time"], UTC),
    )
