"""A crowd of slow senders and readers, from a process of its own: `python -m bench.faults.crowd` reads a job (JSON).

It tells `ready` once everybody has come, stays until its standard input ends, and then writes what became of the
log-ins and of the uploads (JSON). On loopback alone, and never more than the job says.
"""

import asyncio
import json
import subprocess
import sys
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any, Final

from bench.load import ROOT

_PATIENCE_S: Final = 90.0
_DRIP_S: Final = 1.0
_SMALL: Final = 4096
_TICK_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Sender:
    """One connection: `first` is sent at once, then `drip` again and again; nothing is read unless `reads`.

    An `honest` one sends `rest`, at `pace` octets a second, and waits for its answer.
    """

    first: bytes
    drip: bytes = b""
    rest: bytes = b""
    pace: int = 0
    reads: bool = True
    honest: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """How an honest one ended: the status of its answer (0: none), after how many seconds."""

    status: int
    seconds: float


class Crowd:
    """The process. `done` gives how each honest one ended, in their order."""

    def __init__(self, port: int, senders: Sequence[Sender]) -> None:
        job = {"port": port, "senders": [_packed(each) for each in senders]}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.faults.crowd"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
        )
        self._write(json.dumps(job).encode() + b"\n")
        if self._out.readline().strip() != b"ready":
            self.close()
            raise RuntimeError("the crowd did not come")

    def done(self, *, wait: bool) -> list[Ended]:
        """Sends everybody home; with `wait` only once the honest ones have their answers."""
        self._write(b"wait\n" if wait else b"go\n")
        line = self._out.readline()
        return [Ended(*each) for each in json.loads(line)]

    def close(self) -> None:
        # Leaving the process closes its pipes and waits for its end.
        with self._process:
            self._process.terminate()

    @property
    def _out(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()


@dataclass(slots=True)
class _Here:
    port: int
    over: asyncio.Event = field(default_factory=asyncio.Event)
    come: asyncio.Event = field(default_factory=asyncio.Event)
    awaited: int = 0


async def _run(here: _Here, sender: Sender) -> Ended:
    began = time.perf_counter()
    status = 0
    with suppress(OSError, EOFError, ValueError, asyncio.IncompleteReadError, TimeoutError):
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port, limit=_SMALL)
        if not sender.reads:
            writer.transport.pause_reading()  # type: ignore[attr-defined]
        try:
            writer.write(sender.first)
            here.awaited -= 1
            if not here.awaited:
                here.come.set()
            if sender.honest:
                await _send_paced(writer, sender)
                status = int((await asyncio.wait_for(reader.readuntil(b"\r\n"), _PATIENCE_S))[9:12])
            else:
                await _drip(here, writer, sender.drip)
        finally:
            writer.transport.abort()
    return Ended(status, time.perf_counter() - began)


async def _send_paced(writer: asyncio.StreamWriter, sender: Sender) -> None:
    step = max(1, int(sender.pace * _TICK_S))
    for start in range(0, len(sender.rest), step):
        writer.write(sender.rest[start : start + step])
        await writer.drain()
        await asyncio.sleep(_TICK_S)


async def _drip(here: _Here, writer: asyncio.StreamWriter, drip: bytes) -> None:
    while not here.over.is_set():
        if drip:
            writer.write(drip)
            await writer.drain()
        with suppress(TimeoutError):
            await asyncio.wait_for(here.over.wait(), _DRIP_S)


async def _serve(job: dict[str, Any]) -> None:
    loop, here = asyncio.get_running_loop(), _Here(job["port"], awaited=len(job["senders"]))
    senders = [_unpacked(each) for each in job["senders"]]
    tasks = [asyncio.create_task(_run(here, sender)) for sender in senders]
    await asyncio.wait_for(here.come.wait(), _PATIENCE_S)
    print("ready", flush=True)
    told = loop.create_future()
    threading.Thread(target=_listen, args=(loop, told), daemon=True).start()
    word = await told
    honest = [task for task, sender in zip(tasks, senders, strict=True) if sender.honest]
    if word == "wait" and honest:
        await asyncio.wait(honest, timeout=_PATIENCE_S)
    here.over.set()
    for task in tasks:
        if not task.done():
            task.cancel()
    ended = await asyncio.gather(*honest, return_exceptions=True)
    found = [(each.status, each.seconds) if isinstance(each, Ended) else (0, _PATIENCE_S) for each in ended]
    print(json.dumps(found), flush=True)


def _listen(loop: asyncio.AbstractEventLoop, told: "asyncio.Future[str]") -> None:
    word = sys.stdin.readline().strip()
    loop.call_soon_threadsafe(told.set_result, word)


def _packed(sender: Sender) -> list[Any]:
    octets = [b64encode(each).decode() for each in (sender.first, sender.drip, sender.rest)]
    return [*octets, sender.pace, sender.reads, sender.honest]


def _unpacked(packed: list[Any]) -> Sender:
    first, drip, rest = (b64decode(each) for each in packed[:3])
    return Sender(first, drip, rest, *packed[3:])


if __name__ == "__main__":
    asyncio.run(_serve(json.loads(sys.stdin.readline())))
