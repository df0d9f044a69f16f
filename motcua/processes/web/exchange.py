"""One request and its answer: how much of its body is awaited, and what the application is called with.

A piece of an upload (tus 1.0.0) is passed on as it comes in: at most a megabyte at a time, each a request of its own
at the offset it belongs to. So what a broken connection has brought is kept, whatever breaks it, and a slow phone
holds neither a thread nor more than that in memory. Every other body is passed on once it is whole.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from motcua.processes.web.body import Body, Ledger
from motcua.processes.web.calls import Application, Call, Receiver, Threads
from motcua.processes.web.limits import MIB, Limits
from motcua.processes.web.message import Head

_PIECES: Final = b"application/offset+octet-stream"
_LONGEST_OFFSET: Final = 15
_KEPT: Final = 204
_LONGEST_BODY: Final = 64 * MIB


def _any_body(_method: str, _path: str) -> int:
    return _LONGEST_BODY


def _no_document(_status: int, _accept_language: str) -> bytes:
    return b"{}"


@dataclass(frozen=True, slots=True)
class Hints:
    """What an application tells its server: the longest body of an operation by method and path, and the document of a
    refusal by status and Accept-Language.

    The server looks for them in the application's attribute `server_hints`.
    """

    longest_body: Callable[[str, str], int] = _any_body
    problem: Callable[[int, str], bytes] = _no_document

    @classmethod
    def of(cls, application: Application) -> "Hints":
        found: Any = getattr(application, "server_hints", None)
        return cls() if found is None else cls(found.longest_body, found.problem)


class Exchange:
    """`complete`: the request has come in whole. `cut`: it is answered although it has not."""

    __slots__ = (
        "_asked",
        "_ledger",
        "_limits",
        "_longest",
        "_offset",
        "_short",
        "body",
        "complete",
        "cut",
        "head",
        "kept_answer",
        "since",
    )

    def __init__(self, head: Head, limits: Limits, ledger: Ledger, now: float) -> None:
        self.head = head
        self.since = now
        self.complete = self.cut = False
        self.kept_answer: Call | None = None
        self._limits = limits
        self._ledger = ledger
        self._offset = _offset_of(head)
        in_memory = limits.memory_octets if self._offset is None else _LONGEST_BODY
        self.body = Body(ledger, in_memory, limits.spool_octets)
        self._asked = self._short = False
        self._longest = limits.unasked_octets

    @property
    def in_pieces(self) -> bool:
        return self._offset is not None

    def too_long(self, hints: Hints) -> bool:
        """Whether the body is, or says it is, longer than its operation takes."""
        said = self.head.length or (0 if self.in_pieces else self.body.received)
        if said > self._longest and not self._asked:
            self._asked = True
            self._longest = max(self._longest, hints.longest_body(self.head.method, self.head.path))
        return said > self._longest

    def ready(self) -> bool:
        """Whether the application can be called with what is here."""
        if self.complete:
            return not self.in_pieces or self.body.size > 0 or self.kept_answer is None
        return self.in_pieces and self.body.size >= self._worth_passing_on()

    def cut_short(self) -> None:
        """No more will come."""
        self._short = True

    def goes_on_after(self, call: Call) -> bool:
        """Whether this was the answer to a piece, and there is more of the upload."""
        if not self.in_pieces or self.cut or self._short or call.answer.status != _KEPT:
            return False
        self.kept_answer = call
        return not self.complete or self.body.size > 0

    def _worth_passing_on(self) -> int:
        if self._ledger.memory * 2 > self._limits.held_octets:
            return self._limits.small_piece_octets
        # Pieces end where the application's own do.
        return self._limits.piece_octets - (self._offset or 0) % self._limits.piece_octets

    def call(self, threads: Threads, tell: Callable[..., Any], peers: tuple[str, Any], receiver: Receiver) -> None:
        """Runs the application on the body, or on the piece that is here."""
        changes = {}
        if self._offset is not None and not self.cut:
            piece = self.body
            self.body = Body(self._ledger, _LONGEST_BODY, self._limits.spool_octets)
            self.body.received = piece.received
            changes = {"CONTENT_LENGTH": str(piece.size), "HTTP_UPLOAD_OFFSET": str(self._offset)}
            if self.head.length is not None:
                # Of this piece and all that is still to come.
                changes["serving.announced"] = str(self.head.length - piece.received + piece.size)
            self._offset += piece.size
            threads.run_piece(Call(self.head, piece, peers, receiver, changes), tell)
        else:
            threads.run(Call(self.head, self.body, peers, receiver, changes), tell)

    def release(self) -> None:
        self.body.release()
        if self.kept_answer is not None:
            self.kept_answer.close()


def _offset_of(head: Head) -> int | None:
    """Where the octets of an upload belong; None for any other request."""
    taken = {name.lower(): value for name, value in head.fields}
    offset = taken.get(b"upload-offset", b"")
    if taken.get(b"content-type", b"").partition(b";")[0].strip().lower() != _PIECES:
        return None
    return int(offset) if offset.isdigit() and len(offset) <= _LONGEST_OFFSET else None
