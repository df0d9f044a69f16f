"""A system that may not boot says everything it lacks, at once."""

import base64

import pytest

from kernel.settings import Environment, KernelSettings, SettingsError

KEY = base64.b64encode(bytes(32)).decode()
COMPLETE = {
    "MOTCUA_MODE": "production",
    "MOTCUA_DATABASE_URL": "postgresql+psycopg://db/motcua",
    "MOTCUA_REDIS_URL": "redis://valkey",
    "MOTCUA_FILES_URL": "s3://papers",
    "MOTCUA_MASTER_KEY": KEY,
    "MOTCUA_PUBLIC_BASE_URL": "https://dvc.example.vn",
    "MOTCUA_TRUSTED_PROXIES": "1",
}


def _read(values: dict[str, str]) -> KernelSettings:
    env = Environment(values)
    settings = KernelSettings.read(env)
    env.finish()
    return settings


def test_a_complete_production_environment_is_taken() -> None:
    settings = _read(COMPLETE)
    assert (settings.mode, settings.trusted_proxies) == ("production", 1)


@pytest.mark.parametrize("name", sorted(set(COMPLETE) - {"MOTCUA_MODE"}))
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}: missing"):
        _read({key: value for key, value in COMPLETE.items() if key != name})


def test_everything_missing_is_named_together() -> None:
    with pytest.raises(SettingsError) as caught:
        _read({"MOTCUA_MODE": "production"})
    assert all(name in str(caught.value) for name in COMPLETE if name != "MOTCUA_MODE")


@pytest.mark.parametrize("url", ["http://dvc.example.vn", "https://127.0.0.1:8000", "https://localhost"])
def test_production_needs_a_public_https_address(url: str) -> None:
    with pytest.raises(SettingsError, match="MOTCUA_PUBLIC_BASE_URL"):
        _read({**COMPLETE, "MOTCUA_PUBLIC_BASE_URL": url})


def test_production_refuses_sandbox_keys() -> None:
    env = Environment({"MOTCUA_MODE": "production", "MOTCUA_EID_CLIENT_SECRET": "sandbox-secret"})
    env.secret("MOTCUA_EID_CLIENT_SECRET", "sandbox-default")
    with pytest.raises(SettingsError, match="MOTCUA_EID_CLIENT_SECRET: a sandbox key"):
        env.finish()


def test_development_takes_the_sandbox_default() -> None:
    assert Environment({}).secret("MOTCUA_EID_CLIENT_SECRET", "sandbox-default") == "sandbox-default"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MOTCUA_MODE", "prod"),
        ("MOTCUA_MASTER_KEY", "c2hvcnQ="),
        ("MOTCUA_MASTER_KEY", "not base64!"),
        ("MOTCUA_TRUSTED_PROXIES", "some"),
        ("MOTCUA_POOL_SIZE", "many"),
    ],
)
def test_unfit_values_are_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        _read({**COMPLETE, name: value})
