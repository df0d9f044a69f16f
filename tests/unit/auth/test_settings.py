from datetime import timedelta

import pytest

from auth.settings import AuthSettings
from kernel.actor import ActorKind
from kernel.settings import Environment, SettingsError

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
    return str(raised.value)


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
    ],
)
def test_production_names_what_is_unfit(name: str, value: str) -> None:
    assert f"{name}: " in problems({**PRODUCTION, name: value})


def test_the_secret_is_not_shown() -> None:
    assert "một bí mật thật" not in repr(read(PRODUCTION))
