"""Events posted to the app's webhook, signed as Zalo signs them; repeated, late, out of order, forged, lost."""

import asyncio
import hashlib
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from yarl import URL

from sandbox.twilio.checks import on_loopback
from sandbox.zalo.dials import EventDials

SIGNATURE_HEADER: Final = "X-ZEvent-Signature"
_POSTERS = 16
# An answer that takes longer counts as none.
_PATIENCE_S = 2.0


def sign(app_id: str, raw: bytes, timestamp: str, oa_secret: str) -> str:
    """The signature header's value: a plain SHA-256 over app id, raw body, timestamp and the account's secret."""
    return "mac=" + hashlib.sha256(app_id.encode() + raw + timestamp.encode() + oa_secret.encode()).hexdigest()


@dataclass(slots=True)
class Event:
    """One event to be posted. `members` are the body's; `generation` tells those of before a reset apart."""

    members: Mapping[str, Any]
    generation: int
    forged: bool = False
    tries: int = 0


class Events:
    """Posts events of one app. `counts` are for `/_control/state`. `url` is where to, None for nowhere."""

    def __init__(self, app_id: str, oa_secret: str) -> None:
        self._app_id = app_id
        self._oa_secret = oa_secret
        self._loop: asyncio.AbstractEventLoop | None = None
        self._due: asyncio.Queue[Event] = asyncio.Queue()
        self._generation = 0
        self.restart(EventDials(), None, random.Random(0))

    def restart(self, dials: EventDials, url: str | None, dice: random.Random) -> None:
        """Forgets what was not posted yet."""
        self._generation += 1
        self.dials = dials
        self.url = url
        self._dice = dice
        self.waiting = 0
        self.counts: Counter[str] = Counter()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Events are planned and posted inside this block only."""
        self._loop = asyncio.get_running_loop()
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_POSTERS),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=_PATIENCE_S),
        ) as session:
            posters = [asyncio.create_task(self._serve(session)) for _ in range(_POSTERS)]
            try:
                yield
            finally:
                self._loop = None
                for poster in posters:
                    poster.cancel()
                await asyncio.gather(*posters, return_exceptions=True)

    def delay(self) -> float:
        """Seconds from a message's acceptance to its arrival."""
        least, most = self.dials.delay_ms
        return self._dice.uniform(least, most) / 1000

    def tell(self, members: Mapping[str, Any], after_s: float) -> None:
        """Lays out the posts of one event that happens in `after_s` seconds."""
        dials, dice = self.dials, self._dice
        if self.url is None or not dials.enabled or dice.random() < dials.lost:
            return
        if not on_loopback(self.url):
            self.counts["refused_address"] += 1
            return
        if dice.random() < dials.forge:
            self._lay(Event(members, self._generation, forged=True), after_s)
        if dice.random() < dials.late:
            after_s += dice.uniform(*dials.late_ms) / 1000
        if dice.random() < dials.reorder:
            after_s += dials.delay_ms[1] / 1000 + dice.uniform(0.05, 0.3)
        self._lay(Event(members, self._generation), after_s)
        if dice.random() < dials.double:
            self.counts["doubled"] += 1
            self._lay(Event(members, self._generation), after_s + dice.uniform(0.02, 0.5))

    def _lay(self, event: Event, after_s: float) -> None:
        if self._loop is not None:
            self.waiting += 1
            self._loop.call_later(after_s, self._due.put_nowait, event)

    async def _serve(self, session: aiohttp.ClientSession) -> None:
        while True:
            event = await self._due.get()
            if event.generation != self._generation:
                continue
            taken = self._silent(event) or await self._post(session, event)
            if event.generation != self._generation:
                continue
            self.waiting -= 1
            if not taken:
                self._again(event)

    def _silent(self, event: Event) -> bool:
        recipient = event.members.get("recipient")
        return isinstance(recipient, dict) and f"+{recipient.get('id')}" in self.dials.silent

    async def _post(self, session: aiohttp.ClientSession, event: Event) -> bool:
        """One try. False: it is worth another."""
        retried = {"num_retry": str(event.tries)} if event.tries else {}
        raw = json.dumps({**event.members, **retried}, ensure_ascii=False, separators=(",", ":")).encode()
        secret = "not-" + self._oa_secret if event.forged else self._oa_secret
        headers = {
            "Content-Type": "application/json",
            SIGNATURE_HEADER: sign(self._app_id, raw, str(event.members.get("timestamp", "")), secret),
            "X-ZEvent-Server": "ZNS",
        }
        kind = "forged" if event.forged else "posted"
        try:
            async with session.post(
                URL(self.url or "", encoded=True), data=raw, headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
                self.counts[f"{kind}_{answer.status // 100}xx"] += 1
                return event.forged or answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            self.counts[f"{kind}_broken"] += 1
            return event.forged

    def _again(self, event: Event) -> None:
        if event.tries >= len(self.dials.retry_after_s):
            self.counts["given_up"] += 1
            return
        wait = self.dials.retry_after_s[event.tries]
        self.counts["retried"] += 1
        event.tries += 1
        self._lay(event, wait)
