"""The provider's signing keys and every way its id_token can be wrong."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

Algorithm = Literal["RS256", "ES256"]
ALGORITHMS: tuple[Algorithm, ...] = ("RS256", "ES256")
_REMEMBERED = 4

CLAIM_LIES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "wrong_iss": lambda claims: {**claims, "iss": "https://eid-khac.example"},
    "wrong_aud": lambda claims: {**claims, "aud": "ung-dung-khac"},
    "wrong_nonce": lambda claims: {**claims, "nonce": "khong-phai-nonce-da-gui"},
    "no_nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "expired": lambda claims: {**claims, "iat": claims["iat"] - 7200, "exp": claims["iat"] - 3600},
    "future": lambda claims: {**claims, "iat": claims["iat"] + 7200, "exp": claims["iat"] + 10800},
}
"""What the claims become, by the name of the misbehaviour; times are whole Unix seconds."""

SIGNATURE_LIES = frozenset({"alg_none", "alg_hs256", "bad_signature", "unknown_kid"})


@dataclass(frozen=True, slots=True)
class Key:
    """One key pair; `jwk` is its public half as published."""

    kid: str
    algorithm: Algorithm
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    jwk: dict[str, Any]


def make_key(algorithm: Algorithm, kid: str) -> Key:
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if algorithm == "RS256":
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        jwk = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    else:
        private = ec.generate_private_key(ec.SECP256R1())
        jwk = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    # The library adds key_ops, which a JWK should not carry beside use (RFC 7517, 4.3).
    public = {name: value for name, value in jwk.items() if name != "key_ops"}
    return Key(kid, algorithm, private, {**public, "kid": kid, "use": "sig", "alg": algorithm})


class KeyRing:
    """The current key of each algorithm, and the ones before them that are still published."""

    def __init__(self) -> None:
        self._round = 0
        self._published: list[Key] = []
        self.rotate(drop_old=True)

    def rotate(self, *, drop_old: bool) -> None:
        """New keys sign from now on; the old ones stay published unless dropped."""
        self._round += 1
        self._current = {name: make_key(name, f"{name.lower()}-{self._round}") for name in ALGORITHMS}
        kept = [] if drop_old else self._published[: _REMEMBERED - len(ALGORITHMS)]
        self._published = [*self._current.values(), *kept]

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        return {"keys": [key.jwk for key in self._published]}

    def kid(self, algorithm: Algorithm) -> str:
        return self._current[algorithm].kid

    def sign(self, algorithm: Algorithm, claims: dict[str, Any], lie: str | None = None) -> str:
        """A compact JWS; `lie` is one of SIGNATURE_LIES."""
        key = self._current[algorithm]
        if lie == "alg_none":
            return jwt.encode(claims, "", algorithm="none", headers={"kid": key.kid})
        if lie == "alg_hs256":
            return _signed_with_public_key(key, claims)
        if lie == "unknown_kid":
            key = make_key(algorithm, f"{algorithm.lower()}-la")
        token = jwt.encode(claims, cast("Any", key.private), algorithm=algorithm, headers={"kid": key.kid})
        return _spoilt(token) if lie == "bad_signature" else token


def _spoilt(token: str) -> str:
    head, _, signature = token.rpartition(".")
    return f"{head}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def _signed_with_public_key(key: Key, claims: dict[str, Any]) -> str:
    # Written out because the library refuses, rightly, to use a public key as an HMAC secret.
    pem = key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": key.kid}
    signed = ".".join(_b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{_b64(hmac.digest(pem, signed.encode(), 'sha256'))}"


def _b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
