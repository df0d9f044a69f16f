"""The threads of a worker. Each runs the application on one complete request, and waits for nobody's network."""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

from motcua.processes.web.body import Body
from motcua.processes.web.message import Answer, Head

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
# An answer up to this long leaves in one go.
_AT_ONCE: Final = 1024 * 1024
_log = logging.getLogger("serving")


def _end_thread() -> None:
    """Stands in the queue for the end of a thread."""


class Receiver(Protocol):
    """Who waits for an answer, told of it in the event loop."""

    def answered(self, call: "Call") -> None: ...

    def more(self, call: "Call") -> None: ...

    def broken(self, call: "Call") -> None: ...


class Call:
    """One run of the application. `octets` is what is ready of the body of the answer; `over` says that this is all."""

    __slots__ = ("_body", "_changes", "_head", "_iterator", "_left", "_peers", "answer", "octets", "over", "receiver")

    def __init__(
        self, head: Head, body: Body, peers: tuple[str, Any], receiver: Receiver, changes: Mapping[str, str]
    ) -> None:
        self._head = head
        self._body = body
        self._peers = peers
        self._changes = changes
        self._left: Iterable[bytes] = ()
        self._iterator: Iterator[bytes] = iter(())
        self.receiver = receiver
        self.answer = Answer()
        self.octets = b""
        self.over = False

    def run(self, application: Application) -> None:
        try:
            environ = self._head.environ(*self._peers)
            environ |= self._changes
            environ["wsgi.input"] = self._body.open()
            self._left = application(environ, self.answer.start)
            self._iterator = iter(self._left)
            self.read_on()
        except Exception:
            self.fail()

    def read_on(self) -> None:
        """Takes the next octets of the answer from the application."""
        parts, size = [], 0
        for part in self._iterator:
            parts.append(part)
            size += len(part)
            if size >= _AT_ONCE:
                break
        else:
            self.over = True
        self.octets = parts[0] if len(parts) == 1 else b"".join(parts)
        if self.over:
            self.close()

    def fail(self) -> None:
        """For what the application ought to have caught: an empty answer, or the end of one begun."""
        _log.exception("call.failed")
        self.answer = Answer(500, [("Content-Length", "0"), ("Cache-Control", "no-store")])
        self.octets, self.over = b"", True
        self.close()

    def release(self) -> None:
        """Forgets the body, once the application has answered; in the event loop, where bodies are counted."""
        self._body.release()

    def close(self) -> None:
        """Lets the application go. More than once is as good as once."""
        left, self._left, self._iterator = self._left, (), iter(())
        close = getattr(left, "close", None)
        if close is not None:
            close()


class Threads:
    """The threads, and what waits for them. `open`: how many calls are not answered yet.

    Pieces of uploads get some of the threads alone: when many phones end at once, whoever reads a dossier does not
    queue behind them. All but `_work` runs in the event loop.
    """

    def __init__(self, application: Application, number: int, most_waiting: int) -> None:
        self._application = application
        self._number = number
        self._most_waiting = most_waiting
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._most_pieces = max(1, number // 4)
        self._pieces = 0
        self._pieces_waiting: deque[tuple[Call, Callable[..., Any]]] = deque()
        self.open = 0

    def start(self) -> None:
        for place in range(self._number):
            threading.Thread(target=self._work, name=f"call-{place + 1}", daemon=True).start()

    @property
    def full(self) -> bool:
        return self._jobs.qsize() + len(self._pieces_waiting) >= self._most_waiting

    def run(self, call: Call, tell: Callable[..., Any]) -> None:
        """Runs the application, then tells the receiver by `tell` (call_soon_threadsafe)."""
        self.open += 1
        self._put(call, tell, self._answered)

    def run_piece(self, call: Call, tell: Callable[..., Any]) -> None:
        """The same for a piece of an upload, in its turn."""
        self.open += 1
        self._pieces_waiting.append((call, tell))
        self._next_piece()

    def _next_piece(self) -> None:
        if self._pieces_waiting and self._pieces < self._most_pieces:
            self._pieces += 1
            self._put(*self._pieces_waiting.popleft(), self._piece_answered)

    def _put(self, call: Call, tell: Callable[..., Any], then: Callable[[Call], None]) -> None:
        def job() -> None:
            call.run(self._application)
            tell(then, call)

        self._jobs.put(job)

    def read_on(self, call: Call, tell: Callable[..., Any]) -> None:
        """Takes the next octets of a long answer."""

        def job() -> None:
            try:
                call.read_on()
            except Exception:
                call.fail()
                tell(call.receiver.broken, call)
                return
            tell(call.receiver.more, call)

        self._jobs.put(job)

    def close(self, call: Call) -> None:
        """Closes the rest of an answer that nobody waits for any more."""
        self._jobs.put(call.close)

    def stop(self) -> None:
        """Ends the threads, each after what it is doing."""
        for _ in range(self._number):
            self._jobs.put(_end_thread)

    def _piece_answered(self, call: Call) -> None:
        self._pieces -= 1
        self._next_piece()
        self._answered(call)

    def _answered(self, call: Call) -> None:
        self.open -= 1
        call.receiver.answered(call)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if job is _end_thread:
                return
            try:
                job()
            except RuntimeError:
                # The event loop has ended while the application ran.
                return
            except Exception:
                _log.exception("call.failed")
