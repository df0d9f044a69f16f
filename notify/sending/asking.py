"""Deliveries whose fate nobody saw: their gateways are asked before anything is sent again, or why no receipt came."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import structlog

from notify.channels.port import Certainty, Gateway, Sighting
from notify.sending.claims import Asking
from notify.sending.ledger import Ledger
from notify.sending.outcomes import News, cannot_ask
from notify.sending.retry import SendingPatience
from notify.sending.silence import Silent
from notify.sending.unseen import Unseen, left_to_receipts, made_again
from outbound.jobs.outcomes import AskFailed

_AT_ONCE: Final = 16
_LOOK_EVERY_S: Final = 1.0
_log = structlog.get_logger()


class Inquirer:
    """`busy` until a look has found nothing to ask about."""

    def __init__(
        self, ledger: Ledger, gateways: Mapping[str, Gateway], patience: SendingPatience, threads: ThreadPoolExecutor
    ) -> None:
        self._ledger = ledger
        self._patience = patience
        self._gateways = gateways
        self._threads = threads
        self._told = asyncio.Event()
        self.busy = True

    def stop(self) -> None:
        self._told.set()

    async def ask_until_told(self, looked: Callable[[bool], None]) -> None:
        """Looks every second for deliveries to ask about; calls `looked` each time with whether it found any."""
        loop = asyncio.get_running_loop()
        await self._ask_about_receipts()
        while not self._told.is_set():
            asking = await loop.run_in_executor(self._threads, self._ledger.claim_questions, _AT_ONCE)
            self.busy = bool(asking)
            await asyncio.gather(*map(self._settle, asking))
            looked(self.busy)
            if asking:
                continue
            try:
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._told.wait()
            except TimeoutError:
                continue

    async def _settle(self, asking: Asking) -> None:
        loop = asyncio.get_running_loop()
        gateway = self._gateways.get(asking.gateway)
        if gateway is None or gateway.certainty is not Certainty.ASKED:
            decided = self._without_asking(gateway, asking)
            if isinstance(decided, News):
                await loop.run_in_executor(self._threads, self._ledger.settle, decided)
            else:
                await loop.run_in_executor(self._threads, self._ledger.ask_later, asking, decided)
            return
        sightings = await self._ask(gateway, asking)
        if sightings is None:
            await loop.run_in_executor(self._threads, self._ledger.ask_later, asking)
        else:
            await loop.run_in_executor(self._threads, self._ledger.answer, asking, sightings)

    async def _ask_about_receipts(self) -> None:
        loop = asyncio.get_running_loop()
        asked = [name for name, gateway in self._gateways.items() if gateway.certainty is Certainty.ASKED]
        silent = await loop.run_in_executor(self._threads, self._ledger.claim_silent, asked, _AT_ONCE)
        await asyncio.gather(*map(self._hear, silent))

    async def _hear(self, silent: Silent) -> None:
        sightings = await self._ask(self._gateways[silent.gateway], silent)
        if sightings:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._ledger.last_word, silent, sightings)

    def _without_asking(self, gateway: Gateway | None, asking: Asking) -> News | timedelta:
        """What is done at once, or when to look again."""
        if gateway is None:
            return cannot_ask(asking.claim, asking.code)
        unseen = Unseen(
            asking.claim, asking.tries, asking.age, asking.latest_age, asking.has_standby, ended=asking.code
        )
        if gateway.certainty is Certainty.DEDUPES:
            return made_again(unseen, self._patience)
        return left_to_receipts(unseen, self._patience)

    async def _ask(self, gateway: Gateway, asking: Asking | Silent) -> list[Sighting] | None:
        """What the gateway has; None when it cannot say."""
        try:
            return list(await gateway.find(self._ledger.question(asking)))
        except AskFailed as error:
            _log.warning("notify.no_answer", gateway=asking.gateway, error=str(error))
        except Exception as error:
            # A defect here must not stop other questions, and no answer is never taken for a no.
            _log.error("notify.question_crashed", gateway=asking.gateway, error=type(error).__name__)
        return None
