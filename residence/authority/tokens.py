"""Tokens of lodgings' accounts at the portal, in memory only: a lost one costs a log-in, a stolen one a lodging's name.

The portal's names: the form field `grant-type` with a hyphen, replies in PascalCase, `Exp` in Unix seconds, a refresh
by query string under another Basic value, each giving a new refresh token.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from residence.accounts.account import LOGIN_REFUSED, NO_PERMIT
from residence.authority.port import Account

PERMIT: Final = "kbtt:create-3th"
LOG_IN_PATH: Final = "/authorization-service/oauth/token"
_REFRESH: Final = "/authorization-service/oauth/refresh-token?refresh_token="
_REVOKE: Final = "/authorization-service/oauth/revoke?access_token="
_LEFT_S: Final = 60.0
_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the portal; `body` is its JSON, None when it is not JSON."""

    status: int
    body: Any
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A call: `form` goes as an HTML form, `array` as JSON."""

    method: str
    path: str = field(repr=False)
    authorization: str = field(repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    array: Any = field(default=None, repr=False)


Ask = Callable[[Asked], Awaitable[Reply]]


class NoToken(Exception):  # noqa: N818 - an answer, not a defect
    """The portal gave no token. `refused`: it does not accept the account or us; else it may in a while."""

    def __init__(self, code: str, *, refused: bool) -> None:
        super().__init__(code)
        self.code = code
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Pair:
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    ends: float


class TokenPurse:
    """`login` and `renew` are the vendor's Authorization headers; `now` gives Unix seconds."""

    def __init__(self, ask: Ask, login: str, renew: str, now: Callable[[], float] = time.time) -> None:
        self._ask = ask
        self._login = login
        self._renew = renew
        self._now = now
        self._pairs: OrderedDict[Account, Pair] = OrderedDict()
        self._locks: dict[Account, asyncio.Lock] = {}

    async def access(self, account: Account) -> str:
        """A token good for a minute at least. Raises NoToken, and what the network raises."""
        async with self._locks.setdefault(account, asyncio.Lock()):
            pair = self._pairs.get(account)
            if pair is None or self._now() > pair.ends - _LEFT_S:
                pair = await self._fresh(account, pair)
                self._keep(account, pair)
            self._pairs.move_to_end(account)
            return pair.access

    def forget(self, account: Account, access: str) -> None:
        """The portal does not accept this token any more."""
        pair = self._pairs.get(account)
        if pair is not None and pair.access == access:
            del self._pairs[account]

    async def revoke_all(self) -> None:
        """Ends every token that is still good, at the portal as well. Raises what the network raises."""
        pairs = [self._pairs.popitem()[1] for _ in range(len(self._pairs))]
        for pair in pairs:
            if pair.ends > self._now():
                await self._ask(Asked("DELETE", revoke_path(pair.access), f"Bearer {pair.access}"))

    async def _fresh(self, account: Account, old: Pair | None) -> Pair:
        if old is not None:
            reply = await self._ask(Asked("POST", _REFRESH + quote(old.refresh, safe=""), self._renew))
            if reply.status == 200 and (pair := _pair_of(reply.body)) is not None:
                return pair
        return await self._log_in(account)

    async def _log_in(self, account: Account) -> Pair:
        reply = await self._ask(Asked("POST", LOG_IN_PATH, self._login, form=log_in_form(account)))
        return pair_after(reply)

    def _keep(self, account: Account, pair: Pair) -> None:
        self._pairs[account] = pair
        if len(self._pairs) > _KEPT:
            gone, _ = self._pairs.popitem(last=False)
            self._locks.pop(gone, None)


def log_in_form(account: Account) -> dict[str, str]:
    return {"username": account.username, "password": account.password, "grant-type": "api_cslt"}


def revoke_path(access: str) -> str:
    return _REVOKE + quote(access, safe="")


def pair_after(reply: Reply) -> Pair:
    """The pair that a log-in gave. Raises NoToken.

    401 is taken for the vendor's own pair, as OAuth has it, and not for the account: no document of the portal says
    (unconfirmed).
    """
    if reply.status >= 500 or reply.status in (408, 429):
        raise NoToken(f"token_http_{reply.status}", refused=False)
    if reply.status == 401:
        raise NoToken("vendor_refused", refused=True)
    pair = _pair_of(reply.body) if reply.status == 200 else None
    if pair is None:
        raise NoToken(LOGIN_REFUSED if reply.status != 200 else "token_unreadable", refused=True)
    return pair


def _pair_of(body: Any) -> Pair | None:
    """The pair in a reply; its `data` is an object, or a list of one."""
    data = body.get("data") if isinstance(body, Mapping) else None
    told = data[0] if isinstance(data, list) and data else data
    if not isinstance(told, Mapping):
        return None
    access, refresh, ends = told.get("AccessToken"), told.get("RefreshToken"), told.get("Exp")
    permits = told.get("Authorities")
    if not isinstance(access, str) or not isinstance(refresh, str) or not isinstance(ends, int | float) or not access:
        return None
    if not isinstance(permits, list) or PERMIT not in permits:
        raise NoToken(NO_PERMIT, refused=True)
    return Pair(access, refresh, float(ends))
