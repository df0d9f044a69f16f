"""`/_control/authority/…`: what was really imported, the dials, the end of tokens, and what a person types in there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.authority.dials import BadDialError
from sandbox.world import Op, json_object, query

if TYPE_CHECKING:
    from sandbox.authority.api import LodgingAuthority

_MOST = 10_000


class Controls:
    def __init__(self, authority: "LodgingAuthority") -> None:
        self._authority = authority

    def routes(self) -> Sequence[Op]:
        return (
            Op("GET", "/imported", "imported", self.imported),
            Op("GET", "/settings", "settings", self.settings),
            Op("PATCH", "/settings", "turn", self.turn),
            Op("PATCH", "/tokens", "tokens", self.tokens),
        )

    async def settings(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self._authority.dials.as_json())

    async def turn(self, request: web.Request) -> web.StreamResponse:
        try:
            self._authority.dials.turn(await json_object(request))
        except BadDialError as error:
            return _error(str(error))
        return web.json_response(self._authority.dials.as_json())

    async def tokens(self, request: web.Request) -> web.StreamResponse:
        """{"life_s": life of tokens from now on, "end": true ends those issued so far}."""
        given, desk = await json_object(request), self._authority.tokens
        life, end = given.get("life_s", desk.life_s), given.get("end", False)
        if not isinstance(life, int) or isinstance(life, bool) or life < 0 or not isinstance(end, bool):
            return _error("life_s: whole seconds; end: true or false")
        desk.life_s = life
        if end:
            desk.end_all()
        return web.json_response({"life_s": life, "issued": desk.issued, "refreshed": desk.refreshed})

    async def imported(self, request: web.Request) -> web.StreamResponse:
        """What was imported, oldest first, from position `since` (default 0) on; `account` filters; `limit` up to
        10,000. `doubled` counts declarations of one guest and one arrival that are there more than once."""
        given, held = query(request), self._authority.held
        since, limit = given.get("since") or "0", given.get("limit") or "1000"
        if not all(text.isascii() and text.isdigit() and len(text) < 16 for text in (since, limit)):
            return _error("since and limit are whole numbers")
        account, most = given.get("account"), min(max(1, int(limit)), _MOST)
        rows: list[dict[str, Any]] = []
        position = int(since)
        while position < len(held.stays) and len(rows) < most:
            stay = held.stays[position]
            position += 1
            if account in (None, stay.account):
                rows.append(stay.as_json())
        return web.json_response(
            {"imported": rows, "next": position, "total": len(held.stays), "doubled": held.doubled()}
        )


def _error(text: str) -> web.Response:
    return web.json_response({"error": text}, status=400)
