"""What the connections of one worker share, and who watches them: nobody may hold much, or for long."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from motcua.processes.web.body import Ledger
from motcua.processes.web.calls import Application, Threads
from motcua.processes.web.exchange import Hints
from motcua.processes.web.limits import Limits
from motcua.processes.web.phases import CAN_GO, end_what_is_late, held, make_room, pace

if TYPE_CHECKING:
    from motcua.processes.web.connection import Connection


class Hub:
    """`tell` runs something in the event loop, from any thread."""

    def __init__(self, application: Application, threads: int, limits: Limits, loop: asyncio.AbstractEventLoop) -> None:
        self.limits = limits
        self.hints = Hints.of(application)
        self.ledger = Ledger()
        self.threads = Threads(application, threads, limits.waiting_calls)
        self.now: Callable[[], float] = loop.time
        self.tell: Callable[..., Any] = loop.call_soon_threadsafe
        self.stopping = False
        # In the order in which they came.
        self.connections: dict[Connection, None] = {}
        self._by_address: Counter[str] = Counter()

    def add(self, connection: "Connection") -> None:
        """Takes one in. When there are too many, one of the address with the most has to go."""
        self.connections[connection] = None
        self._by_address[connection.address] += 1
        if len(self.connections) > self.limits.connections:
            address = self._by_address.most_common(1)[0][0]
            for each in self.connections:
                if each.address == address and each.phase in CAN_GO:
                    each.transport.abort()
                    self.discard(each)
                    return

    def discard(self, connection: "Connection") -> None:
        if connection in self.connections:
            del self.connections[connection]
            self._by_address[connection.address] -= 1
            if not self._by_address[connection.address]:
                del self._by_address[connection.address]

    def relieve(self) -> None:
        """When too much is held, the slowest of those who make us hold it has to go."""
        if self.ledger.memory <= self.limits.held_octets:
            return
        now = self.now()
        holding = [each for each in self.connections if held(each)]
        if holding:
            make_room(min(holding, key=lambda each: pace(each, now)))

    def watch(self) -> None:
        """Once a second: ends whoever takes too long over a head, a body or an answer."""
        now = self.now()
        for each in list(self.connections):
            end_what_is_late(each, now)

    def stop(self) -> None:
        self.stopping = True
        for each in list(self.connections):
            each.stop()

    @property
    def idle(self) -> bool:
        return not self.connections and not self.threads.open
