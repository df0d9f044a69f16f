"""Requests that come when they come, answered or not: each has its moment, and waits for no other.

`python -m bench.paced` reads a job (JSON) from standard input and writes the outcome (JSON) to standard output. What a
request takes counts from its moment, so one that has to wait for a connection or for the server takes longer.
"""

import asyncio
import json
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.load import ROOT

_CONNECTIONS: Final = 64
_PATIENCE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Paced:
    """`seconds` each request took, in their order; `statuses`: status -> how often, 0 where the connection broke.
    `refusal` is the body of an answer that was no success, if any was."""

    seconds: list[float]
    statuses: dict[int, int]
    refusal: str


def p95_ms(paced: Paced) -> float:
    """Within how many milliseconds 95 of 100 requests were answered."""
    ordered = sorted(paced.seconds)
    return ordered[min(len(ordered) - 1, round(len(ordered) * 0.95))] * 1e3


def send_paced(port: int, requests: Sequence[bytes], every_s: float) -> Paced:
    """Sends one after `every_s` seconds, and the next after as many again."""
    job = {"port": port, "every_s": every_s, "requests": [b64encode(each).decode() for each in requests]}
    done = subprocess.run(
        [sys.executable, "-m", "bench.paced"],
        input=json.dumps(job).encode(),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        check=True,
        timeout=len(requests) * every_s + 2 * _PATIENCE_S,
    )
    told = json.loads(done.stdout)
    return Paced(told["seconds"], {int(status): times for status, times in told["statuses"].items()}, told["refusal"])


class _Sender:
    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._room = asyncio.Semaphore(_CONNECTIONS)
        self.statuses: Counter[int] = Counter()
        self.refusal = ""

    async def send(self, request: bytes, at: float) -> float:
        """Seconds from its moment to the end of the answer."""
        await asyncio.sleep(at - time.perf_counter())
        async with self._room:
            try:
                status, body = await asyncio.wait_for(self._exchange(request), _PATIENCE_S)
            except (OSError, EOFError, TimeoutError) as error:
                status, body = 0, f"no answer: {type(error).__name__}"
        self.statuses[status] += 1
        if not 200 <= status < 300:
            self.refusal = body
        return time.perf_counter() - at

    async def _exchange(self, request: bytes) -> tuple[int, str]:
        reader, writer = await self._connection()
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.split(b"content-length:", 1)[1].split(b"\r", 1)[0])
            body = await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        self._free.append((reader, writer))
        return int(head[9:12]), body.decode()

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The one used last, or a new one. Whoever keeps connections looks whether the server has closed them since."""
        while self._free:
            reader, writer = self._free.pop()
            if not (reader.at_eof() or writer.is_closing()):
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()


async def _run(job: dict[str, Any]) -> dict[str, Any]:
    sender, requests = _Sender(job["port"]), [b64decode(each) for each in job["requests"]]
    begun = time.perf_counter()
    calls = [sender.send(each, begun + place * job["every_s"]) for place, each in enumerate(requests, 1)]
    seconds = await asyncio.gather(*calls)
    sender.close()
    return {"seconds": seconds, "statuses": sender.statuses, "refusal": sender.refusal[:500]}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(json.load(sys.stdin)))))
