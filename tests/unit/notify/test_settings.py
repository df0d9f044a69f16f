"""What the environment may say about sending, and what production refuses."""

from datetime import timedelta

import pytest

from kernel.configuration.settings import Environment
from notify.planning.plan import Channel
from notify.settings import NotifySettings
from outbound.jobs.pool import PoolMember
from tests.support.faults_of_settings import in_english

PRODUCTION = {
    "MOTCUA_MODE": "production",
    "MOTCUA_PUBLIC_BASE_URL": "https://dvc.example.vn",
    "MOTCUA_SMS_GATEWAYS": "twilio=1",
    "MOTCUA_MESSAGE_PRICES": "twilio=2000",
    "MOTCUA_TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001",
    "MOTCUA_TWILIO_AUTH_TOKEN": "a-real-one",
    "MOTCUA_TWILIO_SENDER": "DIENBAN",
}
DOMESTIC = {
    "MOTCUA_MODE": "production",
    "MOTCUA_PUBLIC_BASE_URL": "https://dvc.example.vn",
    "MOTCUA_MESSAGE_PRICES": "esms=800",
    "MOTCUA_ESMS_API_KEY": "a-real-key",
    "MOTCUA_ESMS_SECRET_KEY": "a-real-secret",
    "MOTCUA_ESMS_BRANDNAME": "UBND DBAN",
}


def _read(values: dict[str, str]) -> tuple[NotifySettings, list[str]]:
    env = Environment(values)
    return NotifySettings.read(env), in_english(env.problems)


def test_development_speaks_to_the_sandbox() -> None:
    settings, problems = _read({})
    assert problems == []
    assert settings.members == (PoolMember("twilio", Channel.SMS, 1),)
    assert settings.esms is None
    assert settings.twilio is not None
    assert settings.twilio.base_url == "http://127.0.0.1:8025/twilio"
    assert settings.twilio.auth_token.startswith("sandbox-")
    assert (settings.send.in_flight, settings.twilio.connections) == (64, 64)
    assert settings.send.patience.lease > settings.send.patience.timeout == timedelta(seconds=8)


def test_production_speaks_to_twilio_itself() -> None:
    settings, problems = _read(PRODUCTION)
    assert problems == []
    assert settings.twilio is not None
    assert settings.twilio.base_url == "https://api.twilio.com"


def test_production_goes_by_the_domestic_gateway_alone_unless_more_is_said() -> None:
    settings, problems = _read(DOMESTIC)
    assert problems == []
    assert (settings.members, settings.twilio) == ((PoolMember("esms", Channel.SMS, 1),), None)
    assert settings.esms is not None
    assert settings.esms.base_url == "https://rest.esms.vn"
    assert [route.gateway for route in settings.routes] == ["esms"]


def test_both_may_share_the_messages() -> None:
    said = {"MOTCUA_SMS_GATEWAYS": "twilio=1, esms=3", "MOTCUA_MESSAGE_PRICES": "esms=800,twilio=2000"}
    settings, problems = _read(PRODUCTION | DOMESTIC | said)
    assert problems == []
    assert set(settings.members) == {PoolMember("esms", Channel.SMS, 3), PoolMember("twilio", Channel.SMS, 1)}
    assert [route.gateway for route in settings.routes] == ["esms"]


def test_in_development_both_speak_to_the_sandbox() -> None:
    settings, problems = _read({"MOTCUA_SMS_GATEWAYS": "esms=1,twilio=0"})
    assert problems == []
    assert settings.esms is not None
    assert (settings.esms.base_url, settings.esms.brandname) == ("http://127.0.0.1:8025/esms", "UBND DBan")


@pytest.mark.parametrize("said", ["esms", "esms=x", "speedsms=1", "esms=0", "esms=1,", "esms=-1", "esms=1,esms=2"])
def test_shares_that_cannot_be_are_named(said: str) -> None:
    assert [problem.partition(":")[0] for problem in _read({"MOTCUA_SMS_GATEWAYS": said})[1]] == ["MOTCUA_SMS_GATEWAYS"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"MOTCUA_ESMS_API_KEY": ""}, "MOTCUA_ESMS_API_KEY: missing"),
        (
            {"MOTCUA_ESMS_SECRET_KEY": "sandbox-esms-secret-key"},
            "MOTCUA_ESMS_SECRET_KEY: a sandbox key is not allowed in production",
        ),
        ({"MOTCUA_ESMS_BRANDNAME": ""}, "MOTCUA_ESMS_BRANDNAME: missing"),
        (
            {"MOTCUA_ESMS_BASE_URL": "http://127.0.0.1:8025/esms"},
            "MOTCUA_ESMS_BASE_URL: a public https address is needed in production",
        ),
    ],
)
def test_the_domestic_gateway_needs_an_account_of_its_own(changed: dict[str, str], problem: str) -> None:
    assert _read(DOMESTIC | changed)[1] == [problem]


@pytest.mark.parametrize("brandname", ["12345", "UBND phường", "UBND Dien Ban", "A/B"])
def test_a_brandname_is_as_the_law_has_it(brandname: str) -> None:
    (problem,) = _read(DOMESTIC | {"MOTCUA_ESMS_BRANDNAME": brandname})[1]
    assert problem.startswith("MOTCUA_ESMS_BRANDNAME: ")


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
        ({"MOTCUA_SEND_IN_FLIGHT": "0"}, "MOTCUA_SEND_IN_FLIGHT: a whole number from 1 to 1024 is needed"),
        ({"MOTCUA_SEND_CHUNK": "many"}, "MOTCUA_SEND_CHUNK: a whole number from 1 to 2000 is needed"),
    ],
)
def test_production_names_what_is_missing_or_unfit(changed: dict[str, str], problem: str) -> None:
    assert _read(PRODUCTION | changed)[1] == [problem]


def test_another_region_of_twilios_may_be_named() -> None:
    settings, problems = _read(PRODUCTION | {"MOTCUA_TWILIO_BASE_URL": "https://api.dublin.ie1.twilio.com/"})
    assert settings.twilio is not None
    assert (settings.twilio.base_url, problems) == ("https://api.dublin.ie1.twilio.com", [])


def test_the_token_is_not_shown() -> None:
    assert "sandbox-twilio" not in repr(_read({})[0])


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("foo=1,esms=800", "no such gateway: foo"),
        ("zalo=300", "no price of esms"),
        ("esms=1000001", "prices from 0 to 1000000"),
        *(
            (said, "as in esms=800,zalo=300, in whole đồng, each once")
            for said in (
                "esms",
                "esms=-1",
                "esms=2147483648",
                "esms=1_000",
                "esms=８００",
                "esms=800,esms=900",
                "esms=1.5",
            )
        ),
    ],
)
def test_a_message_whose_price_is_not_known_stops_the_start(said: str, problem: str) -> None:
    _, problems = _read({**DOMESTIC, "MOTCUA_MESSAGE_PRICES": said})
    assert f"MOTCUA_MESSAGE_PRICES: {problem}" in problems


def test_a_text_costs_at_most_what_the_dearest_gateway_charges() -> None:
    settings, _ = _read({"MOTCUA_SMS_GATEWAYS": "esms=3,twilio=1", "MOTCUA_MESSAGE_PRICES": "esms=800,twilio=2000"})
    assert {route.channel: (route.gateway, route.price_vnd) for route in settings.routes} == {
        Channel.SMS: ("esms", 2000)
    }
