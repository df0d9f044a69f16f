import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auth.eid.private_key import sandbox_private_key
from auth.settings import AuthSettings
from kernel.actor import ActorKind
from kernel.configuration.settings import Environment, SettingsError
from sandbox.vneid.sealing import Seal
from tests.support.faults_of_settings import in_english

PRODUCTION = {
    "MOTCUA_MODE": "production",
    "MOTCUA_PUBLIC_BASE_URL": "https://motcua.example",
    "MOTCUA_EID_ISSUER": "https://eid.example/realm/",
    "MOTCUA_EID_CLIENT_ID": "motcua",
    "MOTCUA_EID_CLIENT_SECRET": "một bí mật thật",
    "MOTCUA_EID_REDIRECT_URI": "https://app.motcua.example/a, https://app.motcua.example/b",
}


def read(values: dict[str, str]) -> AuthSettings:
    env = Environment(values)
    settings = AuthSettings.read(env)
    env.finish()
    return settings


def problems(values: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as raised:
        read(values)
    return "\n".join(in_english(str(raised.value).splitlines()))


def test_a_development_system_needs_no_settings() -> None:
    settings = read({})
    assert settings.eid.issuer.startswith("http://127.0.0.1:")
    assert settings.eid.claims.identity_number == ("citizen_pid", "sub")
    assert settings.sessions.access_ttl == timedelta(minutes=5)
    assert settings.sessions.idle(ActorKind.OFFICER) < settings.sessions.idle(ActorKind.CITIZEN)
    assert settings.sessions.lifetime(ActorKind.OFFICER) < settings.sessions.lifetime(ActorKind.CITIZEN)


def test_the_issuer_is_kept_byte_for_byte() -> None:
    settings = read(PRODUCTION)
    assert settings.eid.issuer == "https://eid.example/realm/"
    assert settings.eid.redirect_uris == ("https://app.motcua.example/a", "https://app.motcua.example/b")


def test_in_production_a_subject_is_no_personal_number_unless_said() -> None:
    assert read(PRODUCTION).eid.claims.identity_number == ("citizen_pid",)
    said = read({**PRODUCTION, "MOTCUA_EID_CLAIM_IDENTITY": "sub"})
    assert said.eid.claims.identity_number == ("sub",)


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "MOTCUA_MODE"])
def test_production_names_what_is_missing(name: str) -> None:
    assert f"{name}: missing" in problems({key: value for key, value in PRODUCTION.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MOTCUA_EID_ISSUER", "http://127.0.0.1:8025/eid"),
        ("MOTCUA_EID_CLIENT_SECRET", "sandbox-eid-client-secret"),
        ("MOTCUA_EID_REDIRECT_URI", "http://app.motcua.example/a"),
        ("MOTCUA_EID_SCOPE", "profile"),
        ("MOTCUA_ACCESS_TOKEN_SECONDS", "3600"),
        ("MOTCUA_REFRESH_WINDOW_SECONDS", "61"),
        ("MOTCUA_EID_TIMEOUT_SECONDS", "0"),
        ("MOTCUA_EID_TIMEOUT_SECONDS", "nan"),
        ("MOTCUA_EID_CLAIM_IDENTITY", ","),
        ("MOTCUA_EID_CLAIM_NAME", "full name"),
        ("MOTCUA_EID_REDIRECT_URI", ","),
        ("MOTCUA_EID_REDIRECT_URI", "app.motcua.example/a"),
        ("MOTCUA_EID_REDIRECT_URI", "https://app.motcua.example/a#b"),
        ("MOTCUA_CITIZEN_SESSION_DAYS", "0"),
        ("MOTCUA_OFFICER_SESSION_HOURS", "-1"),
        ("MOTCUA_SIGNING_KEY_DAYS", "1"),
        ("MOTCUA_PROOF_SMS_PER_DAY", "-1"),
    ],
)
def test_production_names_what_is_unfit(name: str, value: str) -> None:
    assert f"{name}: " in problems({**PRODUCTION, name: value})


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"MOTCUA_CITIZEN_IDLE_DAYS": "31", "MOTCUA_CITIZEN_SESSION_DAYS": "30"}, "MOTCUA_CITIZEN_SESSION_DAYS"),
        ({"MOTCUA_OFFICER_IDLE_MINUTES": "61", "MOTCUA_OFFICER_SESSION_HOURS": "1"}, "MOTCUA_OFFICER_SESSION_HOURS"),
        ({"MOTCUA_OFFICER_IDLE_MINUTES": "4"}, "MOTCUA_ACCESS_TOKEN_SECONDS"),
    ],
)
def test_lengths_of_time_that_do_not_go_together_are_named(said: dict[str, str], problem: str) -> None:
    idle = next(name for name in said if "IDLE" in name)
    assert re.search(f"{idle}: is (longer|shorter) than {problem}", problems(said))


