"""Heads of requests and answers: from the wire to a WSGI environment, and back."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from time import gmtime, monotonic, strftime
from typing import Any, Final
from urllib.parse import unquote_to_bytes

_BODILESS: Final = frozenset({204, 304})
_REASONS: Final = {status.value: status.phrase for status in HTTPStatus}
_FIXED: Final[dict[str, Any]] = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SCRIPT_NAME": "",
    "wsgi.errors": sys.stderr,
    # Every body ends where its octets end, whether its length was told or not.
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.url_scheme": "http",
    "wsgi.version": (1, 0),
}


class BadHeadError(Exception):
    """A head that is refused with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class Head:
    """What stands before a body, as it comes in; the rest once it is whole."""

    url: bytes = b""
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    octets: int = 0
    method: str = ""
    version: str = "1.1"
    kept: bool = True
    length: int | None = None
    chunked: bool = False
    expects: bool = False
    upgrades: bool = False
    path: str = ""
    query: str = ""

    @property
    def has_body(self) -> bool:
        return self.chunked or bool(self.length)

    def without_offer(self) -> bytes:
        """A head with a body of the same length, for a parser that reads nothing but the body."""
        framing = b"Transfer-Encoding: chunked" if self.chunked else b"Content-Length: %d" % (self.length or 0)
        return b"POST / HTTP/1.1\r\nHost: a\r\n" + framing + b"\r\n\r\n"

    @property
    def language(self) -> str:
        """What its Accept-Language says."""
        values = [value for name, value in self.fields if name.lower() == b"accept-language"]
        return values[0][:200].decode("latin-1") if values else ""

    def finish(self, method: bytes, version: str, *, kept: bool) -> None:
        """Reads what decides how to go on. Raises BadHeadError."""
        self.method, self.version, self.kept = method.decode("ascii"), version, kept
        hosts = 0
        for name, value in self.fields:
            key = name.lower()
            if key == b"host":
                hosts += 1
            elif key == b"content-length":
                self.length = int(value)
            elif key == b"transfer-encoding":
                self._encoding(value)
            elif key == b"expect":
                self.expects = value.strip().lower() == b"100-continue" and version == "1.1"
        if hosts > 1 or (hosts == 0 and version == "1.1"):
            raise BadHeadError(400)
        self.path, self.query = _address(self.url)

    def _encoding(self, value: bytes) -> None:
        # What is coded otherwise would have to be decoded by somebody; nobody sends it.
        if self.chunked or value.strip().lower() != b"chunked":
            raise BadHeadError(400)
        self.chunked = True

    def environ(self, client: str, server: tuple[str, int]) -> dict[str, Any]:
        """The WSGI environment, without its body."""
        environ = {
            **_FIXED,
            "REQUEST_METHOD": self.method,
            "PATH_INFO": self.path,
            "QUERY_STRING": self.query,
            "SERVER_PROTOCOL": f"HTTP/{self.version}",
            "SERVER_NAME": server[0],
            "SERVER_PORT": str(server[1]),
            "REMOTE_ADDR": client,
        }
        for name, value in self.fields:
            # One with an underscore would pass for another with a hyphen.
            if b"_" not in name:
                _set_field(environ, name, value)
        return environ


def _set_field(environ: dict[str, Any], name: bytes, value: bytes) -> None:
    key = name.decode("latin-1").upper().replace("-", "_")
    # No field that is read here has other signs than ASCII; what has is no value.
    text = value.decode("ascii") if value.isascii() else ""
    if key in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
        environ.setdefault(key, text)
        return
    key = f"HTTP_{key}"
    if key not in environ:
        environ[key] = text
    else:
        environ[key] += (";" if key == "HTTP_COOKIE" else ",") + text


def _address(url: bytes) -> tuple[str, str]:
    """(path, query) of a request target. Raises BadHeadError."""
    if not url.isascii():
        raise BadHeadError(400)
    target = url.partition(b"#")[0]
    if not target.startswith(b"/"):
        target = _without_authority(target)
    path, _, query = target.partition(b"?")
    return unquote_to_bytes(path).decode("latin-1"), query.decode("ascii")


def _without_authority(target: bytes) -> bytes:
    """The path and query of an absolute address, as a client of a proxy sends it."""
    _, scheme, rest = target.partition(b"://")
    if not scheme:
        if target != b"*":
            raise BadHeadError(400)
        return target
    ends = min((at for at in (rest.find(b"/"), rest.find(b"?")) if at >= 0), default=len(rest))
    left = rest[ends:]
    return left if left.startswith(b"/") else b"/" + left


@dataclass(slots=True)
class Answer:
    """Status and fields as an application gave them."""

    status: int = 500
    fields: list[tuple[str, str]] = field(default_factory=list)

    def start(self, status: str, fields: list[tuple[str, str]], failure: Any = None) -> Any:
        """The `start_response` of WSGI. There is no `write`."""
        del failure
        self.status, self.fields = int(status[:3]), fields

    @property
    def bodiless(self) -> bool:
        return self.status in _BODILESS

    def length(self) -> int | None:
        """Of the body, where the application says so."""
        for name, value in self.fields:
            if name.lower() == "content-length":
                return int(value)
        return None

    def head(self, *, length: int | None, chunked: bool, kept: bool, version: str) -> bytes:
        """The octets before the body. `length` is told where the application has not told it."""
        lines = [f"HTTP/1.1 {self.status} {_REASONS.get(self.status, '')}"]
        lines += _lines(self.fields, without_length=self.bodiless)
        if length is not None and not self.bodiless:
            lines.append(f"Content-Length: {length}")
        if chunked:
            lines.append("Transfer-Encoding: chunked")
        if not kept:
            lines.append("Connection: close")
        elif version == "1.0":
            lines.append("Connection: keep-alive")
        lines.append(f"Date: {_now()}\r\n\r\n")
        return "\r\n".join(lines).encode("latin-1")


def _lines(fields: Iterable[tuple[str, str]], *, without_length: bool) -> list[str]:
    lines = []
    for name, value in fields:
        if "\r" in value or "\n" in value:
            raise ValueError("a line break in a field of an answer")
        if not (without_length and name.lower() == "content-length"):
            lines.append(f"{name}: {value}")
    return lines


def short_answer(status: int, document: bytes, *, retry_after: int | None = None) -> bytes:
    """A whole answer of the server itself, after which the connection ends."""
    answer = Answer(status, [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")])
    if retry_after is not None:
        answer.fields.append(("Retry-After", str(retry_after)))
    return answer.head(length=len(document), chunked=False, kept=False, version="1.1") + document


_second, _date = -1, ""


def _now() -> str:
    """The date of an answer, made once a second."""
    global _second, _date
    second = int(monotonic())
    if second != _second:
        _date = strftime("%a, %d %b %Y %H:%M:%S GMT", gmtime())
        _second = second
    return _date
