"""Sending a text: `SendMultipleMessage_V4_post_json`, whose answers are HTTP 200 whatever they say."""

import json
import secrets
from collections import Counter, OrderedDict
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar, cast

from aiohttp import web

from sandbox.esms import checks
from sandbox.esms.callbacks import Callbacks
from sandbox.esms.checks import TOO_SOON
from sandbox.esms.controls import Controls
from sandbox.esms.dials import Dials, NumberDial
from sandbox.esms.message import EsmsMessage
from sandbox.twilio import segments
from sandbox.twilio.store import DELIVERED, QUEUED, SENT, Message, MessageStore
from sandbox.world import Heard, Op, Twin, World

SEND = "/MainService.svc/json/SendMultipleMessage_V4_post_json/"
_DAY_S = 24 * 3600
_REPEAT_S = 300
_FINISHED, _SENT_WAITING = "5", "7"
_CUSTOMER_CARE = "2"
_AS_HEARD = {QUEUED: "queued", SENT: "sent", DELIVERED: "delivered"}
_PLAIN = NumberDial()


class EsmsGateway(Twin):
    """One account with one brandname, its messages, and their callbacks."""

    name: ClassVar[str] = "esms"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        settings = world.settings
        self._keys = (settings.esms_api_key, settings.esms_secret_key)
        self._brandnames = frozenset({settings.esms_brandname})
        self._keep = settings.keep
        self.store = MessageStore(settings.keep)
        self.callbacks = Callbacks(self._callback_query)
        self._restart()

    def _restart(self) -> None:
        self._dice = self.world.dice(self.name)
        self.dials = Dials()
        self.refused: Counter[str] = Counter()
        # Ids and repeats seen, the oldest first; both are forgotten once their time is over.
        self._requests: OrderedDict[str, float] = OrderedDict()
        self._repeats: OrderedDict[tuple[str, str], float] = OrderedDict()
        self.store.clear(secrets.token_hex(8))
        self.callbacks.reset(self.dials.receipts, self.world.dice("esms callbacks"))

    def routes(self) -> Sequence[Op]:
        return (Op("POST", SEND, "send", self.send), Op("POST", SEND.rstrip("/"), "send", self.send))

    def controls(self) -> Sequence[Op]:
        return Controls(self).routes()

    def reset(self) -> None:
        super().reset()
        self._restart()

    def lifetime(self) -> AbstractAsyncContextManager[None]:
        return self.callbacks.running()

    def state(self) -> dict[str, Any]:
        return {
            "accepted": self.store.total,
            "kept": self.store.total - self.store.first,
            "refused": dict(self.refused),
            "receipts": {**self.callbacks.counts, "waiting": self.callbacks.waiting()},
            "settings": self.dials.as_json(),
        }

    def failure(self, status: int) -> web.Response:
        return web.json_response({"error": "Invalid request"}, status=status)

    def smsid(self, message: Message) -> str:
        return self.store.sid(message)[2:]

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
        try:
            given = json.loads(await request.read())
        except ValueError:
            given = None
        if not isinstance(given, dict):
            return self.failure(400)
        taken = self._take(given)
        if isinstance(taken, str):
            self.refused[taken] += 1
            # It says of an id it has seen what became of the first, and gives no id of its own.
            return checks.refusal(taken, **({"SendStatus": _FINISHED} if taken == "124" else {}))
        return web.json_response({"CodeResult": "100", "CountRegenerate": 0, "SMSID": self.smsid(taken)})

    def _take(self, given: dict[str, Any]) -> EsmsMessage | str:
        """The message, or the code of the refusal. Nothing of a refused one is remembered."""
        if (given.get("ApiKey"), given.get("SecretKey")) != self._keys:
            return "101"
        wanted = self.dials.refuse or checks.read_send(given, self._brandnames)
        if isinstance(wanted, str):
            return wanted
        dial = self.dials.numbers.get(wanted.to, _PLAIN)
        if dial.reject is not None:
            return dial.reject
        now = self.world.now()
        self._forget(now)
        if wanted.request_id in self._requests:
            return "124"
        if (wanted.to, wanted.content) in self._repeats:
            return TOO_SOON
        parts = segments.count(wanted.content).parts
        price = parts * self.dials.price
        if price > self.dials.balance:
            return "103"
        self.dials.balance -= price
        return self._accept(EsmsMessage(wanted, parts, now, price), dial)

    def _forget(self, now: float) -> None:
        for seen, life in ((self._requests, _DAY_S), (self._repeats, _REPEAT_S)):
            while seen and (next(iter(seen.values())) <= now - life or len(seen) > self._keep):
                seen.popitem(last=False)

    def _accept(self, message: EsmsMessage, dial: NumberDial) -> EsmsMessage:
        if message.request_id:
            self._requests[message.request_id] = message.created
        self._repeats[message.to, message.body] = message.created
        least, most = self.dials.receipts.delay_ms
        delay = (least + (most - least) * self._dice.random()) / 1000
        message.sent_at = message.created + delay * (0.2 + 0.3 * self._dice.random())
        message.final_at = message.created + delay
        message.final = None if dial.final == "none" else dial.final
        self.store.add(message)
        self.world.book.touch(message.to)
        self.callbacks.plan(message)
        return message

    def _callback_query(self, message: Message, status: str) -> dict[str, str]:
        ours = cast("EsmsMessage", message)
        over = status != SENT
        return {
            "SMSID": self.smsid(message),
            "SendFailed": str(int(over and status != DELIVERED)),
            "SendStatus": _FINISHED if over else _SENT_WAITING,
            "SendSuccess": str(int(status == DELIVERED)),
            "TotalPrice": f"{ours.price}.0000",
            "TotalReceiver": "1",
            "TotalSent": "1",
            "RequestId": ours.request_id,
            "TypeId": _CUSTOMER_CARE,
            "telcoid": checks.telco_of(message.to),
            "phonenumber": "0" + message.to[3:],
            "error_info": "",
        }
