"""SMS by Twilio through its own async client, over one keep-alive connection pool."""

import logging
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from json import loads
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import aiohttp
import structlog
from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from kernel.retry_after import retry_after_s
from notify.channels.port import Outgoing, Question, Sighting
from notify.channels.twilio.table import CERTAINTY, NAME, TwilioSettings, kind_of_status, refusal
from outbound.jobs.outcomes import AskFailed, Outcome, OutcomeKind

_SHORTEST_VALIDITY: Final = 6
_LONGEST_VALIDITY: Final = 36000
_PAGE: Final = 100
# Twilio lists the newest first; a list in slight disorder is still read this far past the beginning of the window.
_DISORDER: Final = timedelta(hours=1)
_CODE: Final = re.compile(r"[0-9]{1,9}")
_SID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_log = structlog.get_logger()


class _Refused(Exception):  # noqa: N818 - an answer, not a defect
    """An answer other than 2xx, with what the library's own exceptions leave out."""

    def __init__(self, status: int, code: int | None, wait_s: float | None) -> None:
        super().__init__(f"http {status}, code {code}")
        self.status = status
        self.code = code
        self.wait_s = wait_s


class _Wire(AsyncHttpClient):  # type: ignore[misc]  # the library is untyped
    """The library's HTTP port: our pool, our host, and no logging, because its own logs name the phone."""

    def __init__(self, settings: TwilioSettings) -> None:
        super().__init__(logging.getLogger("twilio.silent"), is_async=True, timeout=settings.timeout_s)
        parts = urlsplit(settings.base_url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("the gateway's base URL needs a scheme and a host")
        self._base = settings.base_url.rstrip("/")
        self._limits = aiohttp.ClientTimeout(total=settings.timeout_s, connect=settings.timeout_s / 2)
        self._connections = settings.connections
        login = f"{settings.account_sid}:{settings.auth_token}".encode()
        self._authorization = "Basic " + b64encode(login).decode()
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        **_: object,
    ) -> Response:
        if self._session is None or self._session.closed:
            self._session = self._open()
        path = url[url.index("/", url.index("//") + 2) :]
        if params:
            path += ("&" if "?" in path else "?") + urlencode(params)
        body = urlencode(data, doseq=True).encode() if data else None
        sent = {**(headers or {}), "Authorization": self._authorization}
        async with self._session.request(
            method, self._base + path, data=body, headers=sent, allow_redirects=False
        ) as answer:
            text = (await answer.read()).decode(errors="replace")
            if not 200 <= answer.status < 300:
                raise _Refused(answer.status, _error_code(text), retry_after_s(answer.headers))
            return Response(answer.status, text, answer.headers)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=20, ttl_dns_cache=60),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._limits,
        )


class TwilioGateway:
    """A `port.Gateway`. Twilio keeps no client reference, so a message is found by To, From and its exact Body."""

    name = NAME
    certainty = CERTAINTY

    def __init__(self, settings: TwilioSettings) -> None:
        self.timeout_s = settings.timeout_s
        self._wire = _Wire(settings)
        self._messages = Client(settings.account_sid, settings.auth_token, http_client=self._wire).messages
        self._callback = f"{settings.public_base_url}/v1/webhooks/{NAME}/"
        service = settings.sender.startswith("MG")
        self._sender = {"messaging_service_sid" if service else "from_": settings.sender}
        self._listed_sender = {} if service else {"from_": settings.sender}

    async def send(self, message: Outgoing) -> Outcome:
        extra: dict[str, object] = {}
        if message.valid_for_s is not None:
            extra["validity_period"] = max(_SHORTEST_VALIDITY, min(message.valid_for_s, _LONGEST_VALIDITY))
        try:
            made = await self._messages.create_async(
                to=message.to,
                body=message.body,
                status_callback=f"{self._callback}{message.attempt_id}",
                **self._sender,
                **extra,
            )
        except _Refused as refused:
            return refusal(refused.status, refused.code, retry_after_s=refused.wait_s)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # Not a byte of the request was written.
            return Outcome(OutcomeKind.TRANSIENT, code="no_connection", reason=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Outcome(OutcomeKind.UNKNOWN, code="no_answer", reason=type(error).__name__)
        except (TwilioException, ValueError, TypeError, AttributeError, KeyError) as error:
            # It said 2xx and then something we cannot read, so it may well have taken the message.
            return Outcome(OutcomeKind.UNKNOWN, code="bad_answer", reason=type(error).__name__)
        if not isinstance(made.sid, str) or not _SID.fullmatch(made.sid):
            return Outcome(OutcomeKind.UNKNOWN, code="bad_answer", reason="no message id")
        return Outcome(OutcomeKind.ACCEPTED, ref=made.sid)

    async def find(self, question: Question) -> Sequence[Sighting]:
        found: list[Sighting] = []
        with _as_ask_failed():
            # Not narrowed by DateSent: a message that still waits at Twilio has none and would be missed.
            records = await self._messages.stream_async(to=question.to, page_size=_PAGE, **self._listed_sender)
            async for record in records:
                created = record.date_created or datetime.now(UTC)
                if created < question.since - _DISORDER:
                    break
                if created >= question.since and record.body == question.body and _SID.fullmatch(record.sid or ""):
                    found.append(_sighting(record))
        return found[::-1]

    async def close(self) -> None:
        await self._wire.close()


def _sighting(record: Any) -> Sighting:
    code = str(record.error_code) if record.error_code else None
    return Sighting(record.sid, kind_of_status(str(record.status)), code)


@contextmanager
def _as_ask_failed() -> Iterator[None]:
    try:
        yield
    except _Refused as refused:
        _log.warning("twilio.question_refused", http_status=refused.status, code=refused.code)
        raise AskFailed(str(refused)) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise AskFailed(type(error).__name__) from None
    except (TwilioException, ValueError, TypeError, AttributeError, KeyError) as error:
        raise AskFailed(f"unreadable list: {type(error).__name__}") from None


def _error_code(text: str) -> int | None:
    try:
        code = loads(text).get("code")
    except (ValueError, AttributeError):
        return None
    if isinstance(code, str) and _CODE.fullmatch(code.strip()):
        return int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) else None
