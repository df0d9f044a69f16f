"""One connection, in the event loop: heads and bodies come in, answers go out, and nothing here waits.

WAITING -> HEAD -> BODY -> ANSWER -> WAITING, or LINGERING and the end. In ANSWER the application runs or its answer
leaves; what comes in meanwhile stays unread. How long each may last is watched by `hub`.
"""

import asyncio
from collections import deque
from typing import Any, cast

import httptools

from motcua.processes.web.body import SpoolFullError
from motcua.processes.web.calls import Call
from motcua.processes.web.exchange import Exchange
from motcua.processes.web.hub import Hub
from motcua.processes.web.message import BadHeadError, Head, short_answer
from motcua.processes.web.outgoing import Outgoing
from motcua.processes.web.phases import Phase


class Connection(asyncio.Protocol):
    """`since`: when the phase began. `moved`: when octets last came in. `address`: the client's."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.phase = Phase.WAITING
        self.since = self.moved = hub.now()
        self.address = ""
        self.transport: asyncio.Transport
        self.outgoing: Outgoing
        self._peers: tuple[str, Any] = ("", ("", 0))
        self._parser = self._new_parser()
        self._coming = Head()
        self._queue: deque[Exchange] = deque()
        self._unread = bytearray()
        self._fed = 0
        self._lingered = 0
        self._deaf = self._ended = self._lost = False

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.outgoing = Outgoing(self.transport, self.hub, self._sent)
        peer, here = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        self.address = str(peer[0]) if peer else ""
        self._peers = (self.address, (str(here[0]), here[1]) if here else ("", 0))
        self.hub.add(self)

    def data_received(self, data: bytes) -> None:
        if self.phase is Phase.LINGERING:
            self._lingered += len(data)
            if self._lingered > self.hub.limits.lingering_octets:
                self.transport.abort()
            return
        self.moved = self.hub.now()
        if self.phase is Phase.ANSWER:
            self._unread += data
            if len(self._unread) > self.hub.limits.unasked_octets:
                self.transport.pause_reading()
            return
        self._feed(data)

    def eof_received(self) -> bool:
        """A client that has said all may still wait for its answer."""
        self._ended = True
        if self.phase is Phase.BODY:
            self.give_up_waiting(400)
        return self.phase is Phase.ANSWER

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._lost = self._ended = True
        self.hub.discard(self)
        leaving = self.outgoing.drop()
        if self.phase is Phase.BODY:
            self.give_up_waiting(400)
        if leaving or self.phase is not Phase.ANSWER:
            self._forget()

    def pause_writing(self) -> None:
        self.outgoing.paused = True

    def resume_writing(self) -> None:
        self.outgoing.resume()

    # What the parser calls, inside `_feed`.

    def on_message_begin(self) -> None:
        self._coming = Head()

    def on_url(self, url: bytes) -> None:
        self._coming.url += url
        if len(self._coming.url) > self.hub.limits.address_octets:
            raise BadHeadError(431)

    def on_header(self, name: bytes, value: bytes) -> None:
        head = self._coming
        head.octets += len(name) + len(value) + 4
        head.fields.append((name, value))
        if head.octets > self.hub.limits.head_octets or len(head.fields) > self.hub.limits.head_fields:
            raise BadHeadError(431)

    def on_headers_complete(self) -> None:
        if len(self._queue) >= self.hub.limits.pipelined:
            self._deaf = True
        if self._deaf:
            return
        self._coming.finish(
            self._parser.get_method(), self._parser.get_http_version(), kept=self._parser.should_keep_alive()
        )
        self._coming.upgrades = self._parser.should_upgrade()
        self._queue.append(Exchange(self._coming, self.hub.limits, self.hub.ledger, self.hub.now()))

    def on_body(self, octets: bytes) -> None:
        if not self._deaf and not self._queue[-1].cut:
            self._queue[-1].body.add(octets)

    def on_message_complete(self) -> None:
        if not self._deaf:
            head = self._queue[-1].head
            # The parser takes what follows an offer of another protocol for that protocol.
            self._queue[-1].complete = not (head.upgrades and head.has_body)

    # From octets to calls.

    def _feed(self, data: bytes) -> None:
        if self.phase is Phase.WAITING:
            self.phase, self.since, self._fed = Phase.HEAD, self.moved, 0
        self._fed += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._decline(data[offer.args[0] :])
            return
        except httptools.HttpParserError as error:
            self._refuse(_status_of(error))
            return
        if self.phase is Phase.HEAD and self._queue:
            self.phase, self.since = Phase.BODY, self.moved
        elif self.phase is Phase.HEAD and self._fed > self.hub.limits.head_octets:
            self._refuse(431)
        if self.phase is Phase.BODY:
            self._advance()

    def _new_parser(self) -> Any:
        parser = httptools.HttpRequestParser(self)
        # After "Connection: close" nothing is answered; it is no reason to refuse what came before.
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return parser

    def _decline(self, rest: bytes) -> None:
        """Goes on in HTTP/1.1 after a head that offers something else, which `rest` follows."""
        self._parser = self._new_parser()
        if self._queue and not self._deaf and not self._queue[-1].complete:
            head, self._deaf = self._queue[-1].head, True
            self._parser.feed_data(head.without_offer())
            head.upgrades = self._deaf = False
        self._feed(rest)

    def _advance(self) -> None:
        """Calls the application if what is here is enough for it."""
        exchange = self._queue[0]
        if exchange.too_long(self.hub.hints):
            exchange.cut = True
        if exchange.cut or exchange.ready():
            self._call(exchange)
        elif exchange.complete and exchange.kept_answer is not None:
            self._answer(exchange.kept_answer)
        else:
            if exchange.head.expects and not exchange.body.received:
                exchange.head.expects = False
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.hub.relieve()

    def _call(self, exchange: Exchange) -> None:
        if self.hub.threads.full:
            self._refuse(503, retry_after=1)
            return
        self.phase = Phase.ANSWER
        exchange.call(self.hub.threads, self.hub.tell, self._peers, self)

    def give_up_waiting(self, status: int) -> None:
        """Ends a body that will not come to its end: an upload keeps what is here, any other request is refused."""
        exchange = self._queue[0]
        if exchange.in_pieces and exchange.body.size:
            exchange.cut_short()
            self._call(exchange)
        elif exchange.in_pieces and exchange.kept_answer is not None:
            exchange.cut_short()
            self._answer(exchange.kept_answer)
        else:
            self._refuse(status)

    # What the threads tell.

    def answered(self, call: Call) -> None:
        exchange = self._queue[0]
        call.release()
        if exchange.goes_on_after(call):
            self.phase = Phase.BODY
            self._read_unread()
            if self.phase is Phase.BODY and self._ended:
                self.give_up_waiting(400)
            return
        self._answer(call)

    def more(self, call: Call) -> None:
        self.outgoing.more(call)

    def broken(self, call: Call) -> None:
        """The rest of an answer cannot be had; the client learns it from the end of the connection."""
        del call
        self.transport.abort()

    # From answers to octets.

    def _answer(self, call: Call) -> None:
        exchange = self._queue[0]
        self.phase = Phase.ANSWER
        if self._lost:
            self.hub.threads.close(call)
            self._forget()
            return
        kept = exchange.head.kept and exchange.complete and not (exchange.cut or self._ended or self.hub.stopping)
        last = self._deaf and len(self._queue) == 1
        self.outgoing.begin(call, exchange.head, kept=kept and not last)

    def _sent(self, kept: bool) -> None:
        """The answer has left for the transport."""
        exchange = self._queue.popleft()
        exchange.release()
        if not kept:
            self._end(unread=not exchange.complete)
            return
        self.phase, self.since = Phase.WAITING, self.hub.now()
        if self._queue:
            self.phase = Phase.BODY
            self._queue[0].since = self.since
            self._advance()
        else:
            self._read_unread()

    def _read_unread(self) -> None:
        data, self._unread = bytes(self._unread), bytearray()
        if not self._lost:
            self.transport.resume_reading()
        if data:
            self._feed(data)
        elif self.phase is Phase.BODY:
            self._advance()

    def _refuse(self, status: int, *, retry_after: int | None = None) -> None:
        language = (self._queue[0].head if self._queue else self._coming).language
        self._forget()
        if not self._lost:
            document = self.hub.hints.problem(status, language)
            self.transport.write(short_answer(status, document, retry_after=retry_after))
            self._end(unread=True)

    def _end(self, *, unread: bool) -> None:
        """Closes; where the client may still be sending, only after its octets, which would make it miss the answer."""
        self.phase, self.since = Phase.LINGERING, self.hub.now()
        self._unread = bytearray()
        if not unread or self._ended or self.transport.is_closing():
            self.transport.close()
            return
        self.transport.write_eof()
        self.transport.resume_reading()

    def _forget(self) -> None:
        for exchange in self._queue:
            exchange.release()
        self._queue.clear()

    # What the hub asks.

    @property
    def exchange(self) -> Exchange:
        """The one at hand; there is one in BODY."""
        return self._queue[0]

    def stop(self) -> None:
        """The worker ends: an upload keeps what is here, who waits is let go, a request under way is answered."""
        if self.phase in (Phase.WAITING, Phase.HEAD):
            self.transport.close()
        elif self.phase is Phase.BODY and self._queue[0].in_pieces:
            self.give_up_waiting(503)


def _status_of(error: Exception) -> int:
    cause = error.__context__
    if isinstance(cause, BadHeadError):
        return cause.status
    if isinstance(cause, SpoolFullError | OSError):
        return 503
    return 400
