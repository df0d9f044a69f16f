"""HTTP calls to this machine. They never go through a proxy, whatever the caller's environment says."""

import http.client
from collections.abc import Callable
from urllib.parse import urlsplit


def request(method: str, url: str, body: bytes | None = None, *, timeout: float = 10.0) -> tuple[int, bytes]:
    """Status and body of one request. Raises OSError or http.client.HTTPException."""
    parts = urlsplit(url)
    line = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=timeout)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        line.request(method, target or "/", body, {"Content-Type": "application/json"} if body is not None else {})
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


def answers(url: str) -> Callable[[], bool]:
    """A check that a GET of `url` is answered with 200."""

    def check() -> bool:
        try:
            return request("GET", url, timeout=2)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    return check
