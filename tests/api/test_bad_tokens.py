"""A token that does not hold, for whatever reason, is answered with one and the same 401."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auth.tokens.keyring import HeldKey
from kernel.ids import new_id
from tests.api.account_support import House
from tests.api.edge_support import bearer

Forge = Callable[[House, dict[str, Any], HeldKey], str]


def _signed(house: House, claims: dict[str, Any], key: HeldKey, **header: Any) -> str:
    return jwt.encode(claims, key.private, algorithm="ES256", headers={"typ": "at+jwt", "kid": key.kid, **header})


def _with(**changes: Any) -> Forge:
    return lambda house, claims, key: _signed(house, {**claims, **changes}, key)


def _without(name: str) -> Forge:
    return lambda house, claims, key: _signed(house, {n: v for n, v in claims.items() if n != name}, key)


def _other_key(house: House, claims: dict[str, Any], key: HeldKey) -> str:
    stranger = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(claims, stranger, algorithm="ES256", headers={"typ": "at+jwt", "kid": key.kid})


def _other_algorithm(house: House, claims: dict[str, Any], key: HeldKey) -> str:
    stranger = rsa.generate_private_key(65537, 2048)
    return jwt.encode(claims, stranger, algorithm="RS256", headers={"typ": "at+jwt", "kid": key.kid})


def _public_key_as_secret(house: House, claims: dict[str, Any], key: HeldKey) -> str:
    header = _part({"alg": "HS256", "typ": "at+jwt", "kid": key.kid})
    signed = f"{header}.{_part(claims)}"
    secret = key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    mac = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).decode().rstrip("=")
    return f"{signed}.{mac}"


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _unsigned(house: House, claims: dict[str, Any], key: HeldKey) -> str:
    return f"{_part({'alg': 'none', 'typ': 'at+jwt', 'kid': key.kid})}.{_part(claims)}."


def _altered(house: House, claims: dict[str, Any], key: HeldKey) -> str:
    head, _, signature = _signed(house, claims, key).split(".")
    return f"{head}.{_part({**claims, 'lvl': 2, 'kind': 'officer'})}.{signature}"


FORGERIES: dict[str, Forge] = {
    "no token at all": lambda *_: "not-a-token",
    "three empty parts": lambda *_: "..",
    "not base64": lambda *_: "€.a.b".encode().decode("latin-1"),
    "a very long one": lambda *_: "e" * 5000,
    "another issuer": _with(iss="https://elsewhere.example"),
    "another audience": _with(aud="another-api"),
    "two audiences": _with(aud=["motcua", "another-api"]),
    "another client": _with(client_id="another-app"),
    "expired": _with(exp=1),
    "not yet": _with(iat=4_000_000_000),
    "an unknown session": lambda house, claims, key: _signed(house, {**claims, "sid": str(new_id())}, key),
    "a session that is no id": _with(sid="x"),
    "a kind of no person": _with(kind="system"),
    "a kind of machine": _with(kind="client"),
    "an instant beyond time": _with(auth_time=10**20),
    "without an end": _without("exp"),
    "without a session": _without("sid"),
    "another type": lambda house, claims, key: _signed(house, claims, key, typ="JWT"),
    "an unknown key": lambda house, claims, key: _signed(house, claims, key, kid="unknown"),
    "another key": _other_key,
    "another algorithm": _other_algorithm,
    "the public key as a secret": _public_key_as_secret,
    "unsigned": _unsigned,
    "altered": _altered,
    "a key of no client": lambda *_: f"mck_{new_id().hex}_{'x' * 43}",
    "half a key": lambda *_: "mck_",
}


@pytest.fixture
def grounds(house: House) -> tuple[House, dict[str, Any], HeldKey]:
    """A house, the claims of a token that holds, and the key that signed it."""
    token = house.log_in()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    return house, claims, house.container.keys.signing()


def _ask(house: House, token: str) -> tuple[int, list[tuple[str, str]], bytes]:
    response = house.client.get("/v1/me", headers=bearer(token, X_Request_Id="bad-token-test"))
    return response.status_code, sorted(response.headers), response.data


def test_every_forgery_gets_the_same_answer(grounds: tuple[House, dict[str, Any], HeldKey]) -> None:
    house, claims, key = grounds
    assert _ask(house, _signed(house, claims, key))[0] == 200
    answers = {name: _ask(house, forge(house, claims, key)) for name, forge in FORGERIES.items()}
    usual = answers["no token at all"]
    assert (usual[0], json.loads(usual[2])["code"]) == (401, "unauthenticated")
    assert {name for name, answer in answers.items() if answer != usual} == set()


def test_so_does_a_token_whose_time_or_session_is_over(grounds: tuple[House, dict[str, Any], HeldKey]) -> None:
    house, _, _ = grounds
    over, ended = house.log_in()["access_token"], house.log_in()
    house.clock.advance(timedelta(minutes=6))
    expired = _ask(house, over)
    fresh = house.log_in()["access_token"]
    assert _ask(house, fresh)[0] == 200
    house.client.post("/v1/auth/logout", headers=bearer(fresh))
    assert expired == _ask(house, fresh) == _ask(house, ended["access_token"]) == _ask(house, "not-a-token")
