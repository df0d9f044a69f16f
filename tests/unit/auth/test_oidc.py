"""Our OpenID Connect dialect against providers that behave, over real HTTP."""

import base64
from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest
from structlog.testing import capture_logs

from auth.eid.oidc import OidcProvider
from auth.settings import ClaimNames
from kernel.errors import DomainError
from tests.unit.auth.support import (
    ACCESS_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    KEPT,
    KEYS,
    NOW,
    OTHER_RSA,
    REQUEST,
    SHORT_RSA,
    Script,
    ScriptedProvider,
    client_of,
    eid_settings,
    json_answer,
    jwk,
    refusal,
)


def test_the_browser_is_sent_with_everything_the_flow_needs(eid: OidcProvider, provider: ScriptedProvider) -> None:
    url = urlsplit(eid.authorization_url(REQUEST))
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{provider.issuer}authorize"
    assert {name: values[0] for name, values in parse_qs(url.query).items()} == {
        "tenant": "thu",
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": KEPT.redirect_uri,
        "scope": "openid profile",
        "state": "state-thu",
        "nonce": KEPT.nonce,
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
    }


@pytest.mark.parametrize("alg", sorted(KEYS))
def test_every_asymmetric_algorithm_on_offer_is_understood(
    eid: OidcProvider, provider: ScriptedProvider, alg: str
) -> None:
    provider.script.alg = alg
    found = eid.exchange("code-thu", KEPT)
    assert (found.issuer, found.subject, found.identity_number) == (provider.issuer, "chu-the-1", "049090000001")
    assert (found.full_name, found.birth_date, found.level) == ("Nguyễn Văn Thử", date(1990, 9, 2), 2)
    assert found.authenticated_at == NOW


def test_the_code_is_exchanged_once_with_verifier_redirect_and_basic_credentials(
    eid: OidcProvider, provider: ScriptedProvider
) -> None:
    eid.exchange("code-thu", KEPT)
    (asked,) = [asked for asked in provider.asked if asked.path.endswith("/token")]
    assert asked.form == {
        "grant_type": "authorization_code",
        "code": "code-thu",
        "redirect_uri": KEPT.redirect_uri,
        "code_verifier": KEPT.verifier,
    }
    kind, _, pair = asked.headers["Authorization"].partition(" ")
    name, _, secret = base64.b64decode(pair).decode().partition(":")
    assert (kind, unquote_plus(name), unquote_plus(secret)) == ("Basic", CLIENT_ID, CLIENT_SECRET)


