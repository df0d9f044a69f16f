"""JSON over HTTP with a provider we do not control: bounded in time and size, never redirected."""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3

from auth.eid.answers import read_json

_CHUNK = 16 * 1024
_LIMIT = 256 * 1024
_RETRY_STATUSES = frozenset({408, 425, 429})


class EidUnreachable(Exception):  # noqa: N818 - says what happened
    """The provider cannot be reached, is too slow, or fails on its side; another try may go better."""


class EidRefused(Exception):  # noqa: N818 - says what happened
    """The provider, or what it said, did not pass. `reason` is a word for the log, never a value of the exchange."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Reply:
    media_type: str
    octets: bytes


class JsonClient:
    """Talks to one provider. An answer that is no JSON object of status 200 raises EidRefused or EidUnreachable."""

    def __init__(self, *, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._pool = urllib3.PoolManager(
            num_pools=8, maxsize=8, retries=False, timeout=urllib3.Timeout(connect=min(timeout_s, 3.0), read=timeout_s)
        )

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        return _document(self._call("GET", url, dict(headers or {}), None).octets)

    def get_signed(self, url: str, headers: Mapping[str, str]) -> dict[str, Any] | str:
        """A JSON object, or the text of a JWT where the answer says that it is one."""
        reply = self._call("GET", url, {**headers, "Accept": "application/json, application/jwt"}, None)
        if reply.media_type != "application/jwt":
            return _document(reply.octets)
        try:
            return reply.octets.decode("ascii").strip()
        except UnicodeDecodeError:
            raise EidRefused("not_a_jwt") from None

    def post_form(self, url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        sent = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        return _document(self._call("POST", url, sent, urlencode(fields).encode()).octets)

    def close(self) -> None:
        self._pool.clear()

    def _call(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> "_Reply":
        deadline = time.monotonic() + self._timeout_s
        try:
            response = self._pool.request(
                method,
                url,
                body=body,
                headers={"Accept": "application/json", **headers},
                redirect=False,
                preload_content=False,
            )
            try:
                octets = _read(response, deadline)
            finally:
                # A body not read to its end would poison the next exchange on this connection.
                response.close()
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            raise EidUnreachable(type(error).__name__) from None
        except ValueError:
            # The client refuses to send what no request line or header can hold, UnicodeError included.
            raise EidRefused("request_unfit") from None
        _check_status(response.status)
        return _Reply(response.headers.get("Content-Type", "").partition(";")[0].strip().lower(), octets)


def _read(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    octets = bytearray()
    while chunk := response.read1(_CHUNK):
        octets += chunk
        if len(octets) > _LIMIT:
            raise EidRefused("answer_too_large")
        if time.monotonic() > deadline:
            raise EidUnreachable("slow body")
    return bytes(octets)


def _check_status(status: int) -> None:
    if status >= 500 or status in _RETRY_STATUSES:
        raise EidUnreachable(f"status {status}")
    if status != 200:
        raise EidRefused(f"status_{status}")


def _document(octets: bytes) -> dict[str, Any]:
    try:
        document = read_json(octets)
    except ValueError:
        raise EidRefused("not_json") from None
    if not isinstance(document, dict):
        raise EidRefused("not_an_object")
    return document