def test_the_secret_is_not_shown() -> None:
    assert "một bí mật thật" not in repr(read(PRODUCTION))


VNEID = {
    **PRODUCTION,
    "MOTCUA_EID_DIALECT": "vneid",
    "MOTCUA_EID_AUTHORIZATION_URL": "https://eid.example/authorize",
    "MOTCUA_EID_TOKEN_URL": "https://eid.example/token",
    "MOTCUA_EID_USERINFO_URL": "https://eid.example/userinfo",
}


def pem(bits: int = 2048) -> str:
    key = generate_private_key(public_exponent=65537, key_size=bits)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize("written", [str, lambda text: text.replace("\n", "\\n")], ids=["lines", "one line"])
def test_the_dialect_of_vneid_wants_its_endpoints_and_a_key_of_ours(written: Callable[[str], str]) -> None:
    found = read({**VNEID, "MOTCUA_EID_PRIVATE_KEY": written(pem())}).eid
    assert (found.scope, found.issuer) == ("openid", "https://eid.example/realm/")
    assert found.vneid is not None
    assert found.vneid.token_url == "https://eid.example/token"
    assert found.vneid.private_key.key_size == 2048
    assert "PRIVATE" not in repr(found)


@pytest.mark.parametrize("name", [name for name in VNEID if name.endswith("_URL") and name not in PRODUCTION])
def test_no_endpoint_is_guessed_in_production(name: str) -> None:
    known = {**VNEID, "MOTCUA_EID_PRIVATE_KEY": pem()}
    assert f"{name}: missing" in problems({key: value for key, value in known.items() if key != name})
    assert f"{name}: a public https" in problems({**known, name: "http://127.0.0.1:8025/vneid/token"})


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("", "missing"),
        ("không phải khoá", "an RSA private key"),
        (pem(1024), "an RSA private key"),
        (sandbox_private_key(), "a sandbox key"),
        (sandbox_private_key().partition("\n")[2], "a sandbox key"),
    ],
    ids=["none", "no key", "short", "the sandbox's", "the sandbox's without its mark"],
)
def test_production_refuses_a_key_that_protects_nothing(key: str, problem: str) -> None:
    assert f"MOTCUA_EID_PRIVATE_KEY: {problem}" in problems({**VNEID, "MOTCUA_EID_PRIVATE_KEY": key})


def test_a_development_system_speaks_either_dialect() -> None:
    assert read({}).eid.vneid is None
    sandboxes = read({"MOTCUA_EID_DIALECT": "vneid"}).eid
    assert sandboxes.vneid is not None
    assert sandboxes.vneid.token_url == f"{sandboxes.issuer}/token"
    assert "MOTCUA_EID_DIALECT: one of oidc, vneid" in problems({"MOTCUA_EID_DIALECT": "saml"})


def test_the_sandbox_seals_for_the_key_that_ships() -> None:
    sandboxes = read({"MOTCUA_EID_DIALECT": "vneid"}).eid
    assert sandboxes.vneid is not None
    assert Seal().public_key == sandboxes.vneid.private_key.public_key()
