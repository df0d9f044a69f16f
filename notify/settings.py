"""What the environment says about sending messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from kernel.settings import Environment
from notify.channels.twilio_table import REAL_BASE_URL, TwilioSettings
from notify.offers import Route
from notify.plan import Channel
from notify.retry import Patience

SANDBOX_BASE_URL = "http://127.0.0.1:8025/twilio"
SANDBOX_ACCOUNT_SID = "AC5a17b0c5000000000000000000000001"
SANDBOX_SENDER = "+15005550006"
# Made up: what a gateway charges is between it and its customer, so production must say it.
SANDBOX_PRICES = "esms=800,twilio=2000,zalo=300"


@dataclass(frozen=True, slots=True)
class SendSettings:
    """`in_flight`: calls open at once in one process; `chunk`: the most deliveries claimed and waiting for a call."""

    in_flight: int
    chunk: int
    patience: Patience


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """`account_sid` and `auth_token` are also what receipts are checked with."""

    twilio: TwilioSettings
    send: SendSettings
    prices: Mapping[str, int]

    @property
    def routes(self) -> tuple[Route, ...]:
        """The channels that push, by their usual gateways."""
        return (Route(Channel.SMS, "twilio", self.prices.get("twilio", 0)),)

    @classmethod
    def read(cls, env: Environment) -> "NotifySettings":
        timeout_s = env.seconds("MOTCUA_GATEWAY_TIMEOUT_SECONDS", 8.0)
        in_flight = _positive(env, "MOTCUA_SEND_IN_FLIGHT", 64)
        return cls(
            twilio=TwilioSettings(
                account_sid=_account_sid(env),
                auth_token=env.secret("MOTCUA_TWILIO_AUTH_TOKEN", "sandbox-twilio-auth-token"),
                sender=env.text("MOTCUA_TWILIO_SENDER", None if env.production else SANDBOX_SENDER),
                public_base_url=env.outside_url("MOTCUA_PUBLIC_BASE_URL", "http://127.0.0.1:8000"),
                base_url=_base_url(env),
                timeout_s=timeout_s,
                connections=in_flight,
            ),
            prices=_prices(env),
            send=SendSettings(
                in_flight=in_flight,
                chunk=_positive(env, "MOTCUA_SEND_CHUNK", 128),
                patience=Patience(
                    start_within=timedelta(seconds=env.seconds("MOTCUA_SEND_START_WITHIN_SECONDS", 5.0)),
                    timeout=timedelta(seconds=timeout_s),
                    margin=timedelta(seconds=env.seconds("MOTCUA_SEND_MARGIN_SECONDS", 3.0)),
                    receipt_within=timedelta(seconds=env.seconds("MOTCUA_RECEIPT_WITHIN_SECONDS", 600.0)),
                ),
            ),
        )


def _prices(env: Environment) -> dict[str, int]:
    """Gateway -> đồng for a message, or for one part of a text."""
    name = "MOTCUA_MESSAGE_PRICES"
    said = env.text(name, None if env.production else SANDBOX_PRICES)
    try:
        prices = {
            gateway.strip(): int(price) for gateway, price in (pair.split("=") for pair in said.split(",") if pair)
        }
    except ValueError:
        env.problems.append(f"{name}: like esms=800,zalo=300, in whole đồng")
        return {}
    if any(price < 0 for price in prices.values()):
        env.problems.append(f"{name}: no price below zero")
    return prices


def _base_url(env: Environment) -> str:
    """Twilio's own address unless another region's is said; in development the sandbox's."""
    default = REAL_BASE_URL if env.production else SANDBOX_BASE_URL
    env_url = env.text("MOTCUA_TWILIO_BASE_URL", default)
    if env.production:
        return env.outside_url("MOTCUA_TWILIO_BASE_URL") if env_url != REAL_BASE_URL else REAL_BASE_URL
    return env_url.rstrip("/")


def _account_sid(env: Environment) -> str:
    name = "MOTCUA_TWILIO_ACCOUNT_SID"
    said = env.text(name, None if env.production else SANDBOX_ACCOUNT_SID)
    if env.production and said == SANDBOX_ACCOUNT_SID:
        env.problems.append(f"{name}: a sandbox account is not allowed in production")
    return said


def _positive(env: Environment, name: str, default: int) -> int:
    value = env.integer(name, default)
    if value < 1:
        env.problems.append(f"{name}: at least 1")
        return default
    return value
