"""Sending a text: `SendMultipleMessage_V4_post_json`, whose answers are HTTP 200 whatever they say."""

import json
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, ClassVar, cast

from aiohttp import web

from sandbox.esms import checks
from sandbox.esms.callbacks import Callbacks
from sandbox.esms.checks import TOO_SOON
from sandbox.esms.dials import Dials, NumberDial
from sandbox.esms.message import EsmsMessage
from sandbox.texts import TextTwin
from sandbox.twilio import segments
from sandbox.twilio.store import DELIVERED, QUEUED, SENT, Message
from sandbox.world import Op, World

SEND = "/MainService.svc/json/SendMultipleMessage_V4_post_json/"
_DAY_S = 24 * 3600
_REPEAT_S = 300
_FINISHED, _SENT_WAITING = "5", "7"
_CUSTOMER_CARE = "2"
_PLAIN = NumberDial()


class EsmsGateway(TextTwin):
    """Its account has one brandname; receipts are callbacks."""

    name: ClassVar[str] = "esms"
    as_heard: ClassVar = {QUEUED: "queued", SENT: "sent", DELIVERED: "delivered"}
    receipts_seed: ClassVar[str] = "esms callbacks"

    dials: Dials

    def __init__(self, world: World) -> None:
        settings = world.settings
        self._keys = (settings.esms_api_key, settings.esms_secret_key)
        self._brandnames = frozenset({settings.esms_brandname})
        self._keep = settings.keep
        super().__init__(world, Callbacks(self._callback_query))

    def new_dials(self) -> Dials:
        return Dials()

    def restart(self) -> None:
        super().restart()
        # Ids and repeats seen, the oldest first; both are forgotten once their time is over.
        self._requests: OrderedDict[str, float] = OrderedDict()
        self._repeats: OrderedDict[tuple[str, str], float] = OrderedDict()

    def routes(self) -> Sequence[Op]:
        return (Op("POST", SEND, "send", self.send), Op("POST", SEND.rstrip("/"), "send", self.send))

    def failure(self, status: int) -> web.Response:
        return web.json_response({"error": "Invalid request"}, status=status)

    def smsid(self, message: Message) -> str:
        return self.store.sid(message)[2:]

    def own_row(self, message: Message) -> dict[str, Any]:
        ours = cast("EsmsMessage", message)
        return {"sid": self.smsid(message), "request_id": ours.request_id, "price": ours.price}

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
        message = EsmsMessage(wanted, parts, now, price)
        if message.request_id:
            self._requests[message.request_id] = now
        self._repeats[message.to, message.body] = now
        self.accept(message, dial.final)
        return message

    def _forget(self, now: float) -> None:
        for seen, life in ((self._requests, _DAY_S), (self._repeats, _REPEAT_S)):
            while seen and (next(iter(seen.values())) <= now - life or len(seen) > self._keep):
                seen.popitem(last=False)

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
