"""The portal's tokens: an account's password for a pair, a refresh token good for one use, ended by revoking.

A token carries what it stands for and a mark of its own, so those issued before a restart of the sandbox stay good.
Refresh tokens hold characters that a query string must encode.
"""

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

CLIENT_ID: Final = "sandbox-vendor"
AUTHORITY: Final = "kbtt:create-3th"
_PARTS: Final = 5
_LIFE_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Vendor:
    """The Basic values of the vendor: "name:secret" for logging in, another pair for refreshing."""

    login: str
    refresh: str

    @staticmethod
    def sent(header: str | None) -> str:
        """The pair of a Basic header, "" for anything else."""
        kind, _, value = (header or "").partition(" ")
        if kind.lower() != "basic":
            return ""
        try:
            return base64.b64decode(value, validate=True).decode()
        except ValueError:
            return ""


class TokenDesk:
    """Issues and checks. `now` gives Unix seconds; `life_s` is the life of the access tokens issued from now on."""

    def __init__(self, key: str, now: Callable[[], float]) -> None:
        self._key = key.encode()
        self._now = now
        self.restart()

    def restart(self) -> None:
        self.life_s = _LIFE_S
        self.issued = self.refreshed = self.revoked = 0
        self._used: set[str] = set()
        self._ended: set[str] = set()
        self._ended_through = 0
        self._serial = 0

    def end_all(self) -> None:
        """From now on the access tokens issued so far are refused."""
        self._ended_through = self._serial

    def issue(self, account: str) -> dict[str, Any]:
        """The `data` of a log-in."""
        self.issued += 1
        return self._pair(account)

    def renew(self, refresh_token: str) -> dict[str, Any] | None:
        """The `data` of a refresh; None for a token that is not good, or was used before."""
        account = self._account(refresh_token, "r")
        if account is None or refresh_token in self._used:
            return None
        self._used.add(refresh_token)
        self.refreshed += 1
        return self._pair(account)

    def revoke(self, access_token: str) -> bool:
        known = self.account_of(access_token) is not None
        self._ended.add(access_token)
        self.revoked += known
        return known

    def account_of(self, access_token: str) -> str | None:
        """Whose token this is, None when it is not good (any more)."""
        account = self._account(access_token, "a")
        if account is None or access_token in self._ended:
            return None
        issued, life, serial = access_token.partition("+/")[0].split(".")[2:]
        if int(serial) <= self._ended_through or self._now() >= int(issued) / 1000 + int(life):
            return None
        return account

    def _account(self, token: str, kind: str) -> str | None:
        head, _, mark = token.partition("+/")
        parts = head.split(".")
        if len(parts) != _PARTS or parts[0] != kind or not hmac.compare_digest(mark.encode(), self._mark(head)):
            return None
        return base64.urlsafe_b64decode(parts[1]).decode()

    def _pair(self, account: str) -> dict[str, Any]:
        self._serial += 1
        now, name = self._now(), base64.urlsafe_b64encode(account.encode()).decode()
        tail = f"{name}.{int(now * 1000)}.{self.life_s}.{self._serial}"
        return {
            "AccessToken": self._marked(f"a.{tail}"),
            "RefreshToken": self._marked(f"r.{tail}"),
            "TokenType": "bearer",
            "Exp": int(now) + self.life_s,
            "Authorities": [AUTHORITY],
            "ClientId": CLIENT_ID,
            "LoaiTK": "CSLT",
            "CsltId": account,
            "IsCsltChinh": True,
        }

    def _marked(self, head: str) -> str:
        return f"{head}+/{self._mark(head).decode()}"

    def _mark(self, head: str) -> bytes:
        return base64.b64encode(hmac.digest(self._key, head.encode(), "sha256"))[:31] + b"="
