"""One keep-alive HTTP connection to one server, and what its answers mean."""

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

_PATIENCE_S: Final = 30.0
_STALE: Final = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` by lower-case name; `path` without the query."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def etag(self) -> str:
        return self.headers["etag"]

    def json(self) -> Any:
        return json.loads(self.body)


class Refused(Exception):  # noqa: N818 - an answer, not a defect
    """An answer of 400 and above. `problem` is its problem document, {} when it carries none."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.status = answer.status
        kind = answer.headers.get("content-type", "")
        self.problem: dict[str, Any] = answer.json() if kind.startswith("application/problem+json") else {}
        self.code = str(self.problem.get("code", ""))
        said = (
            json.dumps(self.problem, ensure_ascii=False) if self.problem else answer.body[:500].decode(errors="replace")
        )
        super().__init__(f"{answer.method} {answer.path}: {answer.status} {said}")

    def fields(self) -> dict[str, str]:
        """Pointer of each field refused -> its code."""
        return {entry["pointer"]: entry["code"] for entry in self.problem.get("errors", ())}


Witness = Callable[[Answer], None]
"""Called with every answer, before anything is made of it."""


class Wire:
    """Not for threads: one request at a time. `witness` sees every answer; `patience_s` is for each step of a call."""

    def __init__(self, base_url: str, *, witness: Witness | None = None, patience_s: float = _PATIENCE_S) -> None:
        parts = urlsplit(base_url)
        assert parts.hostname is not None
        self.base_url = base_url
        self._host, self._port = parts.hostname, parts.port
        self._witness = witness
        self._patience_s = patience_s
        self._connection: http.client.HTTPConnection | None = None

    def ask(
        self,
        method: str,
        target: str,
        *,
        json_body: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer, whatever its status. `target` is a path with its query."""
        sent = dict(headers or {})
        if json_body is not None:
            body = json.dumps(json_body, ensure_ascii=False).encode()
            sent.setdefault("Content-Type", "application/json")
        answer = self._exchange(method, target, body, sent)
        if self._witness is not None:
            self._witness(answer)
        return answer

    def call(self, method: str, target: str, **options: Any) -> Answer:
        """The answer to what must succeed. Raises Refused for 400 and above."""
        answer = self.ask(method, target, **options)
        if answer.status >= 400:
            raise Refused(answer)
        return answer

    def break_off(self, method: str, target: str, *, headers: Mapping[str, str], size: int, first: bytes) -> None:
        """Announces `size` octets, sends `first` of them and hangs up, as a phone does that leaves its network."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._patience_s)
        connection.putrequest(method, target)
        for name, value in {**headers, "Content-Length": str(size)}.items():
            connection.putheader(name, value)
        connection.endheaders(first)
        connection.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        if self._connection is not None:
            try:
                return self._once(self._connection, method, target, body, headers)
            except _STALE:
                # The server closes a connection that was idle for long; nothing of this request was looked at.
                self.close()
        self._connection = http.client.HTTPConnection(self._host, self._port, timeout=self._patience_s)
        return self._once(self._connection, method, target, body, headers)

    def _once(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        target: str,
        body: bytes | None,
        headers: dict[str, str],
    ) -> Answer:
        try:
            connection.request(method, target, body=body, headers=headers)
            response = connection.getresponse()
            read = response.read()
        except BaseException:
            connection.close()
            raise
        told = {name.lower(): value for name, value in response.getheaders()}
        return Answer(method, urlsplit(target).path, response.status, told, read)
