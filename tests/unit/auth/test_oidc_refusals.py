"""Our OpenID Connect dialect against providers that lie, fail or are away, over real HTTP."""

import base64
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from auth.eid.oidc import OidcProvider
from kernel.errors import DomainError
from tests.unit.auth.support import (
    ACCESS_TOKEN,
    CLIENT_ID,
    KEPT,
    KEYS,
    NOW,
    OTHER_RSA,
    REQUEST,
    SHORT_RSA,
    Script,
    ScriptedProvider,
    client_of,
    half_hash,
    json_answer,
    jwk,
    refusal,
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"iss": "https://eid-khac.example"}, "id_token_iss"),
        ({"aud": "ung-dung-khac"}, "id_token_aud"),
        ({"aud": ["ung-dung-khac"]}, "id_token_aud"),
        ({"aud": [CLIENT_ID, "ung-dung-khac"]}, "id_token_azp"),
        ({"azp": "ung-dung-khac"}, "id_token_azp"),
        ({"nonce": "khac"}, "id_token_nonce"),
        ({"nonce": None}, "id_token_nonce"),
        ({"nonce": 7}, "id_token_nonce"),
        ({"exp": int(NOW.timestamp()) - 60}, "id_token_exp"),
        ({"exp": "mai"}, "id_token_exp"),
        ({"exp": 1e300}, "id_token_exp"),
        ({"exp": None}, "id_token_claim_missing"),
        ({"iat": int(NOW.timestamp()) + 61}, "id_token_iat"),
        ({"iat": None}, "id_token_claim_missing"),
        ({"nbf": int(NOW.timestamp()) + 61}, "id_token_nbf"),
        ({"sub": ""}, "id_token_sub"),
        ({"sub": None}, "id_token_claim_missing"),
        ({"auth_time": "hôm nay"}, "id_token_auth_time"),
        ({"at_hash": half_hash("token khác")}, "id_token_at_hash"),
        ({"sub": "chu-the-2"}, "userinfo_sub"),
    ],
)
def test_an_id_token_that_says_something_else_is_refused(
    eid: OidcProvider, provider: ScriptedProvider, change: dict[str, object], reason: str
) -> None:
    provider.script.id_claims = change
    assert refusal(eid) == ("login_failed", reason)


def test_times_may_be_a_minute_off_and_extra_parties_may_be_named(
    eid: OidcProvider, provider: ScriptedProvider
) -> None:
    now = int(NOW.timestamp())
    provider.script.id_claims = {
        "exp": now - 59,
        "iat": now + 60,
        "nbf": now + 60,
        "auth_time": now - 600,
        "aud": ["ung-dung-khac", CLIENT_ID],
        "azp": CLIENT_ID,
        "at_hash": half_hash(ACCESS_TOKEN),
    }
    assert eid.exchange("code-thu", KEPT).authenticated_at == NOW - timedelta(seconds=600)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (jwt.encode({"sub": "x"}, "", algorithm="none"), "id_token_alg"),
        (jwt.encode({"sub": "x"}, "k" * 64, algorithm="HS256", headers={"kid": "k1"}), "id_token_alg"),
        (jwt.encode({"sub": "x"}, KEYS["RS256"], algorithm="RS256", headers={"typ": "at+jwt"}), "id_token_typ"),
        (jwt.encode({"sub": "x"}, KEYS["RS256"], algorithm="RS256", headers={"kid": "k1"}), "id_token_claim_missing"),
        ("không phải token", "id_token_malformed"),
        ("a.b.c", "id_token_malformed"),
        (None, "answer_id_token"),
        ("", "answer_id_token"),
    ],
)
def test_a_token_of_another_making_is_refused(
    eid: OidcProvider, provider: ScriptedProvider, token: str | None, reason: str
) -> None:
    provider.script.token = {"id_token": token}
    assert refusal(eid) == ("login_failed", reason)


def test_a_signature_of_another_key_under_the_same_key_id_is_refused(
    eid: OidcProvider, provider: ScriptedProvider
) -> None:
    provider.script = Script(key=OTHER_RSA)
    provider.script.keys = [jwk(KEYS["RS256"], "k1")]
    assert refusal(eid) == ("login_failed", "id_token_signature")


