"""The send drain: what a message adds to `outbound.jobs`, where claims, calls, records and questions are."""

import time
from collections.abc import Mapping
from typing import Final, TypeAlias

import structlog

from notify.channels.port import Gateway
from notify.pool.watch import Watch
from notify.sending.asking import MessageInquiries
from notify.sending.ledger import ClaimedMessage, Ledger
from notify.sending.outcomes import News, expired, news_of, released
from notify.sending.retry import SendingPatience
from notify.settings import SendSettings
from outbound.jobs.drain import JobDrain
from outbound.jobs.outcomes import Outcome, OutcomeKind
from outbound.jobs.ports import Bounds, Withheld
from outbound.jobs.run import JobWork
from outbound.jobs.shared_pool import SharedPool

NAME: Final = "notify"
SendDrain: TypeAlias = JobDrain[ClaimedMessage, News]
_log = structlog.get_logger()


def send_drain(
    ledger: Ledger,
    gateways: Mapping[str, Gateway],
    pool: SharedPool,
    watch: Watch,
    settings: SendSettings,
    *,
    asks: bool = True,
) -> SendDrain:
    """The drain of messages, for one thread. `asks`: whether it asks gateways about what is unknown."""
    return JobDrain(
        JobWork(
            NAME,
            ledger,
            MessageCaller(gateways, settings.patience),
            Bounds(settings.in_flight, settings.chunk, ahead=settings.chunk, questions_apart=True),
            MessageInquiries(ledger, gateways, settings.patience) if asks else None,
            pool,
            watch,
        )
    )


class MessageCaller:
    """Hands messages to gateways by their name."""

    def __init__(self, gateways: Mapping[str, Gateway], patience: SendingPatience) -> None:
        self._gateways = gateways
        self._patience = patience

    def withheld(self, delivery: ClaimedMessage) -> Withheld[News] | None:
        """One that cannot be read, or that is too late to be of use."""
        if delivery.failed is not None:
            return Withheld(self.news_of(delivery, delivery.failed), delivery.failed.kind)
        if delivery.valid_by is not None and time.monotonic() >= delivery.valid_by:
            return Withheld(expired(delivery.claim), "expired")
        return None

    def released(self, delivery: ClaimedMessage) -> News:
        return released(delivery.claim)

    async def call(self, delivery: ClaimedMessage) -> Outcome:
        gateway = self._gateways.get(delivery.gateway)
        if gateway is None:
            _log.error("notify.no_gateway", gateway=delivery.gateway)
            return Outcome(OutcomeKind.TRANSIENT, code="no_gateway", reason="not configured here", operator=True)
        return await gateway.send(delivery.message)

    def news_of(self, delivery: ClaimedMessage, outcome: Outcome) -> News:
        return news_of(delivery.claim, outcome, self._patience)

    async def close(self) -> None:
        for gateway in self._gateways.values():
            await gateway.close()