def test_a_provider_that_takes_only_posted_credentials_gets_them_posted(
    eid: OidcProvider, provider: ScriptedProvider
) -> None:
    provider.script.metadata = {"token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_post"]}
    eid.exchange("code-thu", KEPT)
    (asked,) = [asked for asked in provider.asked if asked.path.endswith("/token")]
    assert (asked.form["client_id"], asked.form["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
    assert "Authorization" not in asked.headers


def test_metadata_and_keys_are_read_once_for_many_log_ins(eid: OidcProvider, provider: ScriptedProvider) -> None:
    for _ in range(3):
        eid.exchange("code-thu", KEPT)
    assert (provider.count("openid-configuration"), provider.count("jwks"), provider.count("userinfo")) == (1, 1, 3)


def test_a_rotated_key_is_followed_at_once(eid: OidcProvider, provider: ScriptedProvider) -> None:
    eid.exchange("code-thu", KEPT)
    provider.script = Script(alg="ES256", kid="k2")
    assert eid.exchange("code-thu", KEPT).subject == "chu-the-1"
    assert provider.count("jwks") == 2


def test_made_up_key_ids_cost_the_provider_a_bounded_number_of_reads(
    eid: OidcProvider, provider: ScriptedProvider
) -> None:
    provider.script.keys = [jwk(KEYS["RS256"], "other")]
    for number in range(30):
        provider.script.kid = f"made-up-{number}"
        assert refusal(eid) == ("login_failed", "key_unknown")
    assert provider.count("jwks") <= 6


def test_keys_without_an_id_are_told_apart_by_trying_them(eid: OidcProvider, provider: ScriptedProvider) -> None:
    provider.script.kid = None
    provider.script.keys = [
        jwk(OTHER_RSA, None),
        jwk(SHORT_RSA, None),
        jwk(KEYS["ES256"], "e"),
        jwk(KEYS["RS256"], None),
    ]
    assert eid.exchange("code-thu", KEPT).level == 2
    provider.script.keys = [jwk(OTHER_RSA, None), jwk(KEYS["RS256"], "enc", use="enc")]
    fresh = client_of(provider.issuer)
    assert refusal(fresh) == ("login_failed", "id_token_signature")
    fresh.close()


@pytest.mark.parametrize("kid", ["k1", None], ids=["same key id", "no key id"])
def test_a_key_put_in_the_place_of_another_is_followed_at_once(
    eid: OidcProvider, provider: ScriptedProvider, kid: str | None
) -> None:
    provider.script.kid = kid
    eid.exchange("code-thu", KEPT)
    provider.script = Script(key=OTHER_RSA, kid=kid)
    assert eid.exchange("code-thu", KEPT).subject == "chu-the-1"
    assert provider.count("jwks") == 2


def test_a_key_published_without_an_id_serves_a_token_with_one(eid: OidcProvider, provider: ScriptedProvider) -> None:
    provider.script.keys = [jwk(KEYS["RS256"], None)]
    assert eid.exchange("code-thu", KEPT).level == 2


@pytest.mark.parametrize("number", ["049190000001", None])
def test_the_personal_number_may_be_absent(eid: OidcProvider, provider: ScriptedProvider, number: str | None) -> None:
    provider.script.userinfo = {"name": "Trần Thị Mẫu", "citizen_pid": number}
    found = eid.exchange("code-thu", KEPT)
    assert (found.identity_number, found.birth_date, found.level) == (number, None, 1)


@pytest.mark.parametrize("number", ["123", "000090000001", "049390000001", 49090000001, ["049090000001"]])
def test_a_personal_number_that_cannot_be_is_refused(
    eid: OidcProvider, provider: ScriptedProvider, number: object
) -> None:
    provider.script.userinfo = {"citizen_pid": number}
    assert refusal(eid) == ("login_failed", "identity_number")


def test_the_subject_counts_as_a_personal_number_only_where_it_is_named(provider: ScriptedProvider) -> None:
    provider.script.id_claims = {"sub": "049190000001"}
    provider.script.userinfo = {"sub": "049190000001"}
    named = client_of(provider.issuer)
    assert named.exchange("code-thu", KEPT).identity_number == "049190000001"
    named.close()
    unnamed = client_of(provider.issuer, claims=ClaimNames(("citizen_pid",), "name", "birthdate", "identity_level"))
    assert unnamed.exchange("code-thu", KEPT).identity_number is None
    unnamed.close()


@pytest.mark.parametrize(
    ("level", "expected"), [(2, 2), ("2", 2), ("LoA2", 2), (1, 1), ("loa1", 1), (None, 1), (3, 1), (True, 1)]
)
def test_identity_levels(eid: OidcProvider, provider: ScriptedProvider, level: object, expected: int) -> None:
    provider.script.userinfo = {"identity_level": level}
    assert eid.exchange("code-thu", KEPT).level == expected


@pytest.mark.parametrize("born", ["1990", "0000-09-02", "31/02/1990", "1990-9-2", "09/1990", 1990, None])
def test_a_birth_date_that_is_not_a_whole_date_is_left_out(
    eid: OidcProvider, provider: ScriptedProvider, born: object
) -> None:
    provider.script.userinfo = {"birthdate": born}
    assert eid.exchange("code-thu", KEPT).birth_date is None


@pytest.mark.parametrize(
    ("born", "part"),
    [
        ("1950", "1950"),
        (1950, "1950"),
        ("1950-06", "1950-06"),
        ("06/1950", "1950-06"),
        ("00/00/1950", "1950"),
        ("00/06/1950", "1950-06"),
        ("1950-00-00", "1950"),
        ("1950-06-00", "1950-06"),
        ("195006", "1950-06"),
        ("1950-09-02", None),
        ("0000-09-02", None),
        ("0000", None),
        ("1950-13", None),
        ("1850", None),
        (True, None),
        (None, None),
    ],
)
def test_of_a_birth_what_is_known_is_kept(
    eid: OidcProvider, provider: ScriptedProvider, born: object, part: str | None
) -> None:
    provider.script.userinfo = {"birthdate": born}
    assert eid.exchange("code-thu", KEPT).birth_part == part


@pytest.mark.parametrize("born", ["1990-09-02", "19900902", "02/09/1990", " 1990-09-02 "])
def test_a_birth_date_may_be_written_in_several_ways(
    eid: OidcProvider, provider: ScriptedProvider, born: object
) -> None:
    provider.script.userinfo = {"birthdate": born}
    assert eid.exchange("code-thu", KEPT).birth_date == date(1990, 9, 2)


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"family_name": "Nguyễn", "middle_name": "Văn", "given_name": "Thử"}, "Nguyễn Văn Thử"),
        ({"name": " ", "given_name": "Thử"}, "Thử"),
        ({"preferred_username": "nguoi-thu"}, "nguoi-thu"),
        ({"preferred_username": "thu@example.vn", "nickname": "Thử"}, "Thử"),
        ({"preferred_username": "0905000001", "nickname": "049090000001"}, ""),
        ({"name": 7}, ""),
    ],
)
def test_a_name_may_come_in_parts_or_not_at_all(
    eid: OidcProvider, provider: ScriptedProvider, claims: dict[str, object], name: str
) -> None:
    provider.script.userinfo = claims
    assert eid.exchange("code-thu", KEPT).full_name == name


def test_a_provider_without_userinfo_says_everything_in_the_id_token(
    eid: OidcProvider, provider: ScriptedProvider
) -> None:
    provider.script.metadata = {"userinfo_endpoint": None}
    provider.script.id_claims = {"citizen_pid": "048205000001", "name": "Lê  Văn\u00a0Gia\u0309"}
    found = eid.exchange("code-thu", KEPT)
    assert (found.identity_number, found.full_name) == ("048205000001", "Lê Văn Giả")
    assert provider.count("userinfo") == 0


def test_nothing_of_an_exchange_is_logged(eid: OidcProvider, provider: ScriptedProvider) -> None:
    spoils: list[Callable[[], object]] = [
        lambda: provider.script.id_claims.update(nonce="khac"),
        lambda: provider.script.userinfo.update(citizen_pid="04909000000x"),
        lambda: provider.script.answers.update(token=lambda: json_answer({"error_description": KEPT.verifier}, 400)),
    ]
    with capture_logs() as logs:
        for spoil in spoils:
            provider.script = Script()
            spoil()
            with pytest.raises(DomainError):
                eid.exchange("code-bí-mật", KEPT)
    text = repr(logs)
    assert len(logs) == len(spoils)
    for secret in ("code-bí-mật", KEPT.verifier, KEPT.nonce, ACCESS_TOKEN, CLIENT_SECRET, "04909000000x", "chu-the-1"):
        assert secret not in text
    assert CLIENT_SECRET not in repr(eid_settings(provider.issuer))
