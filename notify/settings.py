"""What the environment says about sending messages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from kernel.configuration.kinds import Seconds, Text, Whole, read_pairs
from kernel.configuration.settings import Environment
from notify.channels.esms import table as esms_table
from notify.channels.esms.table import EsmsSettings
from notify.channels.port import Certainty
from notify.channels.settings import read_esms, read_twilio, read_weights
from notify.channels.twilio import table as twilio_table
from notify.channels.twilio.table import TwilioSettings
from notify.channels.zalo import table as zalo_table
from notify.channels.zalo.settings import read_zalo
from notify.channels.zalo.table import ZaloSettings
from notify.planning.offers import Route
from notify.planning.plan import Channel
from notify.sending.charges import Tariff
from notify.sending.retry import SCHEDULE, SendingPatience
from notify.templates.book import ZaloForms
from notify.templates.settings import read_zalo_forms
from outbound.jobs.pool import PoolMember

# Made up: what a gateway charges is between it and its customer, so production must say it.
SANDBOX_PRICES = "esms=800,twilio=2000,zalo=300"
_DEAREST: Final = 1_000_000
PRICES: Final = Text("MOTCUA_MESSAGE_PRICES", SANDBOX_PRICES, in_production=None)
TIMEOUT: Final = Seconds("MOTCUA_GATEWAY_TIMEOUT_SECONDS", 8, 1, 60)
START_WITHIN: Final = Seconds("MOTCUA_SEND_START_WITHIN_SECONDS", 5, 1, 60)
# A clock that is a little off must not end a lease while its call still runs.
MARGIN: Final = Seconds("MOTCUA_SEND_MARGIN_SECONDS", 3, 0.5, 60)
RECEIPT_WITHIN: Final = Seconds("MOTCUA_RECEIPT_WITHIN_SECONDS", 600, 1, 259200)
IN_FLIGHT: Final = Whole("MOTCUA_SEND_IN_FLIGHT", 64, 1, 1024)
CHUNK: Final = Whole("MOTCUA_SEND_CHUNK", 128, 1, 2000)
TRIES: Final = Whole("MOTCUA_SEND_TRIES", len(SCHEDULE), 1, len(SCHEDULE))
_CERTAINTIES: Final = {table.NAME: table.CERTAINTY for table in (twilio_table, esms_table, zalo_table)}


@dataclass(frozen=True, slots=True)
class SendSettings:
    """`in_flight`: calls open at once in one process; `chunk`: the most deliveries claimed and waiting for a call."""

    in_flight: int
    chunk: int
    patience: SendingPatience


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """`sms_weights`: the SMS gateways in use, with their shares; the settings of one that is not in use are None. Its
    receipts are checked with them as well, so weight 0 keeps a gateway that is to be given up until they are in."""

    sms_weights: Mapping[str, int]
    twilio: TwilioSettings | None
    esms: EsmsSettings | None
    zalo: ZaloSettings | None
    send: SendSettings
    prices: Mapping[str, int]
    zalo_forms: ZaloForms

    @property
    def tariff(self) -> Tariff:
        deduping = frozenset(name for name, certainty in _CERTAINTIES.items() if certainty is Certainty.DEDUPES)
        return Tariff(self.prices, deduping)

    @property
    def routes(self) -> tuple[Route, ...]:
        """The channels that push, by their usual gateways. A text costs at most what the dearest one charges."""
        usual = max(self.sms_weights, key=lambda gateway: self.sms_weights[gateway])
        texts = Route(Channel.SMS, usual, max(self.prices.get(gateway, 0) for gateway in self.sms_weights))
        if self.zalo is None:
            return (texts,)
        return (Route(Channel.ZALO, "zalo", self.prices.get("zalo", 0), self.zalo.hours, counts=True), texts)

    @property
    def members(self) -> tuple[PoolMember, ...]:
        """The pool of gateways."""
        texts = tuple(PoolMember(gateway, Channel.SMS, weight) for gateway, weight in self.sms_weights.items())
        return texts if self.zalo is None else (*texts, PoolMember("zalo", Channel.ZALO, 1))

    @classmethod
    def read(cls, env: Environment) -> "NotifySettings":
        timeout_s = TIMEOUT.read(env)
        in_flight = IN_FLIGHT.read(env)
        weights, zalo = read_weights(env), read_zalo(env, timeout_s, in_flight)
        in_use = [*weights, *([zalo_table.NAME] if zalo else [])]
        return cls(
            sms_weights=weights,
            twilio=read_twilio(env, timeout_s, in_flight) if "twilio" in weights else None,
            esms=read_esms(env, timeout_s, in_flight) if "esms" in weights else None,
            zalo=zalo,
            prices=_prices(env, in_use),
            zalo_forms=read_zalo_forms(env),
            send=SendSettings(
                in_flight=in_flight,
                chunk=CHUNK.read(env),
                patience=SendingPatience(
                    start_within=timedelta(seconds=START_WITHIN.read(env)),
                    timeout=timedelta(seconds=timeout_s),
                    margin=timedelta(seconds=MARGIN.read(env)),
                    receipt_within=timedelta(seconds=RECEIPT_WITHIN.read(env)),
                    tries=TRIES.read(env),
                ),
            ),
        )


def _prices(env: Environment, in_use: Collection[str]) -> dict[str, int]:
    """Gateway -> đồng for a message, or for one part of a text; in production of each that is in use."""
    said = PRICES.read(env)
    if not said:
        return {}
    pairs = read_pairs(said, "([a-z]+)=([0-9]{1,9})")
    if pairs is None:
        _refuse_prices(
            env, "viết như esms=800,zalo=300, đồng chẵn", "as in esms=800,zalo=300, in whole đồng, each once"
        )
        return {}
    prices = {gateway: int(price) for gateway, price in pairs.items()}
    if any(price > _DEAREST for price in prices.values()):
        _refuse_prices(env, f"giá từ 0 đến {_DEAREST}", f"prices from 0 to {_DEAREST}")
    if strange := sorted(prices.keys() - _CERTAINTIES.keys()):
        _refuse_prices(env, f"không có cổng {', '.join(strange)}", f"no such gateway: {', '.join(strange)}")
    if env.production and (unpriced := sorted(set(in_use) - prices.keys())):
        _refuse_prices(env, f"thiếu giá của {', '.join(unpriced)}", f"no price of {', '.join(unpriced)}")
    return prices


def _refuse_prices(env: Environment, vi: str, en: str) -> None:
    env.refuse(PRICES.name, vi, en)
