"""What the claims of an id_token must say (OpenID Connect Core 1.0 §3.1.3.7); `jws` has verified who signed them."""

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt

from auth.eid.claims import LONGEST_SUBJECT, is_exact
from auth.eid.http import EidRefused

LEEWAY_S = 60
_REQUIRED = ("iss", "sub", "aud", "exp", "iat")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the id_token of this exchange must say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now: datetime


def check(claims: dict[str, Any], key: jwt.PyJWK, expected: Expected) -> None:
    """Raises EidRefused unless everything in `expected` holds; `key` is the one that signed the claims."""
    if any(claims.get(name) is None for name in _REQUIRED):
        raise EidRefused("id_token_claim_missing")
    _check_parties(claims, expected)
    _check_times(claims, expected.now)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise EidRefused("id_token_nonce")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(key, expected.access_token):
        raise EidRefused("id_token_at_hash")


def check_fresh(claims: dict[str, Any], since: datetime) -> None:
    """Raises EidRefused unless the provider says that it has seen the person since then."""
    if (since - instant(claims, "auth_time")).total_seconds() > LEEWAY_S:
        raise EidRefused("id_token_auth_time")


def instant(claims: dict[str, Any], name: str) -> datetime:
    """A NumericDate claim. Raises EidRefused if it is none."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EidRefused(f"id_token_{name}")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise EidRefused(f"id_token_{name}") from None


def _check_parties(claims: dict[str, Any], expected: Expected) -> None:
    if claims["iss"] != expected.issuer:
        raise EidRefused("id_token_iss")
    if not is_exact(claims["sub"], LONGEST_SUBJECT):
        raise EidRefused("id_token_sub")
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if expected.client_id not in audience:
        raise EidRefused("id_token_aud")
    # Another audience could replay the token to us, unless it says that it was issued to us.
    if claims.get("azp", expected.client_id if len(audience) == 1 else None) != expected.client_id:
        raise EidRefused("id_token_azp")


def _check_times(claims: dict[str, Any], now: datetime) -> None:
    if (now - instant(claims, "exp")).total_seconds() >= LEEWAY_S:
        raise EidRefused("id_token_exp")
    if (instant(claims, "iat") - now).total_seconds() > LEEWAY_S:
        raise EidRefused("id_token_iat")
    if "nbf" in claims and (instant(claims, "nbf") - now).total_seconds() > LEEWAY_S:
        raise EidRefused("id_token_nbf")


def _half_hash(key: jwt.PyJWK, access_token: str) -> str:
    digest = key.Algorithm.compute_hash_digest(access_token.encode())
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
