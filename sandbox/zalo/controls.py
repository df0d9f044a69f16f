"""`/_control/zalo/…`: what was sent, in order; the dials; templates; codes and the end of tokens; events by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.world import Op, json_object, query
from sandbox.zalo.dials import BadDialError
from sandbox.zalo.templates import BadTemplateError

if TYPE_CHECKING:
    from sandbox.zalo.api import ZaloAccount

_MOST = 10_000


class Controls:
    def __init__(self, account: "ZaloAccount") -> None:
        self._account = account

    def routes(self) -> Sequence[Op]:
        return (
            Op("GET", "/messages", "messages", self.messages),
            Op("GET", "/settings", "settings", self.settings),
            Op("PATCH", "/settings", "turn", self.turn),
            Op("GET", "/templates", "templates", self.templates),
            Op("PUT", "/templates/{id}", "register", self.register),
            Op("POST", "/codes", "authorize", self.authorize),
            Op("PATCH", "/tokens", "tokens", self.tokens),
            Op("POST", "/events", "events", self.events),
        )

    async def settings(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self._account.dials.as_json())

    async def turn(self, request: web.Request) -> web.StreamResponse:
        account = self._account
        try:
            account.dials.turn(await json_object(request))
        except BadDialError as error:
            return _error(str(error))
        account.events.dials, account.events.url = account.dials.events, account.dials.webhook_url
        return web.json_response(account.dials.as_json())

    async def templates(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"templates": [each.as_json() for each in self._account.templates.held.values()]})

    async def register(self, request: web.Request) -> web.StreamResponse:
        """Puts a template: name, text with "<field>" where the data go, params {field: greatest length}, …"""
        try:
            made = self._account.templates.put(request.match_info["id"], await json_object(request))
        except BadTemplateError as error:
            return _error(str(error))
        return web.json_response(made.as_json())

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        """{"challenge": S256 challenge} -> the code and account that the consent page would send back."""
        challenge = (await json_object(request)).get("challenge")
        if not isinstance(challenge, str) or not challenge:
            return _error("challenge: the S256 challenge")
        return web.json_response({"code": self._account.tokens.authorize(challenge), "oa_id": self._account.oa_id})

    async def tokens(self, request: web.Request) -> web.StreamResponse:
        """{"life_s": life of tokens from now on, "end": code with which those issued so far are refused}."""
        given, shop = await json_object(request), self._account.tokens
        life, end = given.get("life_s", shop.life_s), given.get("end")
        if not isinstance(life, int) or life < 0 or not (end is None or isinstance(end, int)):
            return _error("life_s: whole seconds; end: a code")
        shop.life_s = life
        if end is not None:
            shop.end_access(end)
        return web.json_response({"life_s": life, "issued": shop.issued, "refused": shop.refused})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Posts an event with these members now; app id and timestamp are put in where they are missing."""
        account, given = self._account, await json_object(request)
        now = str(int(account.world.now() * 1000))
        account.events.tell({"app_id": account.app_id, "timestamp": now, **given}, 0.0)
        return web.json_response({"waiting": account.events.waiting})

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """Accepted messages, oldest first, from position `since` (default 0) on; `to` filters; `limit` up to 10,000.

        `next` is the `since` of the next call; `first` is the oldest position still held.
        """
        given = query(request)
        since, limit = given.get("since") or "0", given.get("limit") or "1000"
        if not all(text.isascii() and text.isdigit() and len(text) < 16 for text in (since, limit)):
            return _error("since and limit are whole numbers")
        store, to = self._account.store, given.get("to", "").replace(" ", "+") or None
        rows: list[dict[str, Any]] = []
        position = max(int(since), store.first)
        while position < store.total and len(rows) < min(max(1, int(limit)), _MOST):
            message = store.at(position)
            position += 1
            if message is None or to not in (None, message.to):
                continue
            rows.append(
                {
                    "position": message.position,
                    "msg_id": message.msg_id,
                    "to": message.to,
                    "template_id": message.template_id,
                    "template_data": message.data,
                    "body": message.text,
                    "tracking_id": message.tracking_id,
                    "status": "delivered" if message.arrived(self._account.world.now()) else "sent",
                    "date": datetime.fromtimestamp(message.created, UTC).isoformat(timespec="milliseconds"),
                }
            )
        return web.json_response({"messages": rows, "next": position, "first": store.first, "total": store.total})


def _error(text: str) -> web.Response:
    return web.json_response({"error": text}, status=400)
