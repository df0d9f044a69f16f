"""A load of HTTP requests from a process of its own: keep-alive connections, one request in flight on each.

`python -m bench.load` reads a job (JSON) from standard input and writes the outcome (JSON) to standard output. Requests
are finished octets, so that making them costs nothing while time is measured.
"""

import asyncio
import json
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
_PATIENCE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """`statuses`: status -> how often. `body`: of the last answer."""

    answers: int
    seconds: float
    statuses: dict[int, int]
    body: bytes

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"", *, host: str = "127.0.0.1") -> bytes:
    """The octets of one request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def send(port: int, lanes: Sequence[Sequence[bytes]], *, seconds: float | None = None) -> Outcome:
    """Sends what each connection (lane) has to send, once, or over and over for `seconds`."""
    job = {"port": port, "lanes": [[b64encode(one).decode() for one in lane] for lane in lanes], "seconds": seconds}
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(job).encode(),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        check=True,
        timeout=_PATIENCE_S * 2,
    )
    told = json.loads(done.stdout)
    statuses = {int(status): count for status, count in told["statuses"].items()}
    return Outcome(told["answers"], told["seconds"], statuses, b64decode(told["body"]))


class _Lane(asyncio.Protocol):
    """One connection: sends, waits for the whole answer, sends the next."""

    def __init__(self, requests: Iterator[bytes], statuses: Counter[int]) -> None:
        self._requests = requests
        self._statuses = statuses
        self._held = bytearray()
        self._transport: asyncio.Transport | None = None
        self.ends = float("inf")
        self.over: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        head = self._held.find(b"\r\n\r\n")
        if head < 0:
            return
        status = int(self._held[9:12])
        whole = head + 4 + _length(bytes(self._held[:head]).lower(), status)
        if len(self._held) < whole:
            return
        self._statuses[status] += 1
        body = bytes(self._held[head + 4 : whole])
        del self._held[:whole]
        self.next(body)

    def next(self, body: bytes = b"") -> None:
        coming = next(self._requests, None) if time.perf_counter() < self.ends else None
        if coming is None or self._transport is None:
            if not self.over.done():
                self.over.set_result(body)
        else:
            self._transport.write(coming)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(exc or ConnectionError("the server hung up"))


def _length(head: bytes, status: int) -> int:
    if status in (204, 304):
        return 0
    found = head.find(b"content-length:")
    if found < 0:
        raise ValueError("an answer without a length")
    return int(head[found + 15 :].split(b"\r", 1)[0])


async def _run(job: dict[str, Any]) -> dict[str, Any]:
    loop, statuses = asyncio.get_running_loop(), Counter[int]()
    lanes = []
    for requests in job["lanes"]:
        made = [b64decode(one) for one in requests]
        endless = job["seconds"] is not None
        lane = _Lane(iter(cycle(made) if endless else made), statuses)
        await loop.create_connection(lambda lane=lane: lane, "127.0.0.1", job["port"])  # type: ignore[misc]
        lanes.append(lane)
    begun = time.perf_counter()
    for lane in lanes:
        lane.ends = begun + (job["seconds"] or float("inf"))
        lane.next()
    bodies = await asyncio.wait_for(asyncio.gather(*(lane.over for lane in lanes)), _PATIENCE_S)
    seconds = time.perf_counter() - begun
    body = b64encode(bodies[-1]).decode()
    return {"answers": statuses.total(), "seconds": seconds, "statuses": statuses, "body": body}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(json.load(sys.stdin)))))
