"""`/_control/esms/…`: what was accepted, in order, so that a checker can count; and the dials."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web

from sandbox.twilio.dials import BadDialError
from sandbox.twilio.store import Message
from sandbox.world import Op, json_object, query

if TYPE_CHECKING:
    from sandbox.esms.api import EsmsGateway
    from sandbox.esms.message import EsmsMessage

_MOST = 10_000


class Controls:
    def __init__(self, gateway: "EsmsGateway") -> None:
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
        gateway.callbacks.dials = gateway.dials.receipts
        return web.json_response(gateway.dials.as_json())

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """As `/_control/twilio/messages`: oldest first, `since`, `limit` and `to` (E.164) in the query."""
        given = query(request)
        since, limit = given.get("since") or "0", given.get("limit") or "1000"
        if not all(text.isascii() and text.isdigit() and len(text) < 16 for text in (since, limit)):
            return web.json_response({"error": "since and limit are whole numbers"}, status=400)
        store = self._gateway.store
        to = given.get("to", "").replace(" ", "+") or None
        rows: list[dict[str, Any]] = []
        position = max(int(since), store.first)
        most = min(max(1, int(limit)), _MOST)
        while position < store.total and len(rows) < most:
            message = store.at(position)
            position += 1
            if message is not None and to in (None, message.to):
                rows.append(self._row(message))
        return web.json_response({"messages": rows, "next": position, "first": store.first, "total": store.total})

    def _row(self, message: Message) -> dict[str, Any]:
        gateway, ours = self._gateway, cast("EsmsMessage", message)
        return {
            "position": message.position,
            "sid": gateway.smsid(message),
            "request_id": ours.request_id,
            "to": message.to,
            "from": message.sender,
            "body": message.body,
            "parts": message.parts,
            "price": ours.price,
            "status": message.status(gateway.world.now()),
            "date": datetime.fromtimestamp(message.created, UTC).isoformat(timespec="milliseconds"),
            "status_callback": message.callback,
        }
