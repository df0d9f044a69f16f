"""One HTTP call with one deadline over all of it: name, connection, every octet of head and body. Never redirected.

The exchange runs in a thread of its own, and the caller waits for it no longer than its deadline. Then the connection
is shut, which ends that thread too. A timeout of the socket would begin anew with each octet of a head that drips.
"""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from kernel.retry_after import retry_after_s
from outbound.direct.parties import AT_ONCE, NoAnswerError, Party

_CHUNK: Final = 16 * 1024
_LEAST_S: Final = 0.001
# A name that is being looked up cannot be interrupted; such threads end in their own time, and there may be so many.
_LEFT_BEHIND: Final = 4 * AT_ONCE


class AnswerTooLongError(Exception):
    """More octets than the caller takes."""


class BadCallError(Exception):
    """An address or a field that cannot be sent; what a party said of itself may contain such."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`media_type` without parameters, in small letters. `retry_after_s`: what the answer says of the next try."""

    status: int
    media_type: str
    body: bytes
    retry_after_s: float | None = None


class _Attempt(threading.local):
    """The call that this thread makes."""

    call: "_Call | None" = None


_attempt: Final = _Attempt()


class _Noted:
    """A connection that its call can shut."""

    def request(self, *arguments: Any, **options: Any) -> None:
        if _attempt.call is not None:
            _attempt.call.connection = self
        super().request(*arguments, **options)  # type: ignore[misc]


class _Plain(_Noted, HTTPConnection):
    """Over TCP."""


class _Secure(_Noted, HTTPSConnection):
    """Over TLS."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class DirectHttp:
    """Calls to one party. `longest`: octets of an answer."""

    def __init__(self, party: Party, *, longest: int) -> None:
        self.party = party
        self._longest = longest
        self._pool = urllib3.PoolManager(num_pools=8, maxsize=AT_ONCE, retries=False)
        self._pool.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
        self._left_behind = threading.BoundedSemaphore(_LEFT_BEHIND)

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """The answer. Raises NoAnswerError, also for a status from 500 on; AnswerTooLongError or BadCallError."""
        with self.party.call() as ends:
            reply = self._within(ends, _Call(self._pool, self._longest, ends, method, url, dict(headers), body))
            if reply.status >= 500:
                raise NoAnswerError(f"status {reply.status}", reply.retry_after_s)
        return reply

    def close(self) -> None:
        self._pool.clear()

    def _within(self, ends: float, call: "_Call") -> Reply:
        if not self._left_behind.acquire(blocking=False):
            raise NoAnswerError("too many calls that do not end")
        threading.Thread(
            target=call.run, args=(self._left_behind.release,), name=f"outside-{self.party.name}", daemon=True
        ).start()
        if not call.over.wait(max(_LEAST_S, ends - time.monotonic())):
            call.shut()
            raise NoAnswerError("out of time")
        return call.outcome()


class _Call:
    """One exchange, made by a thread of its own and watched by the one that waits for it."""

    def __init__(
        self,
        pool: urllib3.PoolManager,
        longest: int,
        ends: float,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | None,
    ) -> None:
        self._pool = pool
        self._longest = longest
        self._ends = ends
        self._asked = (method, url, headers, body)
        self._reply: Reply | None = None
        self._error: Exception = NoAnswerError("out of time")
        self.over = threading.Event()
        self.connection: Any = None

    def run(self, at_end: Callable[[], None]) -> None:
        _attempt.call = self
        try:
            self._reply = self._exchange(*self._asked)
        except (NoAnswerError, AnswerTooLongError) as error:
            self._error = error
        except (urllib3.exceptions.LocationValueError, ValueError) as error:
            # UnicodeError is one of them: neither an address nor a field holds every text.
            self._error = BadCallError(type(error).__name__)
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            self._error = NoAnswerError(type(error).__name__)
        finally:
            at_end()
            self.over.set()

    def outcome(self) -> Reply:
        """What came of it, once it is over. Raises what `DirectHttp.send` does."""
        if self._reply is None:
            raise self._error
        return self._reply

    def _exchange(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Reply:
        left = max(_LEAST_S, self._ends - time.monotonic())
        response = self._pool.request(
            method,
            url,
            body=body,
            headers=headers,
            redirect=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=left, read=left),
        )
        try:
            octets = self._read(response)
        finally:
            # A body not read to its end would poison the next exchange on this connection.
            response.close()
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Reply(response.status, media_type, octets, retry_after_s(response.headers))

    def _read(self, response: urllib3.BaseHTTPResponse) -> bytes:
        octets = bytearray()
        while chunk := response.read1(_CHUNK):
            octets += chunk
            if len(octets) > self._longest:
                raise AnswerTooLongError
            if time.monotonic() > self._ends:
                raise NoAnswerError("out of time")
        return bytes(octets)

    def shut(self) -> None:
        """Ends the exchange from another thread."""
        wire = getattr(self.connection, "sock", None)
        if isinstance(wire, socket.socket):
            with suppress(OSError):
                # The plain socket's own: a TLS connection would be taken apart under its reader.
                socket.socket.shutdown(wire, socket.SHUT_RDWR)