def test_a_short_key_proves_nothing(eid: OidcProvider, provider: ScriptedProvider) -> None:
    signed = provider.id_token().rpartition(".")[0]
    signature = SHORT_RSA.sign(signed.encode(), PKCS1v15(), SHA256())
    provider.script.token = {"id_token": f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"}
    provider.script.keys = [jwk(SHORT_RSA, "k1")]
    assert refusal(eid) == ("login_failed", "id_token_invalid")


def test_an_algorithm_the_provider_does_not_offer_is_refused(eid: OidcProvider, provider: ScriptedProvider) -> None:
    provider.script.metadata = {"id_token_signing_alg_values_supported": ["RS256"]}
    provider.script.alg = "ES256"
    assert refusal(eid) == ("login_failed", "id_token_alg")


@pytest.mark.parametrize(
    ("advertised", "sent", "accepted"),
    [(True, "right", True), (True, None, False), (True, "wrong", False), (None, None, True), (None, "wrong", False)],
)
def test_the_issuer_in_the_callback(
    eid: OidcProvider, provider: ScriptedProvider, advertised: bool | None, sent: str | None, accepted: bool
) -> None:
    provider.script.metadata = {"authorization_response_iss_parameter_supported": advertised}
    issuer = provider.issuer if sent == "right" else None if sent is None else "https://eid-khac.example"
    if accepted:
        assert eid.exchange("code-thu", KEPT, issuer=issuer).level == 2
    else:
        assert refusal(eid, issuer=issuer) == ("login_failed", "callback_iss")
        assert provider.count("token") == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"issuer": "http://127.0.0.1/khac"}, "metadata_issuer"),
        ({"token_endpoint": None}, "metadata_token_endpoint"),
        ({"jwks_uri": "ftp://127.0.0.1/jwks"}, "metadata_jwks_uri"),
        ({"id_token_signing_alg_values_supported": ["none", "HS256"]}, "metadata_signatures"),
        ({"id_token_signing_alg_values_supported": "RS256"}, "metadata_shape"),
        ({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, "metadata_client_auth"),
    ],
)
def test_metadata_of_another_or_unusable_provider_is_refused(
    eid: OidcProvider, provider: ScriptedProvider, change: dict[str, object], reason: str
) -> None:
    provider.script.metadata = change
    assert refusal(eid) == ("login_failed", reason)
    with pytest.raises(DomainError) as raised:
        eid.authorization_url(REQUEST)
    assert (raised.value.code, raised.value.params) == ("eid_unavailable", {"retry_after": 5})


@pytest.mark.parametrize("where", ["openid-configuration", "token", "jwks", "userinfo"])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (json_answer({"error": "invalid_grant"}, 400), "login_failed"),
        (json_answer({}, 401), "login_failed"),
        ((302, {"Location": "/khac"}, b""), "login_failed"),
        ((200, {}, b"<html>"), "login_failed"),
        ((200, {}, b"[]"), "login_failed"),
        ((200, {}, b"[" * 200_000), "login_failed"),
        ((200, {}, b'{"a": "' + b"x" * 300_000 + b'"}'), "login_failed"),
        (json_answer({}, 429), "eid_unavailable"),
        (json_answer({}, 503), "eid_unavailable"),
        ((200, {"Content-Length": "5000", "Connection": "close"}, b"{}"), "eid_unavailable"),
    ],
    ids=["400", "401", "redirect", "html", "list", "deep", "large", "429", "503", "torn"],
)
def test_answers_that_are_none(
    provider: ScriptedProvider, where: str, answer: tuple[int, dict[str, str], bytes], code: str
) -> None:
    eid = client_of(provider.issuer, timeout_s=1.0)
    provider.script.answers[where] = lambda: answer
    assert refusal(eid)[0] == code
    del provider.script.answers[where]
    # Nothing of the bad answer is kept.
    assert eid.exchange("code-thu", KEPT).level == 2
    eid.close()


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ({}, 5),
        ({"Retry-After": "40"}, 40),
        ({"Retry-After": "1.5"}, 5),
        ({"Retry-After": "86400"}, 300),
        ({"Retry-After": "tomorrow"}, 5),
        ({"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}, 300),
    ],
    ids=["nothing", "seconds", "short", "long", "words", "date"],
)
def test_a_provider_that_names_a_time_is_not_asked_sooner(
    provider: ScriptedProvider, status: int, said: dict[str, str], wait: int
) -> None:
    eid = client_of(provider.issuer)
    provider.script.answers["token"] = lambda: (status, said, b"{}")
    with pytest.raises(DomainError) as raised:
        eid.exchange("code-thu", KEPT)
    assert (raised.value.code, raised.value.params) == ("eid_unavailable", {"retry_after": wait})
    eid.close()


def test_a_provider_that_is_away_or_silent_is_unavailable(provider: ScriptedProvider) -> None:
    away = client_of("http://127.0.0.1:9/op")
    with pytest.raises(DomainError) as raised:
        away.authorization_url(REQUEST)
    assert raised.value.code == "eid_unavailable"
    away.close()
    silent = client_of(provider.issuer, timeout_s=0.2)
    provider.script.answers["openid-configuration"] = lambda: (200, {"Content-Length": "50"}, b"{")
    assert refusal(silent)[0] == "eid_unavailable"
    silent.close()
