"""A national business registry under `/registry`, with the invented businesses of `businesses.json`.

Nothing public says what the real one speaks: this protocol is made up (unconfirmed).
"""

import hmac
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from aiohttp import web

from sandbox.world import Op, Twin, World, json_object

_FILE = Path(__file__).parent / "businesses.json"


class BusinessRegistry(Twin):
    """`POST /lookup` {"tax_code": …} with the bearer key: the entry, or 404."""

    name: ClassVar[str] = "registry"
    modes: ClassVar[frozenset[str]] = frozenset({"another_entry", "not_json", "no_representatives"})

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.reset()

    def reset(self) -> None:
        super().reset()
        document = json.loads(_FILE.read_text(encoding="utf-8"))
        self.businesses: dict[str, dict[str, Any]] = {each["tax_code"]: each for each in document["businesses"]}
        self.counts: Counter[str] = Counter()

    def routes(self) -> Sequence[Op]:
        return (Op("POST", "/lookup", "lookup", self.look_up),)

    def controls(self) -> Sequence[Op]:
        return (Op("PUT", "/businesses", "businesses", self.enter),)

    def state(self) -> dict[str, Any]:
        return {"businesses": len(self.businesses), "counts": dict(self.counts)}

    async def look_up(self, request: web.Request) -> web.StreamResponse:
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        right = hmac.compare_digest(key.strip().encode(), self.world.settings.registry_key.encode())
        if kind.lower() != "bearer" or not right:
            return self.failure(401)
        found = self.businesses.get(str((await json_object(request)).get("tax_code", "")))
        self.counts["found" if found else "unknown"] += 1
        if found is None:
            return self.failure(404)
        if self.faults.take("not_json"):
            return web.Response(text="<html>đang bảo trì</html>", content_type="text/html")
        if self.faults.take("another_entry"):
            found = {**found, "tax_code": "0000000000"}
        if self.faults.take("no_representatives"):
            found = {name: value for name, value in found.items() if name != "representatives"}
        return web.json_response(found)

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """One more business, or another entry for one: all members of the file's."""
        given = await json_object(request)
        if set(given) != {"tax_code", "name", "status", "representatives"}:
            return web.json_response({"error": "tax_code, name, status, representatives"}, status=400)
        self.businesses[str(given["tax_code"])] = given
        return web.json_response(given)
