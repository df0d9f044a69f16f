"""The provider's signing keys: kept for an hour, read again at once for an unknown key id, but not at anyone's will."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt

from auth.eid.http import EidRefused, JsonClient
from auth.eid.jws import Kind, claims_signed_by, read_header

_KEPT_S = 3600.0
# A provider that rotates is followed at once; a stream of made-up key ids costs it a handful of reads a minute.
_REFETCHES = 5
_PER_S = 60.0
_FAMILY = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
# Keys without an id are told apart by trying them.
_MOST_TRIED = 8


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
            for found in _fitting(keys, kid, alg)[:_MOST_TRIED]:
                try:
                    key = jwt.PyJWK(found, algorithm=alg)
                    return SignedBy(key, claims_signed_by(key, token, alg, kind))
                except (jwt.PyJWTError, KeyError):
                    refused = "key_unusable"
                except EidRefused as error:
                    refused = error.reason
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
        keys = [key for key in listed if isinstance(key, dict)]
        self._kept = (jwks_uri, self._monotonic() + _KEPT_S, keys)
        return keys

    def _may_refetch(self) -> bool:
        now = self._monotonic()
        if len(self._refetched) == _REFETCHES and now - self._refetched[0] < _PER_S:
            return False
        self._refetched.append(now)
        return True


def _fitting(keys: list[dict[str, Any]], kid: str | None, alg: str) -> list[dict[str, Any]]:
    return [
        key
        for key in keys
        if (kid is None or key.get("kid", kid) == kid)
        and key.get("kty") == _FAMILY[alg[:2]]
        and key.get("use", "sig") == "sig"
        and key.get("alg", alg) == alg
    ]
