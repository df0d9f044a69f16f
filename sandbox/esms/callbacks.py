"""Callbacks: an unsigned GET of the address that came with the message, with what became of it in the query."""

from collections.abc import Callable
from typing import ClassVar
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from sandbox.twilio.receipts import Receipt, Receipts
from sandbox.twilio.store import Message

_WRONG = "AAAAAAAAAAAAAAAAAAAAAA"


class Callbacks(Receipts):
    """Laid out in time as Twilio's receipts are. `query_of` gives the query for a message and a status.

    A forged one goes to the same address with another last segment, as somebody would who guesses.
    """

    headers: ClassVar = {"User-Agent": "eSMS"}

    def __init__(self, query_of: Callable[[Message, str], dict[str, str]]) -> None:
        super().__init__("", query_of)
        self._query_of = query_of

    async def _post(self, session: aiohttp.ClientSession, receipt: Receipt) -> bool:
        url = receipt.message.callback
        if url is None:
            return True
        kind = "posted"
        if receipt.forged:
            url, kind = f"{url.rpartition('/')[0]}/{_WRONG}", "forged"
        mark = "&" if "?" in url else "?"
        address = URL(f"{url}{mark}{urlencode(self._query_of(receipt.message, receipt.status))}", encoded=True)
        try:
            async with session.get(address, allow_redirects=False) as answer:
                await answer.read()
                self.counts[f"{kind}_{answer.status // 100}xx"] += 1
                return answer.status < 500
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            self.counts[f"{kind}_broken"] += 1
            return False
