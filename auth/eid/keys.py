"""The provider's signing keys: kept for minutes, read again at once for an unknown key id, but not at anyone's will."""

import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm

from auth.eid.http import EidRefused, JsonClient
from auth.eid.jws import Kind, claims_signed_by, read_header

# A key that the provider withdraws is believed no longer than this.
_KEPT_S = 300.0
# A provider that rotates is followed at once; a stream of made-up key ids costs it a handful of reads a minute.
_REFETCHES = 5
_PER_S = 60.0
_FAMILY = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
# Keys without an id, or of one id, are told apart by trying them; broken ones cost no try.
_MOST_TRIED = 8
_MOST_KEYS = 200
_CURVES = {"ES256": ("P-256",), "ES384": ("P-384",), "ES512": ("P-521",), "EdDSA": ("Ed25519", "Ed448")}
# Public members and their greatest length in base64url: 16,384 bits of modulus, 64 of exponent, 521 of a coordinate.
_MEMBERS = {"RSA": {"n": 2734, "e": 12}, "EC": {"crv": 20, "x": 90, "y": 90}, "OKP": {"crv": 20, "x": 90}}
_VALUE = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True)
class SignedBy:
    key: jwt.PyJWK
    claims: dict[str, Any]


class ProviderKeys:
    def __init__(self, client: JsonClient, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._monotonic = monotonic
        self._kept: tuple[str, float, list[dict[str, Any]]] | None = None
        self._refetched: deque[float] = deque(maxlen=_REFETCHES)

    def verify(self, jwks_uri: str, token: str, allowed: frozenset[str], kind: Kind) -> SignedBy:
        """The claims of a token, by the first key that signed it.

        Raises EidRefused when no key fits the token's header, or none of those that fit has signed it. Then keys are
        read again: a provider may have put a new one in the place of the old.
        """
        alg, kid = read_header(token, allowed, kind)
        keys, fresh = self._keys(jwks_uri)
        refused = "key_unknown"
        while True:
            tried = 0
            for found in _fitting(keys, kid, alg):
                key = _usable(found, alg)
                if key is None:
                    refused = "key_unusable" if tried == 0 else refused
                    continue
                tried += 1
                try:
                    return SignedBy(key, claims_signed_by(key, token, alg, kind))
                except EidRefused as error:
                    refused = error.reason
                if tried == _MOST_TRIED:
                    break
            if fresh or not self._may_refetch():
                raise EidRefused(refused)
            keys, fresh = self._fetch(jwks_uri), True

    def _keys(self, jwks_uri: str) -> tuple[list[dict[str, Any]], bool]:
        kept = self._kept
        if kept is not None and kept[0] == jwks_uri and self._monotonic() < kept[1]:
            return kept[2], False
        return self._fetch(jwks_uri), True

    def _fetch(self, jwks_uri: str) -> list[dict[str, Any]]:
        listed = self._client.get(jwks_uri).get("keys")
        if not isinstance(listed, list):
            raise EidRefused("jwks_shape")
        # A null says as little as an absent member.
        keys = [{n: v for n, v in key.items() if v is not None} for key in listed[:_MOST_KEYS] if isinstance(key, dict)]
        self._kept = (jwks_uri, self._monotonic() + _KEPT_S, keys)
        return keys

    def _may_refetch(self) -> bool:
        now = self._monotonic()
        if len(self._refetched) == _REFETCHES and now - self._refetched[0] < _PER_S:
            return False
        self._refetched.append(now)
        return True


def _fitting(keys: list[dict[str, Any]], kid: str | None, alg: str) -> Iterator[dict[str, Any]]:
    for key in keys:
        named = kid is None or key.get("kid", kid) == kid
        if named and key.get("kty") == _FAMILY[alg[:2]] and key.get("alg", alg) == alg and _for_signatures(key):
            yield key


def _for_signatures(key: dict[str, Any]) -> bool:
    """Whether a key is published to verify signatures (RFC 7517 §4.2, §4.3)."""
    operations = key.get("key_ops", ["verify"])
    return key.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations


def _usable(found: dict[str, Any], alg: str) -> jwt.PyJWK | None:
    """The public key, or None for one that cannot have made a signature that proves anything.

    A private half in the open proves nothing, nor does a curve that the algorithm does not name (RFC 7518 §3.4).
    """
    members = _MEMBERS[found["kty"]]
    public = {name: found.get(name) for name in members}
    if not _PRIVATE.isdisjoint(found) or found.get("crv") not in _CURVES.get(alg, (found.get("crv"),)):
        return None
    if not all(_is_value(value, members[name]) for name, value in public.items()):
        return None
    try:
        return jwt.PyJWK({"kty": found["kty"], **public}, algorithm=alg)
    except (jwt.PyJWTError, LookupError, ArithmeticError, TypeError, ValueError, UnsupportedAlgorithm):
        return None


def _is_value(value: object, longest: int) -> bool:
    """Base64url or the name of a curve; the library would pass over what is neither."""
    return isinstance(value, str) and len(value) <= longest and _VALUE.fullmatch(value) is not None
