"""Template messages by Zalo, over one keep-alive connection pool, with the account's token kept by `zalo_tokens`."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from json import dumps, loads
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import aiohttp
import structlog

from kernel.clock import Clock
from kernel.retry_after import retry_after_s
from notify.channels.port import Outgoing, Question, Quota, Sighting
from notify.channels.zalo.table import (
    CERTAINTY,
    DAY_SPENT,
    NAME,
    REFRESH,
    ZaloSettings,
    class_of,
    error_outcome,
    integer,
    status_outcome,
)
from notify.channels.zalo.tokens import AccessToken, NoToken
from outbound.jobs.outcomes import AskFailed, Outcome, OutcomeKind

_SEND: Final = "/message/template"
_VIETNAM: Final = "+84"
_MSG_ID: Final = re.compile(r"[0-9A-Za-z_.:-]{1,100}")
# With less than this share left of the time it may take, a call is not begun.
_LEAST: Final = 0.125
_log = structlog.get_logger()


class TokenSource(Protocol):
    """Blocks; called by one thread at a time. `zalo_tokens.TokenKeeper` is the real one."""

    def current(self, rejected: str | None = None) -> AccessToken:
        """A token that is not `rejected`. Raises NoToken, or whatever its store raises."""
        ...


class _Tokens:
    """The token in use. Callers that need another one at the same time wait for the same answer."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source
        self._held: AccessToken | None = None
        self._ask_at = 0.0
        self._asking: asyncio.Task[AccessToken] | None = None

    async def get(self, rejected: str | None) -> str:
        held = self._held
        if held is not None and held.value != rejected and asyncio.get_running_loop().time() < self._ask_at:
            return held.value
        while True:
            if self._asking is None:
                self._asking = asyncio.create_task(asyncio.to_thread(self._source.current, rejected))
                self._asking.add_done_callback(self._answered)
            # Shielded: a caller who has no more time must not take the answer away from the others.
            found = await asyncio.shield(self._asking)
            if found.value != rejected:
                return found.value

    async def close(self) -> None:
        if self._asking is not None:
            await asyncio.wait([self._asking])

    def _answered(self, task: "asyncio.Task[AccessToken]") -> None:
        self._asking = None
        if not task.cancelled() and task.exception() is None:
            self._held = task.result()
            self._ask_at = asyncio.get_running_loop().time() + self._held.good_for_s


class ZaloGateway:
    """A `port.Gateway`. The body of a message is JSON {"template_id", "template_data"}.

    Zalo neither refuses a message it has seen nor lists what it has, so only a receipt clears up an unknown outcome; it
    carries the attempt's id back as the tracking id. How long a message stays worth sending cannot be said to it.
    """

    name = NAME
    certainty = CERTAINTY

    def __init__(self, settings: ZaloSettings, tokens: TokenSource, clock: Clock) -> None:
        parts = urlsplit(settings.base_url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("the gateway's base URL needs a scheme and a host")
        self.timeout_s = settings.timeout_s
        self.quota: Quota | None = None
        """As the latest answer said it; None before the first."""
        self._settings = settings
        self._tokens = _Tokens(tokens)
        self._clock = clock
        self._url = settings.base_url.rstrip("/") + _SEND
        self._session: aiohttp.ClientSession | None = None

    async def send(self, message: Outgoing) -> Outcome:
        request = _request(message)
        if isinstance(request, Outcome):
            return request
        ends = asyncio.get_running_loop().time() + self.timeout_s
        token: str | None = None
        for _ in range(2):
            found = await self._token(token, ends)
            if isinstance(found, Outcome):
                return found
            token = found
            code, outcome = await self._post(request, token, ends)
            if code is None or class_of(code) != REFRESH:
                return outcome
        return outcome

    async def find(self, question: Question) -> Sequence[Sighting]:
        """Zalo tells of a message by its own id only, and a call whose end nobody saw gave none."""
        del question
        raise AskFailed("this gateway cannot be asked")

    async def close(self) -> None:
        await self._tokens.close()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _token(self, rejected: str | None, ends: float) -> str | Outcome:
        """A token; without one nothing is sent, and the message waits."""
        try:
            async with asyncio.timeout_at(ends - self.timeout_s * _LEAST):
                return await self._tokens.get(rejected)
        except NoToken as error:
            problem = str(error)
        except Exception as error:
            problem = type(error).__name__
        _log.error("zalo.operator_needed", code="no_token", meaning=problem)
        return Outcome(OutcomeKind.TRANSIENT, code="no_token", reason=problem, operator=True)

    async def _post(self, request: bytes, token: str, ends: float) -> tuple[int | None, Outcome]:
        """Zalo's error code, if it said one, and what follows."""
        if self._session is None or self._session.closed:
            self._session = self._open()
        left = ends - asyncio.get_running_loop().time()
        limits = aiohttp.ClientTimeout(total=left, connect=left / 2)
        headers = {"access_token": token}
        try:
            async with self._session.post(
                self._url, data=request, headers=headers, timeout=limits, allow_redirects=False
            ) as answer:
                return self._read(answer.status, await answer.read(), retry_after_s(answer.headers))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # Not a byte of the request was written.
            return None, Outcome(OutcomeKind.TRANSIENT, code="no_connection", reason=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return None, Outcome(OutcomeKind.UNKNOWN, code="no_answer", reason=type(error).__name__)

    def _read(self, status: int, body: bytes, wait_s: float | None) -> tuple[int | None, Outcome]:
        said = _document(body)
        code = integer(said.get("error"))
        if code:
            if code == DAY_SPENT:
                self.quota = Quota(self.quota.daily if self.quota else 0, 0, self._clock.now())
            return code, error_outcome(code, self._clock.now(), self._settings.day_begins)
        if not 200 <= status < 300:
            return None, status_outcome(status, wait_s)
        data = said.get("data")
        ref = data.get("msg_id") if code == 0 and isinstance(data, dict) else None
        if not isinstance(ref, str | int) or isinstance(ref, bool) or not _MSG_ID.fullmatch(str(ref)):
            # It said yes in a way that we cannot read, so it may well have taken the message.
            return None, Outcome(OutcomeKind.UNKNOWN, code="bad_answer", reason="no message id")
        self.quota = _quota(data, self._clock.now()) or self.quota
        return None, Outcome(OutcomeKind.ACCEPTED, ref=str(ref))

    def _open(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._settings.connections, keepalive_timeout=20, ttl_dns_cache=60),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Content-Type": "application/json"},
        )


def _request(message: Outgoing) -> bytes | Outcome:
    if not message.to.startswith(_VIETNAM):
        return Outcome(OutcomeKind.PERMANENT, code="foreign_number", reason="Zalo reaches Vietnamese numbers only")
    body = _document(message.body.encode())
    template_id, data = body.get("template_id"), body.get("template_data")
    if not isinstance(template_id, str) or not isinstance(data, dict):
        return Outcome(OutcomeKind.PERMANENT, code="bad_body", reason="the body is no template with its data")
    sent = {
        "phone": message.to.removeprefix("+"),
        "template_id": template_id,
        "template_data": data,
        "tracking_id": message.attempt_id.hex,
    }
    return dumps(sent, ensure_ascii=False).encode()


def _document(text: bytes) -> dict[str, Any]:
    """A JSON object; {} for anything else."""
    try:
        found = loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _quota(data: Any, at: datetime) -> Quota | None:
    said = data.get("quota")
    if not isinstance(said, dict):
        return None
    daily, remaining = integer(said.get("dailyQuota")), integer(said.get("remainingQuota"))
    return None if daily is None or remaining is None else Quota(daily, remaining, at)
