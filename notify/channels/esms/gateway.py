"""SMS by eSMS under a brandname, over one keep-alive connection pool."""

import re
from collections.abc import Sequence
from json import dumps, loads
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from kernel.retry_after import retry_after_s
from notify.channels.esms.receipts import callback_mac
from notify.channels.esms.table import CERTAINTY, NAME, EsmsSettings, outcome_of, refusal
from notify.channels.port import Outgoing, Question, Sighting
from notify.templates.sms_text import measure
from outbound.jobs.outcomes import AskFailed, Outcome, OutcomeKind

_SEND: Final = "/MainService.svc/json/SendMultipleMessage_V4_post_json/"
_CUSTOMER_CARE: Final = "2"
_VIETNAM: Final = "+84"
_CODE: Final = re.compile(r"-?[0-9]{1,6}")
_SMSID: Final = re.compile(r"[!-~]{1,64}")


class EsmsGateway:
    """A `port.Gateway`. eSMS refuses a RequestId it has seen within a day, so a call whose end nobody saw is made again
    under the same one. How long a message stays worth sending cannot be said to it.

    `callback_key` is what the addresses of callbacks are made with.
    """

    name = NAME
    certainty = CERTAINTY

    def __init__(self, settings: EsmsSettings, callback_key: bytes) -> None:
        parts = urlsplit(settings.base_url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("the gateway's base URL needs a scheme and a host")
        self.timeout_s = settings.timeout_s
        self._settings = settings
        self._key = callback_key
        self._url = settings.base_url.rstrip("/") + _SEND
        self._callback = f"{settings.public_base_url}/v1/webhooks/{NAME}"
        self._session: aiohttp.ClientSession | None = None

    async def send(self, message: Outgoing) -> Outcome:
        if not message.to.startswith(_VIETNAM):
            return Outcome(OutcomeKind.PERMANENT, code="foreign_number", reason="eSMS reaches Vietnamese numbers only")
        if self._session is None or self._session.closed:
            self._session = self._open()
        body = dumps(self._request(message)).encode()
        try:
            async with self._session.post(self._url, data=body, allow_redirects=False) as answer:
                said = await answer.read()
                return _read(answer.status, said, retry_after_s(answer.headers))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # Not a byte of the request was written.
            return Outcome(OutcomeKind.TRANSIENT, code="no_connection", reason=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Outcome(OutcomeKind.UNKNOWN, code="no_answer", reason=type(error).__name__)

    async def find(self, question: Question) -> Sequence[Sighting]:
        """eSMS lists nothing by phone and text."""
        del question
        raise AskFailed("this gateway cannot be asked")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _request(self, message: Outgoing) -> dict[str, str]:
        mac = callback_mac(self._key, message.attempt_id, message.reference)
        return {
            "ApiKey": self._settings.api_key,
            "SecretKey": self._settings.secret_key,
            "Phone": "0" + message.to.removeprefix(_VIETNAM),
            "Content": message.body,
            "Brandname": self._settings.brandname,
            "SmsType": _CUSTOMER_CARE,
            "IsUnicode": "1" if measure(message.body).encoding == "UCS-2" else "0",
            "Sandbox": "0",
            "RequestId": message.reference,
            "CallbackUrl": f"{self._callback}/{message.attempt_id}/{mac}",
        }

    def _open(self) -> aiohttp.ClientSession:
        limits = aiohttp.ClientTimeout(total=self._settings.timeout_s, connect=self._settings.timeout_s / 2)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._settings.connections, keepalive_timeout=20, ttl_dns_cache=60),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Content-Type": "application/json"},
            timeout=limits,
        )


def _read(status: int, said: bytes, wait_s: float | None) -> Outcome:
    try:
        document: Any = loads(said)
    except ValueError:
        document = None
    code = document.get("CodeResult") if isinstance(document, dict) else None
    if isinstance(code, int | str) and not isinstance(code, bool) and _CODE.fullmatch(str(code).strip()):
        smsid = document.get("SMSID")
        return outcome_of(str(code).strip(), smsid if isinstance(smsid, str) and _SMSID.fullmatch(smsid) else None)
    if 200 <= status < 300:
        # It said yes in a way that we cannot read, so it may well have taken the message.
        return Outcome(OutcomeKind.UNKNOWN, code="bad_answer", reason="no result code")
    return refusal(status, retry_after_s=wait_s)
