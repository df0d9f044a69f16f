"""A person's account as an app holds it: log-in through the eID provider, tokens, and calls in their name."""

import secrets
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from journey.wire import Answer, Refused, Wire, Witness

LANGUAGE: Final = "vi"
# A token that ends in this time may end before a slow call is looked at.
_SPARE_S: Final = 60.0
# An officer's session ends when nobody used it for a quarter of an hour.
_LONG_AWAY_S: Final = 600.0


class LoginRefused(Exception):  # noqa: N818 - reads as what it says
    """The eID provider sent the person back without a code."""


class Account:
    """`login` is the person's handle at the sandbox's provider."""

    role = "citizen"

    def __init__(self, api_url: str, *, witness: Witness | None = None) -> None:
        self.wire = Wire(api_url, witness=witness)
        self.tokens = {}
        self._login: str | None = None

    @property
    def tokens(self) -> dict[str, Any]:
        """What the last log-in or refresh gave; empty before."""
        return self._tokens

    @tokens.setter
    def tokens(self, given: dict[str, Any]) -> None:
        lasts = float(given.get("expires_in", 0.0))
        self._tokens = given
        self._given_at = time.monotonic()
        self._fresh_until = self._given_at + lasts - min(_SPARE_S, lasts / 2)

    def log_in(self, login: str) -> None:
        """Raises LoginRefused, and Refused for what our own side says no to."""
        begun = self.wire.call("POST", "/v1/auth/logins", json_body={"as": self.role}).json()
        came_back = visit_provider(begun["authorization_url"], login)
        if "code=" not in came_back:
            raise LoginRefused("no code")
        body = {
            "callback_query": came_back,
            "login_secret": begun["login_secret"],
            "device": "máy thử",
        }
        answer = self.wire.call("POST", f"/v1/auth/logins/{begun['login_id']}/complete", json_body=body)
        self.tokens = answer.json()
        self._login = login

    def refresh(self) -> None:
        body = {"refresh_token": self.tokens["refresh_token"]}
        self.tokens = self.wire.call("POST", "/v1/auth/tokens", json_body=body).json()

    def log_out(self) -> None:
        self.call("POST", "/v1/auth/logout")
        self._login = None

    def me(self) -> Any:
        return self.call("GET", "/v1/me").json()

    def ask(self, method: str, target: str, *, headers: Mapping[str, str] | None = None, **options: Any) -> Answer:
        """One call in the person's name, whatever its answer; after a 401 once more, if there are fresh tokens.

        A phone does so too: its clock may be off, and its session's level may have changed.
        """
        answer = self.wire.ask(method, target, headers={**self.identified(), **(headers or {})}, **options)
        if answer.status == 401 and self.tokens and self._refreshed():
            answer = self.wire.ask(method, target, headers={**self.identified(), **(headers or {})}, **options)
        return answer

    def call(self, method: str, target: str, **options: Any) -> Answer:
        """The same for what must succeed. Raises Refused."""
        answer = self.ask(method, target, **options)
        if answer.status >= 400:
            raise Refused(answer)
        return answer

    def act(
        self, target: str, body: Any, *, key: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """A POST that creates or acts, under a new Idempotency-Key unless one is given."""
        sent = {"Idempotency-Key": key or new_key(), **(headers or {})}
        return self.call("POST", target, json_body=body, headers=sent)

    def identified(self) -> dict[str, str]:
        """What says who calls, with an access token that lasts for the call; one about to end is replaced first."""
        if self.tokens and time.monotonic() >= self._fresh_until:
            self._refreshed()
        headers = {"Accept-Language": LANGUAGE}
        if self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens['access_token']}"
        return headers

    def _refreshed(self) -> bool:
        """Whether there are new tokens; a session that was ended has none, and its answer stands as it came.

        Who comes back after a long while logs in again.
        """
        away_s = time.monotonic() - self._given_at
        try:
            self.refresh()
        except Refused:
            if self._login is None or away_s < _LONG_AWAY_S:
                return False
            self.log_in(self._login)
        return True

    def close(self) -> None:
        self.wire.close()


def new_key() -> str:
    return secrets.token_hex(16)


def visit_provider(authorization_url: str, login: str) -> str:
    """The query that the provider's redirect carries; the redirect goes to the app, not over the network."""
    parts = urlsplit(authorization_url)
    browser = Wire(f"{parts.scheme}://{parts.netloc}")
    answer = browser.ask("GET", f"{parts.path}?{parts.query}&{urlencode({'login_hint': login})}")
    browser.close()
    if answer.status not in (302, 303):
        raise LoginRefused(f"{answer.status} {answer.body[:200].decode(errors='replace')}")
    return urlsplit(answer.headers["location"]).query
