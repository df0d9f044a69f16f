"""The Messages resource: send, list, fetch, cancel, redact."""

import asyncio
import base64
import json
import secrets
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar

from aiohttp import web

from sandbox.twilio import checks, segments, wire
from sandbox.twilio.checks import Wanted
from sandbox.twilio.controls import Controls
from sandbox.twilio.dials import Dials, NumberDial
from sandbox.twilio.listing import BadQueryError, Listing
from sandbox.twilio.receipts import Receipts
from sandbox.twilio.store import ACCEPTED, CANCELED, DELIVERED, QUEUED, SENT, Message, MessageStore
from sandbox.world import Heard, Op, Twin, World, pairs_of

_SERVICE_SENDER = "MOTCUA"
_AS_HEARD = {QUEUED: "queued", ACCEPTED: "queued", SENT: "sent", DELIVERED: "delivered"}
_PLAIN = NumberDial()


class TwilioGateway(Twin):
    """One account, its messages, and their receipts."""

    name: ClassVar[str] = "twilio"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        settings = world.settings
        self.account = settings.twilio_account_sid
        pair = f"{self.account}:{settings.twilio_auth_token}".encode()
        self._credentials = "Basic " + base64.b64encode(pair).decode()
        self.store = MessageStore(settings.keep)
        self.receipts = Receipts(settings.twilio_auth_token, self._callback_form)
        self._restart()

    def _restart(self) -> None:
        self._dice = self.world.dice(self.name)
        self.dials = Dials()
        self.refused: Counter[str] = Counter()
        # Not from the seeded dice: a client keeps sids over restarts of the sandbox, and they must not come twice.
        self.store.clear(secrets.token_hex(8))
        self.receipts.reset(self.dials.receipts, self.world.dice("receipts"))

    def routes(self) -> Sequence[Op]:
        base = f"/{wire.API_VERSION}/Accounts/{{account}}/Messages"
        return (
            Op("POST", base + ".json", "send", self.send),
            Op("GET", base + ".json", "list", self.index),
            Op("GET", base + "/{sid}.json", "fetch", self.fetch),
            Op("POST", base + "/{sid}.json", "update", self.update),
        )

    def controls(self) -> Sequence[Op]:
        return Controls(self).routes()

    def reset(self) -> None:
        super().reset()
        self._restart()

    def lifetime(self) -> AbstractAsyncContextManager[None]:
        return self.receipts.running()

    def state(self) -> dict[str, Any]:
        return {
            "accepted": self.store.total,
            "kept": self.store.total - self.store.first,
            "refused": dict(self.refused),
            "receipts": {**self.receipts.counts, "waiting": self.receipts.waiting()},
            "settings": self.dials.as_json(),
        }

    def failure(self, status: int) -> web.Response:
        return checks.problem(20000 + status, status)

    def heard(self, number: str, limit: int) -> list[Heard]:
        now = self.world.now()
        heard: list[Heard] = []
        for message in self.store.newest(number):
            if len(heard) == limit:
                break
            size = segments.count(message.body)
            state = _AS_HEARD.get(message.status(now), "failed")
            heard.append(Heard(message.created, message.sender, message.body, "SMS", size.encoding, size.parts, state))
        return heard[::-1]

    async def send(self, request: web.Request) -> web.StreamResponse:
        denied = self._denied(request)
        if denied is not None:
            return denied
        wanted = checks.read_send(dict(pairs_of(await request.read())))
        if isinstance(wanted, int):
            return self._refuse(wanted)
        dial = self.dials.numbers.get(wanted.to, _PLAIN)
        if dial.reject is not None:
            return self._refuse(dial.reject)
        message = self._accept(wanted, dial)
        return self._answer(message, 201)

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        message = self.store.find(request.match_info["sid"])
        return self._denied(request) or (checks.problem(20404) if message is None else self._answer(message, 200))

    async def update(self, request: web.Request) -> web.StreamResponse:
        """`Status=canceled` while it waits; `Body=` (empty) redacts the text."""
        denied = self._denied(request)
        if denied is not None:
            return denied
        message = self.store.find(request.match_info["sid"])
        if message is None:
            return checks.problem(20404)
        form = dict(pairs_of(await request.read()))
        if form.get("Status", CANCELED) != CANCELED or form.get("Body", ""):
            return checks.problem(20001)
        if "Status" in form:
            if message.status(self.world.now()) not in (QUEUED, ACCEPTED):
                return checks.problem(30409)
            message.final, message.final_at = CANCELED, self.world.now()
        if "Body" in form:
            message.body = ""
        return self._answer(message, 200)

    async def index(self, request: web.Request) -> web.StreamResponse:
        denied = self._denied(request)
        if denied is not None:
            return denied
        try:
            listing = Listing.read(request.rel_url.raw_query_string)
        except BadQueryError:
            return checks.problem(20001)
        found: list[Message] = []
        for message in listing.matches(self.store):
            if message is None:
                # A long look through old messages must not hold up those who send.
                await asyncio.sleep(0)
                continue
            found.append(message)
            if len(found) > listing.size:
                break
        return web.json_response(self._page(listing, found))

    def _page(self, listing: Listing, found: list[Message]) -> dict[str, Any]:
        base = f"/{wire.API_VERSION}/Accounts/{self.account}/Messages.json"
        shown, more = found[: listing.size], len(found) > listing.size
        now, start = self.world.now(), listing.page * listing.size
        return {
            "first_page_uri": listing.page_uri(base, 0, None),
            "next_page_uri": listing.page_uri(base, listing.page + 1, shown[-1].position) if more else None,
            "previous_page_uri": None,
            "uri": listing.page_uri(base, listing.page, listing.below),
            "page": listing.page,
            "page_size": listing.size,
            "start": start,
            "end": max(start, start + len(shown) - 1),
            "messages": [wire.resource(message, self.store.sid(message), self.account, now) for message in shown],
        }

    def _denied(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != self._credentials:
            return self._refuse(20003)
        return None if request.match_info["account"] == self.account else self._refuse(20404)

    def _refuse(self, code: int) -> web.Response:
        self.refused[str(code)] += 1
        return checks.problem(code)

    def _accept(self, wanted: Wanted, dial: NumberDial) -> Message:
        sender = wanted.sender if wanted.service is None else _SERVICE_SENDER
        parts = segments.count(wanted.body).parts
        message = Message(wanted.to, sender, wanted.body, parts, self.world.now())
        least, most = self.dials.receipts.delay_ms
        delay = (least + (most - least) * self._dice.random()) / 1000
        message.sent_at = message.created + delay * (0.2 + 0.3 * self._dice.random())
        message.final_at = message.created + delay
        message.final = None if dial.final == "none" else dial.final
        message.error_code = dial.error_code
        message.service = wanted.service
        message.callback = wanted.callback
        self.store.add(message)
        self.world.book.touch(message.to)
        self.receipts.plan(message)
        return message

    def _answer(self, message: Message, status: int) -> web.Response:
        document = wire.resource(message, self.store.sid(message), self.account, self.world.now())
        return web.Response(body=json.dumps(document).encode(), status=status, content_type="application/json")

    def _callback_form(self, message: Message, status: str) -> dict[str, str]:
        return wire.callback_form(message, status, self.store.sid(message), self.account)
