"""OAuth v4 of an official account: codes bound to a PKCE challenge, access tokens, refresh tokens good for one use.

Tokens carry what they stand for and a mark of their own, so those issued before a restart of the sandbox stay good.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_CODE_LIFE_S = 600.0
_MARK_DIGITS = 32
_FIRST_CHAIN = "00000000"
BAD_APP = -14002
# Only the code above is confirmed by a published source; that these answers come with HTTP 200 is.
BAD_SECRET, BAD_GRANT, BAD_CODE, BAD_REFRESH = -14004, -14005, -14006, -14014
_SAYINGS = {
    BAD_APP: ("Invalid app id", "The app id is not valid"),
    BAD_SECRET: ("Invalid secret key", "The secret key is not valid"),
    BAD_GRANT: ("Invalid grant type", "The grant type is not supported"),
    BAD_CODE: ("Invalid authorization code", "The code is not valid, was used, or its verifier does not fit"),
    BAD_REFRESH: ("Invalid refresh token", "The refresh token is not valid, was used, or has expired"),
}


@dataclass(frozen=True, slots=True)
class Account:
    """One app linked to one official account. `first_refresh` is a refresh token that is known beforehand."""

    app_id: str
    app_secret: str
    first_refresh: str


def refusal(code: int) -> dict[str, Any]:
    """An error of the token endpoint."""
    name, reason = _SAYINGS.get(code, ("Error", "Unknown"))
    return {"error_name": name, "error_reason": reason, "ref_doc": "", "error_description": reason, "error": code}


class TokenShop:
    """Issues and checks. `now` gives Unix seconds; `life_s` is the life of the access tokens issued from now on."""

    def __init__(self, account: Account, now: Callable[[], float]) -> None:
        self._account = account
        self._now = now
        self.restart()

    def restart(self) -> None:
        """Forgets which refresh tokens were used and which access tokens were ended."""
        self.life_s = 90_000
        self.issued = 0
        self.refused = 0
        self._codes: dict[str, tuple[str, float]] = {}
        self._used: set[str] = set()
        self._ended_before = 0.0
        self._ended_code = 0

    def authorize(self, challenge: str) -> str:
        """A code as the consent page would send it back: for one use, within ten minutes, with this S256 challenge."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = (challenge, self._now() + _CODE_LIFE_S)
        return code

    def end_access(self, code: int) -> None:
        """From now on the access tokens issued so far are refused with `code`."""
        self._ended_before, self._ended_code = self._now(), code

    def exchange(self, form: Mapping[str, str], secret_key: str | None) -> dict[str, Any]:
        """The token endpoint: a pair, or an error."""
        outcome = self._chain(form, secret_key)
        if isinstance(outcome, int):
            self.refused += 1
            return refusal(outcome)
        self.issued += 1
        return self._pair(*outcome)

    def check(self, access_token: str | None) -> int:
        """0 for a good access token, else the code with which a call is refused."""
        head, _, mark = (access_token or "").rpartition(".")
        parts = head.split(".")
        if len(parts) != 5 or parts[0] != "a" or not hmac.compare_digest(mark.encode(), self._mark(head).encode()):
            return -124
        issued, life = int(parts[3]) / 1000, int(parts[4])
        if issued <= self._ended_before:
            return self._ended_code
        return -124 if self._now() >= issued + life else 0

    def _chain(self, form: Mapping[str, str], secret_key: str | None) -> tuple[str, int] | int:
        if form.get("app_id") != self._account.app_id:
            return BAD_APP
        if secret_key != self._account.app_secret:
            return BAD_SECRET
        if form.get("grant_type") == "authorization_code":
            return self._by_code(form)
        if form.get("grant_type") == "refresh_token":
            return self._by_refresh(form.get("refresh_token", ""))
        return BAD_GRANT

    def _by_code(self, form: Mapping[str, str]) -> tuple[str, int] | int:
        challenge, ends = self._codes.pop(form.get("code", ""), ("", 0.0))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if self._now() >= ends or base64.urlsafe_b64encode(digest).decode().rstrip("=") != challenge:
            return BAD_CODE
        return secrets.token_hex(4), 1

    def _by_refresh(self, token: str) -> tuple[str, int] | int:
        serial = self._serial(token)
        if serial is None or token in self._used:
            return BAD_REFRESH
        self._used.add(token)
        return serial[0], serial[1] + 1

    def _serial(self, token: str) -> tuple[str, int] | None:
        if token == self._account.first_refresh:
            return _FIRST_CHAIN, 0
        head, _, mark = token.rpartition(".")
        parts = head.split(".")
        if len(parts) != 3 or parts[0] != "r" or not hmac.compare_digest(mark.encode(), self._mark(head).encode()):
            return None
        return parts[1], int(parts[2])

    def _pair(self, chain: str, serial: int) -> dict[str, Any]:
        access = f"a.{chain}.{serial}.{int(self._now() * 1000)}.{self.life_s}"
        refresh = f"r.{chain}.{serial}"
        return {
            "access_token": f"{access}.{self._mark(access)}",
            "refresh_token": f"{refresh}.{self._mark(refresh)}",
            "expires_in": str(self.life_s),
        }

    def _mark(self, head: str) -> str:
        return hmac.digest(self._account.app_secret.encode(), head.encode(), "sha256").hex()[:_MARK_DIGITS]
