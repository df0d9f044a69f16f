"""Access tokens: short-lived signed JWTs (RFC 9068, RFC 8725), and the refresh token that goes with each.

Claims: iss, aud, sub (person), client_id, iat, exp, jti, sid, gen, auth_time, kind, lvl; officers also officer_id,
agency_code, roles. `gen` is the generation of the refresh token that came with it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import jwt

from auth.settings import SessionSettings
from auth.tokens.derived import DerivedTokens
from auth.tokens.keyring import KeyRing
from kernel.actor import Actor, ActorKind
from kernel.clock import Clock
from kernel.ids import new_id
from kernel.vault import Vault

ALGORITHM: Final = "ES256"
TYPE: Final = "at+jwt"
AUDIENCE: Final = "motcua"
CLIENT: Final = "motcua-app"
REFRESH_PURPOSE: Final = "auth refresh token"


@dataclass(frozen=True, slots=True)
class Grant:
    """A session that may have tokens: what a use case hands to the issuer once its transaction has committed."""

    actor: Actor
    session_id: UUID
    generation: int
    authenticated_at: datetime
    refresh_until: datetime


@dataclass(frozen=True, slots=True)
class Tokens:
    """`expires_in`: seconds the access token lives. The refresh token ends at `refresh_expires_at`."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    refresh_expires_at: datetime
    session_id: UUID


class TokenIssuer:
    def __init__(self, keys: KeyRing, vault: Vault, clock: Clock, settings: SessionSettings) -> None:
        self._keys = keys
        self._refresh = DerivedTokens(vault.derive(REFRESH_PURPOSE))
        self._clock = clock
        self._settings = settings

    def issue(self, grant: Grant) -> Tokens:
        """Call it after the commit: the grant must be true, and the key ring may read the database."""
        key = self._keys.signing()
        headers = {"typ": TYPE, "kid": key.kid}
        return Tokens(
            access_token=jwt.encode(self._claims(grant), key.private, algorithm=ALGORITHM, headers=headers),
            refresh_token=self._refresh.make(grant.session_id, grant.generation),
            expires_in=int(self._settings.access_ttl.total_seconds()),
            refresh_expires_at=grant.refresh_until,
            session_id=grant.session_id,
        )

    def _claims(self, grant: Grant) -> dict[str, Any]:
        actor, now = grant.actor, int(self._clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self._settings.issuer,
            "aud": AUDIENCE,
            "sub": str(actor.person_id),
            "client_id": CLIENT,
            "iat": now,
            "exp": now + int(self._settings.access_ttl.total_seconds()),
            "jti": str(new_id()),
            "sid": str(grant.session_id),
            "gen": grant.generation,
            "auth_time": int(grant.authenticated_at.timestamp()),
            "kind": actor.kind.value,
            "lvl": actor.identity_level,
        }
        if actor.kind is ActorKind.OFFICER:
            claims["officer_id"] = str(actor.officer_id)
            claims["agency_code"] = actor.agency_code
            claims["roles"] = sorted(actor.roles)
        return claims
