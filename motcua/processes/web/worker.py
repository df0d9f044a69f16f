"""One worker process: `python -m motcua.processes.web.worker MODULE:ATTRIBUTE --socket FD`. The master starts it."""

import argparse
import asyncio
import importlib
import os
import resource
import signal
import socket
from contextlib import suppress
from typing import Any

from motcua.processes.web.connection import Connection
from motcua.processes.web.hub import Hub
from motcua.processes.web.limits import THREADS, Limits

_WATCH_S = 1.0
_LOOK_S = 0.05


class Worker:
    """Serves the connections of one listening socket until it is told to stop."""

    def __init__(self, application: Any, listener: socket.socket, threads: int, limits: Limits) -> None:
        self._loop = asyncio.new_event_loop()
        self._listener = listener
        self._limits = limits
        self._master = os.getppid()
        self.hub = Hub(application, threads, limits, self._loop)
        self._ends_by: float | None = None

    def run(self) -> None:
        loop = self._loop
        asyncio.set_event_loop(loop)
        self.hub.threads.start()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop)
        loop.run_until_complete(loop.create_server(self._connection, sock=self._listener))
        loop.call_later(_WATCH_S, self._watch)
        loop.run_forever()
        loop.close()

    def _connection(self) -> Connection:
        return Connection(self.hub)

    def _watch(self) -> None:
        self.hub.watch()
        # Without its master nobody would ever stop it.
        if os.getppid() != self._master:
            self._stop()
        self._loop.call_later(_WATCH_S, self._watch)

    def _stop(self) -> None:
        if self._ends_by is None:
            self._ends_by = self._loop.time() + self._limits.grace_s
            self._loop.create_task(self._end())

    async def _end(self) -> None:
        """Answers what has come, and lets the rest go."""
        self._loop.remove_reader(self._listener)
        with suppress(BlockingIOError, OSError):
            while True:
                accepted, _ = self._listener.accept()
                await self._loop.connect_accepted_socket(self._connection, accepted)
        self._listener.close()
        self.hub.stopping = True
        # A request may be on its way on a connection that has waited for one.
        await asyncio.sleep(_LOOK_S)
        while not self.hub.idle and self._loop.time() < (self._ends_by or 0.0):
            self.hub.stop()
            await asyncio.sleep(_LOOK_S)
        self._loop.stop()


def raise_open_files() -> int:
    """As many open files as this user may have: each connection is one. Returns how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16384 if hard == resource.RLIM_INFINITY else min(16384, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft if soft != resource.RLIM_INFINITY else wanted


def load(name: str) -> Any:
    """The application that `module:attribute` names."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m motcua.processes.web.worker", description=__doc__)
    parser.add_argument("app")
    parser.add_argument("--socket", type=int, required=True)
    parser.add_argument("--threads", type=int, default=THREADS)
    given = parser.parse_args()
    application = load(given.app)
    listener = socket.socket(fileno=given.socket)
    listener.setblocking(False)  # noqa: FBT003 - takes no names
    # Files, the database and the broker want some too.
    connections = min(Limits().connections, max(64, raise_open_files() - 256))
    Worker(application, listener, given.threads, Limits(connections=connections)).run()


if __name__ == "__main__":
    main()
