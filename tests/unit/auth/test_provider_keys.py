"""Broken keys beside good ones: the good key is found, a broken one proves nothing, and neither is a defect of ours."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from auth.eid.keys import ProviderKeys, _usable
from auth.eid.oidc import OidcProvider
from tests.unit.auth.support import KEPT, KEYS, RSA, ScriptedProvider, client_of, jwk, refusal

GOOD = jwk(RSA, "k1")
GOOD_EC = jwk(KEYS["ES256"], "k1")
LEADING_ZERO = (
    base64.urlsafe_b64encode(b"\0" + RSA.public_key().public_numbers().n.to_bytes(256, "big")).decode().rstrip("=")
)
FOREIGN_CURVE = ec.generate_private_key(ec.SECP256K1())


def b64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")).rstrip(b"=").decode()


def without(key: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name not in names}


BROKEN: list[Any] = [
    {},
    None,
    [],
    "k1",
    7,
    without(GOOD, "n"),
    without(GOOD, "e"),
    without(GOOD, "kty"),
    GOOD | {"n": ""},
    GOOD | {"n": "!!!!"},
    GOOD | {"n": "A"},
    GOOD | {"n": b64(0)},
    GOOD | {"n": "-" + GOOD["n"]},
    GOOD | {"n": ["AQAB"]},
    GOOD | {"n": "\ud800"},
    GOOD | {"n": GOOD["n"] + "\0"},
    GOOD | {"n": GOOD["n"][:40]},
    GOOD | {"n": "x" * 100_000},
    GOOD | {"e": True},
    GOOD | {"e": b64(2**4000 + 1)},
    GOOD | {"alg": "ES256"},
    GOOD | {"alg": "RSA-OAEP"},
    GOOD | {"alg": "none"},
    GOOD | {"alg": ["RS256"]},
    GOOD | {"use": "enc"},
    GOOD | {"use": {"sig": True}},
    GOOD | {"key_ops": ["encrypt"]},
    GOOD | {"key_ops": []},
    GOOD | {"key_ops": "verify"},
    GOOD | {"key_ops": {"verify": 1}},
    GOOD | {"kid": ["k1"]},
    GOOD | {"kty": "EC"},
    GOOD | {"kty": "rsa"},
    GOOD | {"kty": "oct", "k": "c2VjcmV0"},
    GOOD | {"kty": {"RSA": 1}},
    RSAAlgorithm.to_jwk(RSA, as_dict=True) | {"kid": "k1", "key_ops": ["verify"]},
    {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA", "kid": "k1"},
    {"kty": "EC", "crv": None, "x": "AA", "y": "AA", "kid": "k1"},
]


@pytest.mark.parametrize("broken", list(enumerate(BROKEN)), ids=lambda item: f"no {item[0]}")
@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
def test_the_good_key_is_found_beside_a_broken_one(
    eid: OidcProvider, provider: ScriptedProvider, broken: tuple[int, Any], first: bool
) -> None:
    provider.script.keys = [broken[1], GOOD] if first else [GOOD, broken[1]]
    assert eid.exchange("code-thu", KEPT).level == 2


@pytest.mark.parametrize("broken", list(enumerate(BROKEN)), ids=lambda item: f"no {item[0]}")
def test_a_broken_key_alone_proves_nothing(
    eid: OidcProvider, provider: ScriptedProvider, broken: tuple[int, Any]
) -> None:
    provider.script.keys = [broken[1]]
    assert refusal(eid)[0] == "login_failed"


@pytest.mark.parametrize(
    "key",
    [
        GOOD | {"x5c": ["rác"], "x5t": 7, "x5u": "\0"},
        GOOD | {"key_ops": ["verify"]},
        GOOD | {"key_ops": None, "use": None, "alg": None},
        GOOD | {"n": LEADING_ZERO},
        without(GOOD, "kid"),
        GOOD | {"kid": None},
        GOOD | {"ext": True, "iat": "hôm nay", "của-riêng-ai": {"a": [1]}},
    ],
    ids=lambda key: "-".join(sorted(key)),
)
def test_what_is_only_odd_about_a_good_key_does_no_harm(
    eid: OidcProvider, provider: ScriptedProvider, key: dict[str, Any]
) -> None:
    provider.script.keys = [key]
    assert eid.exchange("code-thu", KEPT).level == 2


@pytest.mark.parametrize("many", [8, 20, 150])
def test_many_broken_keys_of_the_same_id_do_not_hide_the_good_one(
    eid: OidcProvider, provider: ScriptedProvider, many: int
) -> None:
    provider.script.keys = [GOOD | {"n": "A" * (number + 1)} for number in range(many)] + [GOOD]
    assert eid.exchange("code-thu", KEPT).level == 2


def test_two_good_keys_of_one_id_are_both_tried(eid: OidcProvider, provider: ScriptedProvider) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    provider.script.keys = [jwk(other, "k1"), GOOD]
    assert eid.exchange("code-thu", KEPT).level == 2


@pytest.mark.parametrize("crv", ["secp256k1", "P-256", "P-384"])
def test_a_curve_that_the_algorithm_does_not_name_proves_nothing(
    eid: OidcProvider, provider: ScriptedProvider, crv: str
) -> None:
    """A signature of another curve under ES256 (RFC 7518 §3.4), whatever curve the key set says it is of."""
    provider.script.alg = "ES256"
    signed = provider.id_token().rpartition(".")[0]
    r, s = decode_dss_signature(FOREIGN_CURVE.sign(signed.encode(), ec.ECDSA(SHA256())))
    signature = base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).rstrip(b"=").decode()
    provider.script.token = {"id_token": f"{signed}.{signature}"}
    said = ECAlgorithm.to_jwk(FOREIGN_CURVE.public_key(), as_dict=True) | {"kid": "k1", "crv": crv}
    provider.script.keys = [said]
    assert refusal(eid)[0] == "login_failed"
    provider.script.token = {}
    provider.script.keys = [said, GOOD_EC]
    assert eid.exchange("code-thu", KEPT).level == 2


@pytest.mark.parametrize("keys", [None, {}, "k1", 7, {"k1": GOOD}], ids=["null", "object", "text", "number", "named"])
def test_a_key_set_that_is_no_list_is_refused(provider: ScriptedProvider, keys: object) -> None:
    eid = client_of(provider.issuer)
    provider.script.answers["jwks"] = lambda: (200, {}, json.dumps({"keys": keys}).encode())
    assert refusal(eid) == ("login_failed", "jwks_shape")
    eid.close()


class _Ticks:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_withdrawn_key_is_believed_for_minutes_at_most(provider: ScriptedProvider) -> None:
    ticks, eid = _Ticks(), client_of(provider.issuer)
    eid._keys = ProviderKeys(eid._client, ticks)
    assert eid.exchange("code-thu", KEPT).level == 2
    provider.script.keys = [jwk(KEYS["ES256"], "k2")]
    assert eid.exchange("code-thu", KEPT).level == 2
    ticks.seconds = 301.0
    assert refusal(eid) == ("login_failed", "key_unknown")
    eid.close()


_VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=40) | st.lists(st.text(max_size=3), max_size=3)
_NAMES = st.sampled_from(["n", "e", "crv", "x", "y", "use", "alg", "kid", "key_ops", "d", "x5c", "kty"])


@given(st.sampled_from([GOOD, GOOD_EC, jwk(KEYS["EdDSA"], "k1")]), st.dictionaries(_NAMES, _VALUES, min_size=1))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_key_is_a_defect_of_ours(good: dict[str, Any], changes: dict[str, Any]) -> None:
    key = good | changes | {"kty": good["kty"]}
    for alg in ("RS256", "ES256", "ES512", "EdDSA"):
        if {"RSA": "RS", "EC": "ES", "OKP": "Ed"}[good["kty"]] == alg[:2]:
            _usable(key, alg)
