"""The least it takes to hand messages to Twilio: its own async client in a loop, 64 calls in flight, no ledger.

`python -m bench.bare_twilio BASE_URL COUNT` sends COUNT texts and prints how many it sent a second, and the seconds of
CPU that each took.
"""

import asyncio
import itertools
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from notify.channels.settings import SANDBOX_ACCOUNT_SID, SANDBOX_SENDER

IN_FLIGHT: Final = 64
TEXT: Final = "UBND phuong Dien Ban: Ho so H17.20551-261120-0001 nhan 10:00 20/11/2026 da xu ly xong. Can bo Ho Van Ky."
_TOKEN: Final = "sandbox-twilio-auth-token"  # noqa: S105 - the sandbox's own
_REAL: Final = "https://api.twilio.com"


class _Elsewhere(AsyncTwilioHttpClient):  # type: ignore[misc]  # the library is untyped
    """The library's client, sent to the sandbox: it knows no other host than Twilio's."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base_url = base_url

    async def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        return await super().request(method, url.replace(_REAL, self._base_url), *args, **options)


async def _send(base_url: str, count: int) -> tuple[float, float]:
    wire = _Elsewhere(base_url)
    messages = Client(SANDBOX_ACCOUNT_SID, _TOKEN, http_client=wire).messages
    numbers = iter(range(count))

    async def lane(numbers: Iterator[int]) -> None:
        for number in numbers:
            made = await messages.create_async(to=phone(number), from_=SANDBOX_SENDER, body=TEXT)
            if not made.sid:
                raise AssertionError("not accepted")

    begun, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*itertools.starmap(lane, [(numbers,)] * IN_FLIGHT))
    found = count / (time.perf_counter() - begun), (time.process_time() - cpu) / count
    await wire.close()
    return found


def phone(number: int) -> str:
    """One of ten million Vietnamese mobiles of nobody."""
    return f"+84905{number % 1_000_000:06d}"


if __name__ == "__main__":
    print(*asyncio.run(_send(sys.argv[1], int(sys.argv[2]))))
