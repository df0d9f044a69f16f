"""Zalo's token endpoint (OAuth v4): a code or a refresh token against a new pair. Reads what it says with suspicion."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from json import loads
from typing import Final, Protocol
from urllib.parse import urlencode

import urllib3

from notify.channels.zalo.table import ZaloSettings, integer

# Shorter than a call to send may take, since a call may have to wait for an exchange.
TIMEOUT_S: Final = 5.0
_PATH: Final = "/v4/oa/access_token"
_LIMIT: Final = 64 * 1024
_CHUNK: Final = 16 * 1024
# Stands in for a life that was not said; the shortest that any page about these tokens names.
_LEAST_LIFE_S: Final = 3600
_LONGEST_LIFE_S: Final = 90 * 24 * 3600
_TOKEN: Final = re.compile(r"[!-~]{8,4096}")


@dataclass(frozen=True, slots=True)
class Pair:
    """What an exchange gives. The refresh token is good for one use; `life_s` is the access token's."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    life_s: int


class ExchangeFailed(Exception):  # noqa: N818 - says what happened
    """No new pair. `problem` is what an operator reads: a word, and Zalo's code where it said one; never a token."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Exchange(Protocol):
    """Makes new pairs; each call may use up what it is given even when it fails."""

    def by_refresh(self, refresh_token: str) -> Pair:
        """Raises ExchangeFailed."""
        ...

    def by_code(self, code: str, verifier: str) -> Pair:
        """`verifier` is the PKCE verifier of the challenge that is set in Zalo's console. Raises ExchangeFailed."""
        ...


class ZaloExchange:
    """The `Exchange` over HTTP: no redirects, no repeats, bounded in time and size."""

    def __init__(self, settings: ZaloSettings, *, timeout_s: float = TIMEOUT_S) -> None:
        self._settings = settings
        self._timeout_s = timeout_s
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=1, retries=False, timeout=urllib3.Timeout(timeout_s))

    def by_refresh(self, refresh_token: str) -> Pair:
        return self._call({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def by_code(self, code: str, verifier: str) -> Pair:
        return self._call({"grant_type": "authorization_code", "code": code, "code_verifier": verifier})

    def _call(self, form: Mapping[str, str]) -> Pair:
        deadline = time.monotonic() + self._timeout_s
        try:
            response = self._pool.request(
                "POST",
                self._settings.oauth_url.rstrip("/") + _PATH,
                body=urlencode({**form, "app_id": self._settings.app_id}),
                headers={
                    "secret_key": self._settings.app_secret,
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept": "application/json",
                },
                redirect=False,
                preload_content=False,
            )
            try:
                body = _read(response, deadline)
            finally:
                response.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise ExchangeFailed(f"unreachable: {type(error).__name__}") from None
        return read_pair(response.status, body)


def read_pair(status: int, body: bytes) -> Pair:
    """The pair in an answer of the token endpoint. Raises ExchangeFailed, also when either token is missing or empty:
    to keep half a pair would be to lose the other half."""
    try:
        said = loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ExchangeFailed(f"unreadable answer: http {status}")
    code = integer(said.get("error"))
    if code:
        raise ExchangeFailed(f"refused: error {code}")
    access, refresh = said.get("access_token"), said.get("refresh_token")
    if not access or not refresh:
        raise ExchangeFailed(f"empty token: http {status}")
    if not (isinstance(access, str) and _TOKEN.fullmatch(access)):
        raise ExchangeFailed("unreadable access token")
    if not (isinstance(refresh, str) and _TOKEN.fullmatch(refresh)):
        raise ExchangeFailed("unreadable refresh token")
    life = integer(said.get("expires_in"))
    # Tokens that came are kept whatever is said of their life: the old refresh token is used up.
    return Pair(access, refresh, life if life is not None and 0 < life <= _LONGEST_LIFE_S else _LEAST_LIFE_S)


def _read(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """The body. A reply that drips beyond the deadline or the limit counts as none."""
    octets = bytearray()
    while chunk := response.read(_CHUNK):
        octets += chunk
        if len(octets) > _LIMIT or time.monotonic() > deadline:
            raise ExchangeFailed("unreadable answer: too slow or too long")
    return bytes(octets)
