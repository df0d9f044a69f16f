"""Verification of an id_token (OpenID Connect Core 1.0 §3.1.3.7, with the advice of RFC 8725)."""

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt

from auth.eid.http import EidRefused

LEEWAY_S = 60
_REQUIRED = ["iss", "sub", "aud", "exp", "iat"]
# Times, issuer and audience are judged below: by the clock of the system, and stricter than the library does.
_OPTIONS: dict[str, Any] = {
    "require": _REQUIRED,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
    "enforce_minimum_key_length": True,
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What the id_token of this exchange must say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now: datetime


def read_header(token: str, allowed: frozenset[str]) -> tuple[str, str | None]:
    """Algorithm and key id, if the algorithm is one we allow."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise EidRefused("id_token_malformed") from None
    alg, typ = header.get("alg"), header.get("typ")
    if not isinstance(alg, str) or alg not in allowed:
        raise EidRefused("id_token_alg")
    # A token made for another purpose (at+jwt, logout+jwt) is signed by the same key.
    if typ is not None and (not isinstance(typ, str) or typ.lower().endswith("+jwt")):
        raise EidRefused("id_token_typ")
    return alg, header.get("kid")


def verify(token: str, key: jwt.PyJWK, alg: str, expected: Expected) -> dict[str, Any]:
    """The claims, once the signature and everything in `expected` hold. Raises EidRefused."""
    try:
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=[alg], options=_OPTIONS)  # type: ignore[arg-type]
    except jwt.MissingRequiredClaimError:
        raise EidRefused("id_token_claim_missing") from None
    except jwt.InvalidSignatureError:
        raise EidRefused("id_token_signature") from None
    except jwt.PyJWTError:
        raise EidRefused("id_token_invalid") from None
    _check_parties(claims, expected)
    _check_times(claims, expected.now)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise EidRefused("id_token_nonce")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(key, expected.access_token):
        raise EidRefused("id_token_at_hash")
    return claims


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
    if not isinstance(claims["sub"], str) or not claims["sub"]:
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
