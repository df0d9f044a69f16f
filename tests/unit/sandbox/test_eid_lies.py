"""Every way the provider can lie is one that a strict relying party notices; keys rotate."""

from typing import Any

import jwt
import pytest

from sandbox.eid import EidProvider
from sandbox.eid.keys import CLAIM_LIES, SIGNATURE_LIES
from tests.unit.sandbox.eid_client import CLIENT, RelyingParty
from tests.unit.sandbox.support import Caller

NOTICED: dict[str, type[Exception]] = {
    "alg_none": jwt.InvalidAlgorithmError,
    "alg_hs256": jwt.InvalidAlgorithmError,
    "bad_signature": jwt.InvalidSignatureError,
    "unknown_kid": jwt.InvalidKeyError,
    "wrong_iss": jwt.InvalidIssuerError,
    "wrong_aud": jwt.InvalidAudienceError,
    "wrong_nonce": jwt.InvalidTokenError,
    "no_nonce": jwt.InvalidTokenError,
    "expired": jwt.ExpiredSignatureError,
    "future": jwt.ImmatureSignatureError,
}


@pytest.fixture
def party(call: Caller) -> RelyingParty:
    return RelyingParty(call)


def lie(party: RelyingParty, mode: str) -> None:
    party.call.control("POST", "/eid/faults", {"mode": mode, "count": 1})


def test_every_lie_in_a_token_is_covered_here() -> None:
    assert set(NOTICED) == set(CLAIM_LIES) | SIGNATURE_LIES


@pytest.mark.parametrize("mode", NOTICED)
@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_false_token_is_noticed_and_the_next_is_true(party: RelyingParty, mode: str, algorithm: str) -> None:
    party.call.control("PATCH", "/eid/settings", {"algorithm": algorithm})
    lie(party, mode)
    with pytest.raises(NOTICED[mode]):
        party.verify(party.tokens()["id_token"])
    assert party.verify(party.tokens()["id_token"])["aud"] == CLIENT


def test_a_public_key_used_as_a_shared_secret_would_fool_a_careless_party(party: RelyingParty) -> None:
    lie(party, "alg_hs256")
    token = party.tokens()["id_token"]
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    assert jwt.decode(token, options={"verify_signature": False})["aud"] == CLIENT


def test_no_id_token_at_all(party: RelyingParty) -> None:
    lie(party, "no_id_token")
    assert "id_token" not in party.tokens()
    assert "id_token" in party.tokens()


def test_userinfo_of_somebody_else(party: RelyingParty) -> None:
    tokens = party.tokens()
    true = party.verify(tokens["id_token"])["sub"]
    lie(party, "swapped_sub")
    assert party.userinfo(tokens["access_token"]).json()["sub"] != true
    assert party.userinfo(tokens["access_token"]).json()["sub"] == true


def test_a_used_code_can_be_let_through(party: RelyingParty) -> None:
    code = party.login()["code"]
    assert party.exchange(code).status == 200
    lie(party, "replay_code")
    assert party.exchange(code).status == 200
    assert party.exchange(code).status == 400


@pytest.mark.parametrize(
    ("mode", "parameter", "seen"),
    [
        ("wrong_state", "state", "khong-phai-state-da-gui"),
        ("wrong_iss_param", "iss", "https://eid-khac.example"),
        ("no_iss_param", "iss", None),
    ],
)
def test_a_redirect_that_lies(party: RelyingParty, mode: str, parameter: str, seen: str | None) -> None:
    honest = party.login()[parameter]
    lie(party, mode)
    assert party.login().get(parameter) == seen != honest
    assert party.login()[parameter] == honest


def test_every_mode_of_the_provider_is_one_it_knows(party: RelyingParty) -> None:
    for mode in sorted(EidProvider.modes):
        lie(party, mode)
    assert {rule["mode"] for rule in party.call.twin("eid")["faults"]} == EidProvider.modes


def kids(party: RelyingParty) -> list[str]:
    return [key["kid"] for key in party.call("GET", "/eid/jwks").json()["keys"]]


def test_rotated_keys_sign_while_the_old_ones_still_verify(party: RelyingParty) -> None:
    before, old = party.tokens()["id_token"], kids(party)
    rotated: Any = party.call.control("POST", "/eid/keys/rotate")
    after = party.tokens()["id_token"]
    assert jwt.get_unverified_header(after)["kid"] == rotated["signing_kid"] not in old
    assert party.verify(before)["aud"] == party.verify(after)["aud"] == CLIENT
    party.call.control("POST", "/eid/keys/rotate", {"drop_old": True})
    assert len(kids(party)) == 2
    with pytest.raises(jwt.InvalidKeyError):
        party.verify(after)
    assert party.verify(party.tokens()["id_token"])["aud"] == CLIENT


def test_published_keys_are_public_and_bounded(party: RelyingParty) -> None:
    for _ in range(4):
        party.call.control("POST", "/eid/keys/rotate")
    published = party.call("GET", "/eid/jwks").json()["keys"]
    assert len(published) == 4
    for key in published:
        assert key["use"] == "sig"
        assert not {"d", "p", "q", "dp", "dq", "qi", "key_ops"} & set(key)
