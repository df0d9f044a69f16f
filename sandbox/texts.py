"""What the twins of gateways for texts have in common: what was taken, in order, how it ends, and the dials."""

import secrets
from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol

from aiohttp import web

from sandbox.twilio import segments
from sandbox.twilio.dials import BadDialError, ReceiptDials
from sandbox.twilio.receipts import Receipts
from sandbox.twilio.store import Message, MessageStore
from sandbox.world import Heard, Op, Twin, World, json_object, query

_MOST = 10_000


class TextDials(Protocol):
    receipts: ReceiptDials

    def as_json(self) -> dict[str, Any]: ...

    def turn(self, given: dict[str, Any]) -> None: ...


class TextTwin(Twin):
    """One account at one gateway, its messages, and their receipts."""

    as_heard: ClassVar[dict[str, str]]
    """A message's status -> what the phone shows of it; any other has failed."""
    receipts_seed: ClassVar[str]

    dials: TextDials

    def __init__(self, world: World, receipts: Receipts) -> None:
        super().__init__(world)
        self.store = MessageStore(world.settings.keep)
        self.receipts = receipts
        self.restart()

    @abstractmethod
    def new_dials(self) -> TextDials:
        """As they stand at the first moment."""

    @abstractmethod
    def own_row(self, message: Message) -> dict[str, Any]:
        """What a checker sees of a message beside what every gateway knows: `sid`, and the gateway's own."""

    def restart(self) -> None:
        """Forgets every message and setting."""
        self.dice = self.world.dice(self.name)
        self.dials = self.new_dials()
        self.refused: Counter[str] = Counter()
        # Not from the seeded dice: a client keeps sids over restarts of the sandbox, and they must not come twice.
        self.store.clear(secrets.token_hex(8))
        self.receipts.reset(self.dials.receipts, self.world.dice(self.receipts_seed))

    def accept(self, message: Message, final: str) -> None:
        """Takes a message that ends as `final` ("none": never)."""
        least, most = self.dials.receipts.delay_ms
        delay = (least + (most - least) * self.dice.random()) / 1000
        message.sent_at = message.created + delay * (0.2 + 0.3 * self.dice.random())
        message.final_at = message.created + delay
        message.final = None if final == "none" else final
        self.store.add(message)
        self.world.book.touch(message.to)
        self.receipts.plan(message)

    def controls(self) -> Sequence[Op]:
        return (
            Op("GET", "/messages", "messages", self._messages),
            Op("GET", "/settings", "settings", self._settings),
            Op("PATCH", "/settings", "turn", self._turn),
        )

    def reset(self) -> None:
        super().reset()
        self.restart()

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

    def heard(self, number: str, limit: int) -> list[Heard]:
        now = self.world.now()
        heard: list[Heard] = []
        for message in self.store.newest(number):
            if len(heard) == limit:
                break
            size = segments.count(message.body)
            state = self.as_heard.get(message.status(now), "failed")
            heard.append(Heard(message.created, message.sender, message.body, "SMS", size.encoding, size.parts, state))
        return heard[::-1]

    async def _settings(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self.dials.as_json())

    async def _turn(self, request: web.Request) -> web.StreamResponse:
        try:
            self.dials.turn(await json_object(request))
        except BadDialError as error:
            return web.json_response({"error": str(error)}, status=400)
        self.receipts.dials = self.dials.receipts
        return web.json_response(self.dials.as_json())

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        """Accepted messages, oldest first, from position `since` (default 0) on; `to` (E.164) filters; `limit` up to
        10,000. `next` is the `since` of the next call; `first` is the oldest position still held."""
        given = query(request)
        since, limit = given.get("since") or "0", given.get("limit") or "1000"
        if not all(text.isascii() and text.isdigit() and len(text) < 16 for text in (since, limit)):
            return web.json_response({"error": "since and limit are whole numbers"}, status=400)
        store, now = self.store, self.world.now()
        to = given.get("to", "").replace(" ", "+") or None
        rows: list[dict[str, Any]] = []
        position = max(int(since), store.first)
        most = min(max(1, int(limit)), _MOST)
        while position < store.total and len(rows) < most:
            message = store.at(position)
            position += 1
            if message is not None and to in (None, message.to):
                rows.append(self._row(message, now))
        return web.json_response({"messages": rows, "next": position, "first": store.first, "total": store.total})

    def _row(self, message: Message, now: float) -> dict[str, Any]:
        return {
            "position": message.position,
            "to": message.to,
            "from": message.sender,
            "body": message.body,
            "parts": message.parts,
            "status": message.status(now),
            "date": datetime.fromtimestamp(message.created, UTC).isoformat(timespec="milliseconds"),
            "status_callback": message.callback,
            **self.own_row(message),
        }
