"""How an answer leaves: as fast as its reader reads, and no more of it in memory than need be."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from motcua.processes.web.calls import Call
from motcua.processes.web.message import Head

if TYPE_CHECKING:
    from motcua.processes.web.hub import Hub


class Outgoing:
    """The answers of one connection, one at a time.

    `since`: when the one at hand began to leave; `written`: its octets given to the transport.
    """

    __slots__ = (
        "_call",
        "_chunked",
        "_head_only",
        "_hub",
        "_kept",
        "_left",
        "_moved",
        "_place",
        "_read",
        "_sent",
        "_transport",
        "paused",
        "since",
        "written",
    )

    def __init__(self, transport: asyncio.Transport, hub: "Hub", sent: Callable[[bool], None]) -> None:
        transport.set_write_buffer_limits(high=hub.limits.written_octets)
        self._transport = transport
        self._hub = hub
        self._sent = sent
        self._call: Call | None = None
        self._left = b""
        self._place = 0
        self._chunked = self._kept = self._head_only = False
        self.paused = False
        self.since = self._moved = 0.0
        self.written = self._read = 0

    def begin(self, call: Call, head: Head, *, kept: bool) -> None:
        answer = call.answer
        told = answer.length()
        self._head_only = head.method == "HEAD" or answer.bodiless
        length = len(call.octets) if call.over and told is None else None
        self._chunked = told is None and not call.over and head.version == "1.1"
        # Without a length and without chunks, the end of the connection is the end of the body.
        self._kept = kept and (told is not None or call.over or self._chunked)
        start = answer.head(length=length, chunked=self._chunked, kept=self._kept, version=head.version)
        self._call, self.written, self._read = call, 0, -1
        self.since = self._moved = self._hub.now()
        self._hold(start + self._framed(call))
        self._pump()

    def more(self, call: Call) -> None:
        """The next octets of the answer are there."""
        if self._call is None:
            call.close()
            return
        self._hold(self._framed(call))
        self._pump()

    def resume(self) -> None:
        self.paused = False
        if self._call is not None:
            self._pump()

    def drop(self) -> bool:
        """Nobody reads any more. Returns whether an answer was leaving."""
        call, self._call = self._call, None
        if call is not None and not call.over:
            self._hub.threads.close(call)
        self._release()
        return call is not None

    def stands_still(self, now: float) -> bool:
        """Whether its reader reads nothing, or next to nothing, for too long."""
        limits = self._hub.limits
        read = self.written - self._transport.get_write_buffer_size()
        if read != self._read:
            self._read, self._moved = read, now
        slow = read < limits.pace_octets * (now - self.since - limits.patience_s)
        return slow or now - self._moved > limits.unread_s

    def pace(self, now: float) -> float:
        """Octets a second that its reader has read."""
        return (self.written - self._transport.get_write_buffer_size()) / (now - self.since + 1.0)

    @property
    def held(self) -> int:
        return len(self._left) - self._place

    def _framed(self, call: Call) -> bytes:
        octets, call.octets = call.octets, b""
        if self._head_only:
            return b""
        if not self._chunked:
            return octets
        framed = b"%x\r\n%b\r\n" % (len(octets), octets) if octets else b""
        return framed + b"0\r\n\r\n" if call.over else framed

    def _hold(self, octets: bytes) -> None:
        self._left, self._place = octets, 0
        self._hub.ledger.memory += len(octets)
        if self.paused:
            self._hub.relieve()

    def _release(self) -> None:
        self._hub.ledger.memory -= len(self._left) - self._place
        self._left, self._place = b"", 0

    def _pump(self) -> None:
        most = self._hub.limits.written_octets
        while not self.paused and self._place < len(self._left):
            part = self._left[self._place : self._place + most]
            self._place += len(part)
            self.written += len(part)
            self._hub.ledger.memory -= len(part)
            self._transport.write(part)
        call = self._call
        if self.paused or call is None:
            return
        self._release()
        if call.over or self._head_only:
            self._call = None
            if not call.over:
                self._hub.threads.close(call)
            self._sent(self._kept)
        else:
            self._hub.threads.read_on(call, self._hub.tell)
