"""Authorization codes and access tokens: short-lived, single use, one revoking the other."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from sandbox.eid.people import Person

_KEPT_AFTER_S = 600
_MOST = 100_000


@dataclass(slots=True)
class Grant:
    """What one log-in allowed. `expires` is when its code dies, Unix seconds; `tokens` came of it."""

    person: Person
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str | None
    scope: str
    at: int
    expires: float
    used: bool = False
    tokens: list[str] = field(default_factory=list)


class Grants:
    """All codes and access tokens in force, forgotten some time after they die."""

    def __init__(self) -> None:
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, tuple[Grant, float]] = {}

    def __len__(self) -> int:
        return len(self._codes)

    def clear(self) -> None:
        self._codes.clear()
        self._tokens.clear()

    def issue(self, grant: Grant, now: float) -> str:
        """A fresh code for the grant."""
        self._sweep(now)
        code = secrets.token_urlsafe(32)
        self._codes[code] = grant
        return code

    def redeem(self, code: str, now: float, *, again: bool = False) -> Grant | None:
        """The grant of a live code, once; a second try revokes what the first one got, unless `again` lets it pass."""
        grant = self._codes.get(code)
        if grant is None:
            return None
        if grant.used and not again:
            for token in grant.tokens:
                self._tokens.pop(token, None)
            grant.tokens.clear()
            return None
        if now >= grant.expires:
            return None
        grant.used = True
        return grant

    def token(self, grant: Grant, now: float, life_s: int) -> str:
        """A fresh access token."""
        token = secrets.token_urlsafe(32)
        grant.tokens.append(token)
        self._tokens[token] = (grant, now + life_s)
        return token

    def holder(self, token: str, now: float) -> Grant | None:
        """Whose live access token it is."""
        grant, expires = self._tokens.get(token, (None, 0.0))
        return grant if now < expires else None

    def _sweep(self, now: float) -> None:
        # Insertion order is order of death, near enough: all codes live equally long.
        for code, grant in list(self._codes.items())[:50]:
            if now > grant.expires + _KEPT_AFTER_S or len(self._codes) >= _MOST:
                del self._codes[code]
        for token, (_, expires) in list(self._tokens.items())[:50]:
            if now > expires or len(self._tokens) >= _MOST:
                del self._tokens[token]


def proves(verifier: str, challenge: str) -> bool:
    """PKCE S256 (RFC 7636, 4.6)."""
    if not 43 <= len(verifier) <= 128 or not verifier.isascii():
        return False
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(digest, challenge)
