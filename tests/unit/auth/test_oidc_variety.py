"""What certified providers do differently from one another, over real HTTP."""

from typing import Any

import jwt
import pytest

from auth.eid.oidc import OidcProvider
from auth.settings import AuthSettings
from kernel.configuration.settings import Environment
from tests.unit.auth.support import (
    CLAIMS,
    CLIENT_ID,
    KEPT,
    KEYS,
    NOW,
    OTHER_RSA,
    REQUEST,
    ScriptedProvider,
    client_of,
    json_answer,
    refusal,
)


def say_signed(provider: ScriptedProvider, *, alg: str = "RS256", kid: str = "k1", **changes: Any) -> None:
    """Userinfo as a JWT (OpenID Connect Core 1.0 §5.3.2)."""
    said = {"iss": provider.issuer, "aud": CLIENT_ID, "sub": "chu-the-1", **CLAIMS, **changes}
    claims = {name: value for name, value in said.items() if value is not None}
    token = jwt.encode(claims, KEYS[alg], algorithm=alg, headers={"kid": kid})
    kind = {"Content-Type": "application/jwt;charset=UTF-8"}
    provider.script.answers["userinfo"] = lambda: (200, kind, token.encode())


@pytest.mark.parametrize("changes", [{}, {"iss": None, "aud": None}, {"aud": ["khac", CLIENT_ID]}])
def test_userinfo_may_be_signed(eid: OidcProvider, provider: ScriptedProvider, changes: dict[str, Any]) -> None:
    say_signed(provider, **changes)
    found = eid.exchange("code-thu", KEPT)
    assert (found.identity_number, found.full_name, found.level) == ("049090000001", "Nguyễn Văn Thử", 2)
    (asked,) = [asked for asked in provider.asked if asked.path.endswith("/userinfo")]
    assert "application/jwt" in asked.headers["Accept"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://eid-khac.example"}, "userinfo_iss"),
        ({"aud": "ung-dung-khac"}, "userinfo_aud"),
        ({"sub": "chu-the-2"}, "userinfo_sub"),
        ({"sub": None}, "answer_sub"),
        ({"kid": "k9"}, "key_unknown"),
    ],
)
def test_signed_userinfo_of_another_making_is_refused(
    eid: OidcProvider, provider: ScriptedProvider, changes: dict[str, Any], reason: str
) -> None:
    say_signed(provider, **changes)
    assert refusal(eid) == ("login_failed", reason)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (jwt.encode({"sub": "chu-the-1"}, "", algorithm="none"), "userinfo_alg"),
        (jwt.encode({"sub": "chu-the-1"}, "k" * 64, algorithm="HS256"), "userinfo_alg"),
        (jwt.encode({"sub": "chu-the-1"}, OTHER_RSA, algorithm="RS256", headers={"kid": "k1"}), "userinfo_signature"),
        ("a.b.c.d.e", "userinfo_malformed"),
        ("không phải token", "not_a_jwt"),
        ("", "userinfo_malformed"),
    ],
)
def test_a_jwt_that_proves_nothing_is_refused(
    eid: OidcProvider, provider: ScriptedProvider, token: str, reason: str
) -> None:
    provider.script.answers["userinfo"] = lambda: (200, {"Content-Type": "application/jwt"}, token.encode())
    assert refusal(eid) == ("login_failed", reason)


@pytest.mark.parametrize("end", ["/", ""], ids=["as it says", "without the slash"])
def test_a_slash_at_the_end_of_the_issuer_is_the_providers_to_decide(provider: ScriptedProvider, end: str) -> None:
    ours = client_of(provider.issuer.rstrip("/") + end)
    assert ours.exchange("code-thu", KEPT).issuer == provider.issuer
    ours.close()


def test_more_metadata_than_anyone_needs_does_no_harm(eid: OidcProvider, provider: ScriptedProvider) -> None:
    provider.script.metadata = {
        "claims_supported": None,
        "mtls_endpoint_aliases": {"token_endpoint": "https://mtls.example/token"},
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic", "client_secret_post"],
        "authorization_response_iss_parameter_supported": False,
        "của-riêng-ai": [1, {"a": None}],
    }
    assert eid.exchange("code-thu", KEPT).level == 2
    assert "Authorization" in next(asked for asked in provider.asked if asked.path.endswith("/token")).headers


def test_a_single_audience_may_be_a_list_and_an_absent_time_of_log_in_is_that_of_the_token(
    eid: OidcProvider, provider: ScriptedProvider
) -> None:
    provider.script.id_claims = {"aud": [CLIENT_ID], "auth_time": None, "iat": int(NOW.timestamp()) - 30}
    assert (NOW - eid.exchange("code-thu", KEPT).authenticated_at).total_seconds() == 30


def test_a_token_answer_may_say_more_and_be_told_in_any_case(eid: OidcProvider, provider: ScriptedProvider) -> None:
    provider.script.token = {"token_type": "BEARER", "refresh_token": "x", "scope": "openid", "expires_in": "300"}
    assert eid.exchange("code-thu", KEPT).level == 2


def test_a_person_nobody_names_is_known_by_the_subject_alone(eid: OidcProvider, provider: ScriptedProvider) -> None:
    provider.script.answers["userinfo"] = lambda: json_answer({"sub": "chu-the-1"})
    found = eid.exchange("code-thu", KEPT)
    assert (found.subject, found.identity_number, found.full_name, found.birth_date, found.level) == (
        "chu-the-1",
        None,
        "",
        None,
        1,
    )


def test_an_issuer_on_this_machine_is_fine_in_development(provider: ScriptedProvider) -> None:
    values = {
        "MOTCUA_EID_ISSUER": provider.issuer,
        "MOTCUA_EID_CLIENT_ID": CLIENT_ID,
        "MOTCUA_EID_CLIENT_SECRET": "bí mật",
        "MOTCUA_EID_REDIRECT_URI": "http://127.0.0.1:3000/callback",
    }
    env = Environment(values)
    settings = AuthSettings.read(env).eid
    env.finish()
    ours = client_of(settings.issuer)
    assert ours.authorization_url(REQUEST).startswith(f"{provider.issuer}authorize")
    assert settings.redirect_uris == ("http://127.0.0.1:3000/callback",)
    ours.close()
