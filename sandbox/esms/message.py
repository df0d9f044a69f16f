"""One text that the gateway took."""

from sandbox.esms.checks import Wanted
from sandbox.twilio.store import Message


class EsmsMessage(Message):
    """`price` in đồng."""

    __slots__ = ("price", "request_id")

    def __init__(self, wanted: Wanted, parts: int, created: float, price: int) -> None:
        super().__init__(wanted.to, wanted.brandname, wanted.content, parts, created)
        self.request_id = wanted.request_id or ""
        self.price = price
        self.callback = wanted.callback
