"""The tokens of the official account: one row, renewed by one worker at a time, never overwritten by a failure.

A refresh token is good for one use, so the row stays locked during the call that uses it: this call goes to one host,
is short, and happens about once a day. The new pair is committed before anybody uses it.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, Select, extract, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.observing.metrics import TOKEN_EXCHANGES
from kernel.vault import Vault
from notify.channels.zalo.oauth import Exchange, ExchangeFailed, Pair
from notify.channels.zalo.table import NAME, ZaloSettings
from notify.registers import ACCESS_FIELD, REFRESH_FIELD, OAuthToken

NOT_CONNECTED: Final = "not connected: no refresh token"
# Of a life of 25 hours this is 20: five are left for a person to act in when renewals fail.
_RENEW_AFTER: Final = 0.8
TRY_AGAIN: Final = timedelta(seconds=60)
JUST_RENEWED: Final = "rejected right after it was renewed"
_log = structlog.get_logger()


class NoToken(Exception):  # noqa: N818 - says what there is
    """There is no access token that may be used. The text is what an operator reads; it holds no token."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """`good_for_s`: seconds after which the keeper should be asked again."""

    value: str = field(repr=False)
    good_for_s: float


@dataclass(frozen=True, slots=True)
class TokenState:
    """What an operator sees. `problem` is what the last exchange failed with."""

    connected: bool
    refreshed_at: datetime | None
    expires_at: datetime | None
    problem: str | None
    problem_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Held:
    """The row. `left_s`: seconds the access token still lives; `due_s`: seconds until it is to be renewed (less than 0
    for overdue); `rest_s`: seconds until another try is allowed after a failed one; `age_s`: since the renewal."""

    row: OAuthToken
    left_s: float
    due_s: float
    rest_s: float
    age_s: float


class TokenKeeper:
    """For one thread at a time; any number of keepers, in any number of processes, share the row.

    `try_again`: the least time from an exchange to the next one, whether it failed or gave a token that is rejected.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        settings: ZaloSettings,
        exchange: Exchange,
        *,
        try_again: timedelta = TRY_AGAIN,
    ) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings
        self._exchange = exchange
        self._try_again = try_again
        # What came back from an exchange and could not be committed, with the refresh token it was got for.
        self._unsaved: tuple[str, Pair] | None = None

    def current(self, rejected: str | None = None) -> AccessToken:
        """An access token that is not `rejected`, renewed if it is time. Raises NoToken, or the database's errors.

        While a renewal fails, the old token is given out as long as it lives.
        """
        if self._unsaved is None:
            with self._database.transaction() as session:
                held = self._find(session)
                found = None if held is None else self._usable(held, rejected)
            if found is not None:
                return found
        with self._database.transaction() as session:
            outcome = self._renew(session, rejected)
        self._unsaved = None
        if isinstance(outcome, AccessToken):
            return outcome
        raise NoToken(outcome)

    def connect(self, code: str, verifier: str) -> None:
        """Exchanges the code that the consent page sent back for the first pair, and stores it over whatever there was.

        Raises ExchangeFailed, and then nothing is changed.
        """
        with self._database.transaction() as session:
            held = self._lock(session) or self._open(session, "")
            self._store(session, held.row, self._exchange.by_code(code, verifier))

    def state(self) -> TokenState:
        """What is known of the account's tokens."""
        with self._database.transaction() as session:
            held = self._find(session)
            if held is None:
                return TokenState(connected=False, refreshed_at=None, expires_at=None, problem=None, problem_at=None)
            row = held.row
            return TokenState(held.left_s > 0, row.refreshed_at, row.expires_at, row.problem, row.problem_at)

    def _renew(self, session: Session, rejected: str | None) -> AccessToken | str:
        """A token, or what is wrong. Under the row's lock, in a transaction that commits either way."""
        held = self._first(session)
        if held is None:
            return NOT_CONNECTED
        used = self._vault.open(REFRESH_FIELD, held.row.id, held.row.refresh_token)
        if self._unsaved is not None and self._unsaved[0] == used:
            return self._store(session, held.row, self._unsaved[1])
        # Whoever held the lock before us may have renewed it, or just found that it cannot be done.
        found = self._usable(held, rejected)
        if found is not None:
            return found
        if held.rest_s > 0 or held.age_s < self._try_again.total_seconds():
            return held.row.problem or JUST_RENEWED
        try:
            pair = self._exchange.by_refresh(used)
        except ExchangeFailed as failed:
            self._note(session, held.row, failed.problem)
            held = self._lock(session)
            return (None if held is None else self._usable(held, rejected)) or failed.problem
        self._unsaved = (used, pair)
        return self._store(session, held.row, pair)

    def _usable(self, held: _Held, rejected: str | None) -> AccessToken | None:
        """The row's token, unless it is rejected, dead, or to be renewed now."""
        if held.row.access_token is None or held.left_s <= 0 or (held.due_s <= 0 and held.rest_s <= 0):
            return None
        value = self._vault.open(ACCESS_FIELD, held.row.id, held.row.access_token)
        if value == rejected:
            return None
        wait = held.due_s if held.due_s > 0 else held.rest_s
        return AccessToken(value, min(wait, held.left_s))

    def _first(self, session: Session) -> _Held | None:
        """The row, locked; made or filled from the settings while no pair was ever got."""
        held = self._lock(session)
        given = self._settings.refresh_token
        if held is None:
            return self._open(session, given) if given else None
        row = held.row
        if row.access_token is None and given and self._vault.open(REFRESH_FIELD, row.id, row.refresh_token) != given:
            row.refresh_token = self._vault.seal(REFRESH_FIELD, row.id, given)
            row.problem, row.problem_at = None, None
            session.flush()
            return self._lock(session)
        return held

    def _open(self, session: Session, refresh_token: str) -> _Held:
        """A row without an access token, locked; somebody else's if they were quicker."""
        row = new_id()
        session.execute(
            insert(OAuthToken)
            .values(
                id=row,
                provider=NAME,
                account=self._settings.oa_id,
                refresh_token=self._vault.seal(REFRESH_FIELD, row, refresh_token),
            )
            .on_conflict_do_nothing(index_elements=["provider", "account"])
        )
        held = self._lock(session)
        if held is None:
            raise LookupError("the row of the tokens is gone")
        return held

    def _store(self, session: Session, row: OAuthToken, pair: Pair) -> AccessToken:
        row.access_token = self._vault.seal(ACCESS_FIELD, row.id, pair.access_token)
        row.refresh_token = self._vault.seal(REFRESH_FIELD, row.id, pair.refresh_token)
        now = session.scalar(select(func.clock_timestamp()))
        row.refreshed_at = now
        row.expires_at = None if now is None else now + timedelta(seconds=pair.life_s)
        row.problem, row.problem_at = None, None
        session.flush()
        TOKEN_EXCHANGES.labels(provider=NAME, result="renewed").inc()
        _log.info("zalo.tokens_renewed", life_s=pair.life_s)
        return AccessToken(pair.access_token, pair.life_s * _RENEW_AFTER)

    def _note(self, session: Session, row: OAuthToken, problem: str) -> None:
        row.problem = problem
        row.problem_at = session.scalar(select(func.clock_timestamp()))
        session.flush()
        TOKEN_EXCHANGES.labels(provider=NAME, result="failed").inc()
        _log.error("zalo.operator_needed", code="token", meaning=problem)

    def _find(self, session: Session) -> _Held | None:
        return self._read(session, self._query())

    def _lock(self, session: Session) -> _Held | None:
        return self._read(session, self._query().with_for_update(of=OAuthToken))

    def _read(self, session: Session, query: Select[Any]) -> _Held | None:
        found = session.execute(query.execution_options(populate_existing=True)).one_or_none()
        if found is None:
            return None
        row, *spans = found
        left, age, troubled = (None if span is None else float(span) for span in spans)
        rest = 0.0 if troubled is None else self._try_again.total_seconds() - troubled
        if left is None or age is None:
            return _Held(row, left_s=0.0, due_s=0.0, rest_s=rest, age_s=math.inf)
        return _Held(row, left_s=left, due_s=(left + age) * _RENEW_AFTER - age, rest_s=rest, age_s=age)

    def _query(self) -> Select[Any]:
        # The database's clock, which all workers share, as it is now and not when the transaction began: a wait for
        # the lock lies between.
        now = func.clock_timestamp()
        return select(
            OAuthToken,
            _seconds(OAuthToken.expires_at - now),
            _seconds(now - OAuthToken.refreshed_at),
            _seconds(now - OAuthToken.problem_at),
        ).where(OAuthToken.provider == NAME, OAuthToken.account == self._settings.oa_id)


def _seconds(span: ColumnElement[Any]) -> ColumnElement[Any]:
    return extract("epoch", span)
