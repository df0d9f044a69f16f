"""`/_control/twilio/…`: what was accepted, in order, so that a checker can count; and the dials."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.twilio.dials import BadDialError
from sandbox.world import Op, json_object, query

if TYPE_CHECKING:
    from sandbox.twilio.api import TwilioGateway

_MOST = 10_000


class Controls:
    def __init__(self, gateway: "TwilioGateway") -> None:
        self._gateway = gateway

    def routes(self) -> Sequence[Op]:
        return (
            Op("GET", "/messages", "messages", self.messages),
            Op("GET", "/settings", "settings", self.settings),
            Op("PATCH", "/settings", "turn", self.turn),
        )

    async def settings(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self._gateway.dials.as_json())

    async def turn(self, request: web.Request) -> web.StreamResponse:
        gateway = self._gateway
        try:
            gateway.dials.turn(await json_object(request))
        except BadDialError as error:
            return web.json_response({"error": str(error)}, status=400)
        gateway.receipts.dials = gateway.dials.receipts
        return web.json_response(gateway.dials.as_json())

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """Accepted messages, oldest first, from position `since` (default 0) on; `to` filters; `limit` up to 10,000.

        `next` is the `since` of the next call; `first` is the oldest position still held.
        """
        given = query(request)
        since, limit = given.get("since") or "0", given.get("limit") or "1000"
        if not all(text.isascii() and text.isdigit() and len(text) < 16 for text in (since, limit)):
            return web.json_response({"error": "since and limit are whole numbers"}, status=400)
        store, now = self._gateway.store, self._gateway.world.now()
        to = given.get("to", "").replace(" ", "+") or None
        rows: list[dict[str, object]] = []
        position = max(int(since), store.first)
        most = min(max(1, int(limit)), _MOST)
        while position < store.total and len(rows) < most:
            message = store.at(position)
            position += 1
            if message is None or to not in (None, message.to):
                continue
            rows.append(
                {
                    "position": message.position,
                    "sid": store.sid(message),
                    "to": message.to,
                    "from": message.sender,
                    "body": message.body,
                    "parts": message.parts,
                    "status": message.status(now),
                    "error_code": message.error_code,
                    "date": datetime.fromtimestamp(message.created, UTC).isoformat(timespec="milliseconds"),
                    "status_callback": message.callback,
                }
            )
        return web.json_response({"messages": rows, "next": position, "first": store.first, "total": store.total})
