"""What the environment may say about sending, and what production refuses."""

from datetime import timedelta

import pytest

from kernel.settings import Environment
from notify.settings import NotifySettings

PRODUCTION = {
    "MOTCUA_MODE": "production",
    "MOTCUA_PUBLIC_BASE_URL": "https://dvc.example.vn",
    "MOTCUA_TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001",
    "MOTCUA_TWILIO_AUTH_TOKEN": "a-real-one",
    "MOTCUA_TWILIO_SENDER": "DIENBAN",
}


def _read(values: dict[str, str]) -> tuple[NotifySettings, list[str]]:
    env = Environment(values)
    return NotifySettings.read(env), sorted(env.problems)


def test_development_speaks_to_the_sandbox() -> None:
    settings, problems = _read({})
    assert problems == []
    assert settings.twilio.base_url == "http://127.0.0.1:8025/twilio"
    assert settings.twilio.auth_token.startswith("sandbox-")
    assert (settings.send.in_flight, settings.twilio.connections) == (64, 64)
    assert settings.send.patience.lease > settings.send.patience.timeout == timedelta(seconds=8)


def test_production_speaks_to_twilio_itself() -> None:
    settings, problems = _read(PRODUCTION)
    assert problems == []
    assert settings.twilio.base_url == "https://api.twilio.com"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"MOTCUA_TWILIO_AUTH_TOKEN": ""}, "MOTCUA_TWILIO_AUTH_TOKEN: missing"),
        ({"MOTCUA_TWILIO_SENDER": ""}, "MOTCUA_TWILIO_SENDER: missing"),
        ({"MOTCUA_TWILIO_ACCOUNT_SID": ""}, "MOTCUA_TWILIO_ACCOUNT_SID: missing"),
        (
            {"MOTCUA_TWILIO_AUTH_TOKEN": "sandbox-twilio-auth-token"},
            "MOTCUA_TWILIO_AUTH_TOKEN: a sandbox key is not allowed in production",
        ),
        (
            {"MOTCUA_TWILIO_ACCOUNT_SID": "AC5a17b0c5000000000000000000000001"},
            "MOTCUA_TWILIO_ACCOUNT_SID: a sandbox account is not allowed in production",
        ),
        (
            {"MOTCUA_TWILIO_BASE_URL": "http://127.0.0.1:8025/twilio"},
            "MOTCUA_TWILIO_BASE_URL: a public https address is needed in production",
        ),
        ({"MOTCUA_SEND_IN_FLIGHT": "0"}, "MOTCUA_SEND_IN_FLIGHT: at least 1"),
        ({"MOTCUA_SEND_CHUNK": "many"}, "MOTCUA_SEND_CHUNK: not a whole number"),
    ],
)
def test_production_names_what_is_missing_or_unfit(changed: dict[str, str], problem: str) -> None:
    assert _read(PRODUCTION | changed)[1] == [problem]


def test_another_region_of_twilios_may_be_named() -> None:
    settings, problems = _read(PRODUCTION | {"MOTCUA_TWILIO_BASE_URL": "https://api.dublin.ie1.twilio.com/"})
    assert (settings.twilio.base_url, problems) == ("https://api.dublin.ie1.twilio.com", [])


def test_the_token_is_not_shown() -> None:
    assert "sandbox-twilio" not in repr(_read({})[0])
