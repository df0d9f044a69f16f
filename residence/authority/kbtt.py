"""The lodging API v1.4 (KBTT, Cục Quản lý xuất nhập cảnh) over one pool of kept connections.

Addresses here may carry tokens and bodies guests, so nothing of a call is ever logged but its kind and status.
"""

import asyncio
import json
from collections.abc import Sequence
from datetime import date
from typing import Final
from urllib.parse import urlencode, urlsplit

import aiohttp
import structlog
from yarl import URL

from kernel.retry_after import retry_after_s
from outbound.jobs.outcomes import AskFailed, OutcomeKind
from residence.accounts.account import FAULTS
from residence.authority.answers import outcome_of
from residence.authority.port import Account, ArrayOutcome, Element, Trial
from residence.authority.settings import AuthoritySettings, basic
from residence.authority.tokens import Asked, NoToken, Reply, TokenPurse
from residence.transmission.states import TransmissionKind

_PATHS: Final = {
    TransmissionKind.FOREIGN: "/client-service/kbtt/kbtt-3th",
    TransmissionKind.VIETNAMESE: "/client-service/kbtt-vn/kbtt-3th",
    TransmissionKind.CHANGE: "/client-service/kbtt-vn/kbtt-3th/doi-ngay-tra-phong",
}
# A password that is refused is asked about by a person, not tried until the account is locked.
_LOGIN_AGAIN_S: Final = 900.0
_FAREWELL_S: Final = 2.0
_NOT_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_log = structlog.get_logger()


class KbttPortal:
    """A `port.LodgingPortal`."""

    def __init__(self, settings: AuthoritySettings) -> None:
        parts = urlsplit(settings.base_url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("the authority's base URL needs a scheme and a host")
        self.timeout_s = settings.timeout_s + settings.preparing_s
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None
        self._purse = TokenPurse(self._ask, basic(settings.login), basic(settings.refresh))

    async def declare(self, account: Account, kind: TransmissionKind, array: Sequence[Element]) -> ArrayOutcome:
        for last in (False, True):
            token = await self._token(account)
            if isinstance(token, ArrayOutcome):
                return token
            asked = Asked("POST", _PATHS[kind], f"Bearer {token}", array=list(array))
            outcome = await self._declared(asked, len(array))
            if outcome is not None:
                return outcome
            self._purse.forget(account, token)
            if last:
                break
        return ArrayOutcome(OutcomeKind.TRANSIENT, code="http_401", operator=True)

    async def count(self, account: Account, kind: TransmissionKind, day: date) -> int | None:
        if not self._settings.count_path or kind is TransmissionKind.CHANGE:
            return None
        token = await self._token(account)
        if isinstance(token, ArrayOutcome):
            raise AskFailed(str(token.code))
        query = urlencode({"ngay": day.isoformat(), "loai": kind.value})
        try:
            reply = await self._ask(Asked("GET", f"{self._settings.count_path}?{query}", f"Bearer {token}"))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise AskFailed(type(error).__name__) from None
        if reply.status == 401:
            self._purse.forget(account, token)
        if reply.status == 404:
            return None
        data = reply.body.get("data") if reply.status == 200 and isinstance(reply.body, dict) else None
        number = data.get("soLuong") if isinstance(data, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            raise AskFailed(f"http_{reply.status}")
        return number

    async def try_account(self, account: Account) -> Trial:
        try:
            await self._purse.access(account)
        except NoToken as error:
            return Trial.REFUSED if error.code in FAULTS else Trial.UNANSWERED
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Trial.UNANSWERED
        return Trial.WORKS

    async def close(self) -> None:
        if self._session is None:
            return
        try:
            async with asyncio.timeout(_FAREWELL_S):
                await self._purse.revoke_all()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            _log.info("authority.not_revoked", error=type(error).__name__)
        await self._session.close()
        self._session = None

    async def _token(self, account: Account) -> str | ArrayOutcome:
        """A good token, or why there is none; without one nothing was declared."""
        try:
            return await self._purse.access(account)
        except NoToken as error:
            wait = _LOGIN_AGAIN_S if error.refused else None
            return ArrayOutcome(OutcomeKind.TRANSIENT, code=error.code, retry_after_s=wait, operator=error.refused)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return ArrayOutcome(OutcomeKind.TRANSIENT, code="no_connection", reason=type(error).__name__)

    async def _declared(self, asked: Asked, size: int) -> ArrayOutcome | None:
        """None when the token was not accepted, and so nothing was looked at."""
        try:
            reply = await self._ask(asked)
        except _NOT_SENT as error:
            return ArrayOutcome(OutcomeKind.TRANSIENT, code="no_connection", reason=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return ArrayOutcome(OutcomeKind.UNKNOWN, code="no_answer", reason=type(error).__name__)
        if reply.status == 401:
            return None
        outcome = outcome_of(reply.status, reply.body, size, retry_after_s=reply.retry_after_s)
        if outcome.operator or outcome.kind is OutcomeKind.UNKNOWN:
            _log.warning("authority.answer", http_status=reply.status, code=outcome.code)
        return outcome

    async def _ask(self, asked: Asked) -> Reply:
        if self._session is None or self._session.closed:
            self._session = self._open()
        headers = {"Authorization": asked.authorization}
        body: bytes | None = None
        if asked.array is not None:
            body = json.dumps(asked.array, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        elif asked.form is not None:
            body = urlencode(asked.form).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        # Marked as encoded: the library would otherwise write %2B in a token as the sign it stands for.
        address = URL(self._settings.base_url + asked.path, encoded=True)
        async with self._session.request(
            asked.method, address, data=body, headers=headers, allow_redirects=False
        ) as answer:
            text = await answer.text(errors="replace")
            return Reply(answer.status, _json(text), retry_after_s(answer.headers))

    def _open(self) -> aiohttp.ClientSession:
        limit = self._settings.timeout_s
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._settings.connections, keepalive_timeout=20, ttl_dns_cache=60),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=limit, connect=limit / 2),
        )


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
