"""A server in this process, on loopback, with an application of the test's own; and clients that speak octets."""

import asyncio
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from motcua.processes.web.calls import Application
from motcua.processes.web.connection import Connection
from motcua.processes.web.hub import Hub
from motcua.processes.web.limits import Limits

PATIENCE_S = 20.0
PIECES = "application/offset+octet-stream"


class Recorder:
    """An application that keeps what it was called with and echoes the body; 204 for a piece of an upload."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.gate = threading.Event()
        self.gate.set()
        self.closed = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        self.calls.append(environ)
        self.bodies.append(body)
        if environ["PATH_INFO"] == "/wait":
            self.gate.wait(PATIENCE_S)
        if environ.get("CONTENT_TYPE") == PIECES:
            status = "409 Conflict" if environ["PATH_INFO"] == "/refused" else "204 No Content"
            received = int(environ["HTTP_UPLOAD_OFFSET"]) + len(body)
            start_response(status, [("Upload-Offset", str(received)), ("Content-Length", "0")])
            return [b""]
        if environ["PATH_INFO"].startswith("/long"):
            size = int(environ["PATH_INFO"].rpartition("/")[2])
            start_response("200 OK", [("Content-Length", str(size))] if environ["QUERY_STRING"] != "chunked" else [])
            return self._long(size)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    def _long(self, size: int) -> Iterator[bytes]:
        try:
            while size > 0:
                part = min(size, 1 << 20)
                size -= part
                yield b"x" * part
        finally:
            self.closed.set()


class Running:
    """Where it listens, and what its connections share."""

    def __init__(self, port: int, hub: Hub, loop: asyncio.AbstractEventLoop) -> None:
        self.port = port
        self.hub = hub
        self._loop = loop

    def do(self, what: Any) -> None:
        """Runs something in the event loop and waits for it."""
        done = threading.Event()

        def run() -> None:
            what()
            done.set()

        self._loop.call_soon_threadsafe(run)
        assert done.wait(PATIENCE_S)

    def connect(self, *, small: bool = False) -> socket.socket:
        """A connection; `small` for one that takes little at a time."""
        made = socket.socket()
        if small:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.settimeout(PATIENCE_S)
        made.connect(("127.0.0.1", self.port))
        return made

    def ask(self, octets: bytes) -> bytes:
        """What comes back on a connection of its own until the server ends it."""
        with closing(self.connect()) as wire:
            wire.sendall(octets)
            return until_end(wire)


@contextmanager
def served(application: Application, *, threads: int = 2, limits: Limits | None = None) -> Iterator[Running]:
    loop = asyncio.new_event_loop()
    hub = Hub(application, threads, limits or Limits(), loop)
    hub.threads.start()
    server = loop.run_until_complete(loop.create_server(lambda: Connection(hub), "127.0.0.1", 0))
    runs = threading.Thread(target=loop.run_forever, name="server")
    watch(loop, hub)
    runs.start()
    try:
        yield Running(server.sockets[0].getsockname()[1], hub, loop)
    finally:

        def end() -> None:
            server.close()
            for each in list(hub.connections):
                each.transport.abort()
            loop.call_later(0.05, loop.stop)

        loop.call_soon_threadsafe(end)
        runs.join()
        hub.threads.stop()
        loop.close()


def watch(loop: asyncio.AbstractEventLoop, hub: Hub) -> None:
    hub.watch()
    loop.call_later(0.02, watch, loop, hub)


def until_end(wire: socket.socket) -> bytes:
    parts = []
    try:
        while part := wire.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        parts.append(b"")
    return b"".join(parts)


def answer_of(wire: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, fields and body of the next answer, which tells its length."""
    held = b""
    while b"\r\n\r\n" not in held:
        held += _some(wire)
    head, _, body = held.partition(b"\r\n\r\n")
    status, fields = read_head(head)
    length = 0 if status in (204, 304) else int(fields["content-length"])
    while len(body) < length:
        body += _some(wire)
    return status, fields, body


def _some(wire: socket.socket) -> bytes:
    part = wire.recv(65536)
    if not part:
        raise ConnectionError("the server ended the connection")
    return part


def read_head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    return int(first.split(" ")[1]), {name.lower(): value for name, value in pairs}


def request(method: str, path: str, body: bytes | None = None, /, **fields: str) -> bytes:
    """The octets of one; names of fields with underscores for hyphens."""
    lines = [f"{method} {path} HTTP/1.1", "Host: motcua.example"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    if body is not None and "Content_Length" not in fields and "Transfer_Encoding" not in fields:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


def piece(body: bytes, offset: int = 0, path: str = "/upload", **fields: str) -> bytes:
    """A PATCH of tus."""
    return request("PATCH", path, body, Content_Type=PIECES, Upload_Offset=str(offset), **fields)
