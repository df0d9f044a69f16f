"""Signed delivery receipts, posted in their own time: one heap, one timer, a bounded set of posters."""

import asyncio
import base64
import heapq
import hmac
import itertools
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from sandbox.twilio.checks import on_loopback
from sandbox.twilio.dials import ReceiptDials
from sandbox.twilio.store import DELIVERED, FAILED, SENT, Message

_POSTERS = 32
_PATIENCE_S = 15
_MOST_WAITING = 1_000_000
_LONGEST_WAIT_S = 10.0


def sign(token: str, url: str, params: dict[str, str]) -> str:
    """X-Twilio-Signature: base64 of HMAC-SHA1 over the address and the sorted name-value pairs."""
    text = url + "".join(name + params[name] for name in sorted(params))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()


def _event_token() -> str:
    # Never from the seeded dice: a receiver keeps these over restarts of the sandbox and takes a repeat for a replay.
    return str(uuid.uuid4())


@dataclass(slots=True)
class Receipt:
    """One status callback to be posted; `token` stays the same over repeats of the same event."""

    message: Message
    status: str
    token: str
    due: float
    tries: int = 0
    forged: bool = False


class Receipts:
    """`form_of` gives the callback's form for a message and a status. `counts` are for `/_control/state`."""

    headers: ClassVar = {"User-Agent": "TwilioProxy/1.1", "Content-Type": "application/x-www-form-urlencoded"}

    def __init__(self, auth_token: str, form_of: Callable[[Message, str], dict[str, str]]) -> None:
        self._auth_token = auth_token
        self._form_of = form_of
        self._heap: list[tuple[float, int, Receipt]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._due: asyncio.Queue[Receipt] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.reset(ReceiptDials(), random.Random(0))

    def reset(self, dials: ReceiptDials, dice: random.Random) -> None:
        """Forgets what was not posted yet."""
        self.dials = dials
        self._dice = dice
        self._heap.clear()
        self._next_slot = 0.0
        self.counts: Counter[str] = Counter()
        while not self._due.empty():
            self._due.get_nowait()

    def pending(self) -> list[Receipt]:
        """What is laid out but not yet due, in the order it falls due."""
        return [receipt for _, _, receipt in sorted(self._heap)]

    def waiting(self) -> int:
        return len(self._heap) + self._due.qsize()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Receipts are planned and posted inside this block only."""
        self._loop = asyncio.get_running_loop()
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_POSTERS),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=_PATIENCE_S),
            headers=self.headers,
        ) as session:
            posters = [asyncio.create_task(self._serve(session)) for _ in range(_POSTERS)]
            try:
                yield
            finally:
                self._loop = None
                if self._timer is not None:
                    self._timer.cancel()
                for poster in posters:
                    poster.cancel()
                await asyncio.gather(*posters, return_exceptions=True)

    def plan(self, message: Message) -> None:
        """Lays out the receipts of a message just accepted."""
        if self._loop is None or message.callback is None or not self.dials.enabled:
            return
        if not on_loopback(message.callback):
            self.counts["refused_address"] += 1
            return
        dials, dice, start = self.dials, self._dice, self._loop.time()
        sent, final = start + message.sent_at - message.created, start + message.final_at - message.created
        if dice.random() < dials.late:
            final += dice.uniform(*dials.late_ms) / 1000
        if dice.random() < dials.reorder:
            sent = final + dice.uniform(0.05, 0.3)
        if message.final is not None and dice.random() < dials.forge:
            lie = FAILED if message.final == DELIVERED else DELIVERED
            self._push(Receipt(message, lie, _event_token(), min(sent, final), forged=True))
        self._lay(Receipt(message, SENT, _event_token(), sent))
        if message.final is not None and dice.random() >= dials.lost:
            self._lay(Receipt(message, message.final, _event_token(), final))

    def _lay(self, receipt: Receipt) -> None:
        self._push(receipt)
        if self._dice.random() < self.dials.double:
            self.counts["doubled"] += 1
            self._push(replace(receipt, due=receipt.due + self._dice.uniform(0.02, 0.5)))

    def _push(self, receipt: Receipt) -> None:
        if len(self._heap) >= _MOST_WAITING:
            self.counts["overflowed"] += 1
            return
        heapq.heappush(self._heap, (receipt.due, next(self._order), receipt))
        self._arm()

    def _arm(self) -> None:
        if self._loop is None or not self._heap:
            return
        when = self._heap[0][0]
        if self.dials.per_second is not None:
            when = max(when, self._next_slot)
        if self._timer is not None and not self._timer.cancelled():
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self._release)

    def _release(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        rate = self.dials.per_second
        while self._heap and self._heap[0][0] <= now and (rate is None or self._next_slot <= now):
            self._due.put_nowait(heapq.heappop(self._heap)[2])
            if rate is not None:
                # A late timer may catch up a little, but idle time is not saved up.
                self._next_slot = max(self._next_slot, now - 0.05) + 1 / rate
        self._arm()

    async def _serve(self, session: aiohttp.ClientSession) -> None:
        while True:
            receipt = await self._due.get()
            if not await self._post(session, receipt):
                self._again(receipt)

    async def _post(self, session: aiohttp.ClientSession, receipt: Receipt) -> bool:
        """One try. False: it is worth another."""
        url = receipt.message.callback
        if url is None:
            return True
        params = self._form_of(receipt.message, receipt.status)
        key = "not-" + self._auth_token if receipt.forged else self._auth_token
        headers = {"X-Twilio-Signature": sign(key, url, params), "I-Twilio-Idempotency-Token": receipt.token}
        kind = "forged" if receipt.forged else "posted"
        try:
            async with session.post(
                URL(url, encoded=True), data=urlencode(params), headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
                self.counts[f"{kind}_{answer.status // 100}xx"] += 1
                return answer.status < 500
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            self.counts[f"{kind}_broken"] += 1
            return False

    def _again(self, receipt: Receipt) -> None:
        wait = min(_LONGEST_WAIT_S, 0.25 * 2**receipt.tries)
        now = asyncio.get_running_loop().time()
        if now + wait - receipt.due > self.dials.retry_for_s:
            self.counts["given_up"] += 1
            return
        self.counts["retried"] += 1
        receipt.tries += 1
        heapq.heappush(self._heap, (now + wait, next(self._order), receipt))
        self._arm()
