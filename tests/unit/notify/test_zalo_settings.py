"""What the environment may say about Zalo, and what production refuses."""

from datetime import time

import pytest

from kernel.configuration.settings import Environment
from notify.channels.zalo.settings import SANDBOX_APP_ID, SANDBOX_OA_ID, read_zalo
from notify.channels.zalo.table import ZaloSettings
from tests.support.faults_of_settings import in_english

PRODUCTION = {
    "MOTCUA_MODE": "production",
    "MOTCUA_ZALO_APP_ID": "1",
    "MOTCUA_ZALO_APP_SECRET": "a-real-one",
    "MOTCUA_ZALO_OA_ID": "2",
    "MOTCUA_ZALO_OA_SECRET": "another",
}


def _read(values: dict[str, str]) -> tuple[ZaloSettings | None, list[str]]:
    env = Environment(values)
    return read_zalo(env, 8.0, 64), in_english(env.problems)


@pytest.mark.parametrize("mode", ["development", "production"])
def test_without_an_app_zalo_is_not_in_use(mode: str) -> None:
    assert _read({"MOTCUA_MODE": mode}) == (None, [])


def test_development_speaks_to_the_sandbox() -> None:
    settings, problems = _read({"MOTCUA_ZALO_APP_ID": SANDBOX_APP_ID})
    assert problems == []
    assert settings is not None
    assert (settings.base_url, settings.oauth_url) == ("http://127.0.0.1:8025/zalo",) * 2
    assert (settings.oa_id, settings.refresh_token) == (SANDBOX_OA_ID, "sandbox-zalo-refresh-token")
    assert "sandbox-" not in repr(settings)


def test_production_speaks_to_zalo_itself_and_may_be_connected_later() -> None:
    settings, problems = _read(PRODUCTION)
    assert problems == []
    assert settings is not None
    assert (settings.base_url, settings.oauth_url, settings.refresh_token) == (
        "https://business.openapi.zalo.me", "https://oauth.zaloapp.com", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ({}, (time(6), time(22))),
        ({"MOTCUA_ZALO_HOURS": "07:30-21:00"}, (time(7, 30), time(21))),
        ({"MOTCUA_ZALO_HOURS": "00:00-24:00"}, None),
    ],
)
def test_when_zalo_takes_messages(said: dict[str, str], hours: tuple[time, time] | None) -> None:
    settings, problems = _read({"MOTCUA_ZALO_APP_ID": "1", **said})
    assert problems == []
    assert settings is not None
    assert settings.hours == hours
    assert settings.day_begins == (time(6) if hours is None else hours[0])


@pytest.mark.parametrize(
    "said", ["6-22", "06:00", "22:00-06:00", "06:00-06:00", "06:00-24:00", "06:60-22:00", "always"]
)
def test_hours_that_cannot_be_are_named(said: str) -> None:
    problem = "MOTCUA_ZALO_HOURS: as in 06:00-22:00, or 00:00-24:00"
    assert _read({"MOTCUA_ZALO_APP_ID": "1", "MOTCUA_ZALO_HOURS": said})[1] == [problem]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"MOTCUA_ZALO_APP_SECRET": ""}, "MOTCUA_ZALO_APP_SECRET: missing"),
        ({"MOTCUA_ZALO_OA_ID": ""}, "MOTCUA_ZALO_OA_ID: missing"),
        ({"MOTCUA_ZALO_OA_SECRET": ""}, "MOTCUA_ZALO_OA_SECRET: missing"),
        (
            {"MOTCUA_ZALO_APP_ID": SANDBOX_APP_ID},
            "MOTCUA_ZALO_APP_ID: a sandbox account is not allowed in production",
        ),
        ({"MOTCUA_ZALO_OA_ID": SANDBOX_OA_ID}, "MOTCUA_ZALO_OA_ID: a sandbox account is not allowed in production"),
        (
            {"MOTCUA_ZALO_OA_SECRET": "sandbox-zalo-oa-secret"},
            "MOTCUA_ZALO_OA_SECRET: a sandbox key is not allowed in production",
        ),
        (
            {"MOTCUA_ZALO_REFRESH_TOKEN": "sandbox-zalo-refresh-token"},
            "MOTCUA_ZALO_REFRESH_TOKEN: a sandbox key is not allowed in production",
        ),
        (
            {"MOTCUA_ZALO_BASE_URL": "http://127.0.0.1:8025/zalo"},
            "MOTCUA_ZALO_BASE_URL: a public https address is needed in production",
        ),
        (
            {"MOTCUA_ZALO_OAUTH_URL": "http://oauth.zaloapp.com"},
            "MOTCUA_ZALO_OAUTH_URL: a public https address is needed in production",
        ),
    ],
)
def test_production_names_what_is_missing_or_unfit(changed: dict[str, str], problem: str) -> None:
    assert _read(PRODUCTION | changed)[1] == [problem]
