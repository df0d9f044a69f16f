"""What a provider signed: a compact JWS, its header, and its claims by one key (RFC 8725)."""

from typing import Any, Final, Literal

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from jwt.types import SigOptions

from auth.eid.answers import clean, read_json
from auth.eid.http import EidRefused

Kind = Literal["id_token", "userinfo"]
# The library verifies who signed. What the claims say is read and judged here, stricter than the library does.
_OPTIONS: Final[SigOptions] = {"verify_signature": True, "enforce_minimum_key_length": True}
_SIGNATURES: Final = jwt.PyJWS()


def read_header(token: str, allowed: frozenset[str], kind: Kind) -> tuple[str, str | None]:
    """Algorithm and key id, if the algorithm is one we allow."""
    try:
        header = clean(jwt.get_unverified_header(token))
    except (jwt.PyJWTError, ValueError):
        raise EidRefused(f"{kind}_malformed") from None
    alg, typ = header.get("alg"), header.get("typ")
    if not isinstance(alg, str) or alg not in allowed:
        raise EidRefused(f"{kind}_alg")
    # A token made for another purpose (at+jwt, logout+jwt) is signed by the same key.
    if typ is not None and (not isinstance(typ, str) or typ.lower().endswith("+jwt")):
        raise EidRefused(f"{kind}_typ")
    return alg, header.get("kid")


def claims_signed_by(key: jwt.PyJWK, token: str, alg: str, kind: Kind) -> dict[str, Any]:
    """The claims, if this key signed them. Raises EidRefused."""
    try:
        claims = read_json(_SIGNATURES.decode(token, key, algorithms=[alg], options=_OPTIONS))
    except jwt.InvalidSignatureError:
        raise EidRefused(f"{kind}_signature") from None
    except (jwt.PyJWTError, ValueError, TypeError, UnsupportedAlgorithm):
        raise EidRefused(f"{kind}_invalid") from None
    if not isinstance(claims, dict):
        raise EidRefused(f"{kind}_invalid")
    return claims
