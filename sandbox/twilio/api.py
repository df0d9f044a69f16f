"""The Messages resource: send, list, fetch, cancel, redact."""

import asyncio
import base64
import json
from collections.abc import Sequence
from typing import Any, ClassVar

from aiohttp import web

from sandbox.texts import TextTwin
from sandbox.twilio import checks, segments, wire
from sandbox.twilio.checks import Wanted
from sandbox.twilio.dials import Dials, NumberDial
from sandbox.twilio.listing import BadQueryError, Listing
from sandbox.twilio.receipts import Receipts
from sandbox.twilio.store import ACCEPTED, CANCELED, DELIVERED, QUEUED, SENT, Message
from sandbox.world import Op, World, pairs_of

_SERVICE_SENDER = "MOTCUA"
_PLAIN = NumberDial()


class TwilioGateway(TextTwin):
    """Its receipts are signed."""

    name: ClassVar[str] = "twilio"
    as_heard: ClassVar = {QUEUED: "queued", ACCEPTED: "queued", SENT: "sent", DELIVERED: "delivered"}
    receipts_seed: ClassVar[str] = "receipts"

    dials: Dials

    def __init__(self, world: World) -> None:
        settings = world.settings
        self.account = settings.twilio_account_sid
        pair = f"{self.account}:{settings.twilio_auth_token}".encode()
        self._credentials = "Basic " + base64.b64encode(pair).decode()
        super().__init__(world, Receipts(settings.twilio_auth_token, self._callback_form))

    def new_dials(self) -> Dials:
        return Dials()

    def own_row(self, message: Message) -> dict[str, Any]:
        return {"sid": self.store.sid(message), "error_code": message.error_code}

    def routes(self) -> Sequence[Op]:
        base = f"/{wire.API_VERSION}/Accounts/{{account}}/Messages"
        return (
            Op("POST", base + ".json", "send", self.send),
            Op("GET", base + ".json", "list", self.index),
            Op("GET", base + "/{sid}.json", "fetch", self.fetch),
            Op("POST", base + "/{sid}.json", "update", self.update),
        )

    def failure(self, status: int) -> web.Response:
        return checks.problem(20000 + status, status)

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
        message.error_code = dial.error_code
        message.service = wanted.service
        message.callback = wanted.callback
        self.accept(message, dial.final)
        return message

    def _answer(self, message: Message, status: int) -> web.Response:
        document = wire.resource(message, self.store.sid(message), self.account, self.world.now())
        return web.Response(body=json.dumps(document).encode(), status=status, content_type="application/json")

    def _callback_form(self, message: Message, status: str) -> dict[str, str]:
        return wire.callback_form(message, status, self.store.sid(message), self.account)
