"""A running sandbox, a plain HTTP caller, a collector of status callbacks, the vendor's client pointed at loopback."""

import asyncio
import base64
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from sandbox.app import serving
from sandbox.world import Settings

SETTINGS = Settings()
ACCOUNT = SETTINGS.twilio_account_sid
TOKEN = SETTINGS.twilio_auth_token
MESSAGES = f"/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
PATIENCE_S = 30.0
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Caller:
    """HTTP against one origin; a dict as `form` or `data` becomes the body."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        parts = urlsplit(origin)
        self._host, self._port = str(parts.hostname), parts.port or 80

    def __call__(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, str] | bytes | None = None,
        data: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = dict(headers or {})
        body: bytes | None = None
        if form is not None:
            body = form if isinstance(form, bytes) else urlencode(form).encode()
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        elif data is not None:
            body = data if isinstance(data, bytes) else json.dumps(data).encode()
        connection = http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def raw(self, octets: bytes) -> bytes:
        """Everything that comes back for these octets until the server closes."""
        with socket.create_connection((self._host, self._port), timeout=PATIENCE_S) as connection:
            connection.sendall(octets)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def control(self, method: str, path: str, data: object = None) -> Any:
        """JSON from `/_control`; anything but a 2xx fails the test."""
        answer = self(method, "/_control" + path, data={} if data is None else data)
        assert 200 <= answer.status < 300, answer.text
        return answer.json()

    def send(self, **form: str) -> Answer:
        """One message; To, From and Body have defaults."""
        message = {"To": "+84905000001", "From": "UBND DBan", "Body": "Ho so da tiep nhan", **form}
        return self("POST", MESSAGES, form={key: value for key, value in message.items() if value}, headers=basic())

    def twin(self, name: str) -> Any:
        return self.control("GET", "/state")["twins"][name]


def basic(name: str = ACCOUNT, secret: str = TOKEN) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


@contextmanager
def running(settings: Settings = SETTINGS) -> Iterator[str]:
    """A sandbox on a free port in a thread of its own; gives its origin."""
    loop = asyncio.new_event_loop()
    ready, stop, origin = threading.Event(), asyncio.Event(), [""]

    async def serve() -> None:
        async with serving("127.0.0.1", 0, settings) as world:
            origin[0] = world.origin
            ready.set()
            await stop.wait()

    def target() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=target, name="sandbox")
    thread.start()
    try:
        assert ready.wait(PATIENCE_S)
        yield origin[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE_S)


@dataclass(frozen=True)
class Posted:
    """One status callback as it arrived; `form` are the fields of its body, or of its query for a GET."""

    path: str
    form: dict[str, str]
    signature: str
    token: str


def eventually(check: Callable[[], bool]) -> None:
    """Returns once it holds; fails the test if it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Collector:
    """Takes status callbacks; `answer` decides the HTTP status from the callback and the number taken before it."""

    def __init__(self) -> None:
        self.posts: list[Posted] = []
        self.answer: Callable[[Posted, int], int] = lambda _post, _before: 204
        self._changed = threading.Condition()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                collector.take(self)

            def do_GET(self) -> None:
                collector.take(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        path, raw = handler.path, handler.rfile.read(int(handler.headers.get("Content-Length", "0"))).decode()
        if handler.command == "GET":
            path, _, raw = path.partition("?")
        post = Posted(
            path,
            dict(parse_qsl(raw, keep_blank_values=True)),
            handler.headers.get("X-Twilio-Signature", ""),
            handler.headers.get("I-Twilio-Idempotency-Token", ""),
        )
        with self._changed:
            status = self.answer(post, len(self.posts))
            self.posts.append(post)
            self._changed.notify_all()
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def wait(self, enough: Callable[[list[Posted]], bool]) -> list[Posted]:
        """The callbacks so far, once they are enough."""
        with self._changed:
            assert self._changed.wait_for(lambda: enough(self.posts), PATIENCE_S), self.posts
            return list(self.posts)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(PATIENCE_S)


class LoopbackHttp:
    """Sends what the vendor's client addresses to api.twilio.com to the sandbox instead."""

    is_async = True

    def __init__(self, origin: str) -> None:
        self._base = origin + "/twilio"
        self._inner = AsyncTwilioHttpClient()

    async def request(self, method: str, url: str, **options: Any) -> Any:
        parts = urlsplit(url)
        target = self._base + parts.path + (f"?{parts.query}" if parts.query else "")
        # Given as a header, since the way the vendor hands it to aiohttp is deprecated there.
        options["headers"] = {**options["headers"], **basic(*options.pop("auth"))}
        return await self._inner.request(method, target, **options)

    async def close(self) -> None:
        await self._inner.close()


def with_client(origin: str, use: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    """What `use` gets done with the vendor's async client."""

    async def session() -> T:
        transport = LoopbackHttp(origin)
        try:
            return await use(Client(ACCOUNT, TOKEN, http_client=transport))
        finally:
            await transport.close()

    return asyncio.run(session())
