"""Zalo's settings, and its words as data: error codes and what to do about them. Loads no network library."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final, NamedTuple

import structlog

from kernel.clock import local
from notify.channels.port import Certainty
from notify.pages import read_page
from outbound.jobs.outcomes import Outcome, OutcomeKind

NAME: Final = "zalo"
CERTAINTY: Final = Certainty.NEITHER
REAL_BASE_URL: Final = "https://business.openapi.zalo.me"
REAL_OAUTH_URL: Final = "https://oauth.zaloapp.com"
# Outside these Zalo refuses template messages. The rule names no time zone; that it means Vietnam's is unconfirmed.
HOURS: Final = (time(6), time(22))
DAY_SPENT: Final = -144
"""The account has sent as many messages as it may in a day."""
_LONGEST_INTEGER: Final = 12
_GREATEST: Final = 2**31
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ZaloSettings:
    """One app linked to one official account (OA). `oa_secret` signs events; `app_secret` exchanges tokens.

    `refresh_token` is the first one, used only while the database holds no tokens. The base URLs replace scheme and
    host of every call. `hours`: the local times between which messages are taken; None for day and night.
    """

    app_id: str
    app_secret: str = field(repr=False)
    oa_id: str
    oa_secret: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    base_url: str = REAL_BASE_URL
    oauth_url: str = REAL_OAUTH_URL
    timeout_s: float = 8.0
    connections: int = 64
    hours: tuple[time, time] | None = HOURS

    @property
    def day_begins(self) -> time:
        """When what was refused for the night, or for the day, is taken again."""
        return (self.hours or HOURS)[0]


class Class(StrEnum):
    """What is to be done about a code; see the head of `zalo_codes.yaml`."""

    TRANSIENT = "transient"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"
    FALLBACK = "fallback"
    NIGHT = "night"
    TOMORROW = "tomorrow"
    REFRESH = "refresh"
    OPERATOR = "operator"


_KINDS: Final[Mapping[Class, OutcomeKind]] = {
    Class.TRANSIENT: OutcomeKind.TRANSIENT,
    Class.PERMANENT: OutcomeKind.PERMANENT,
    Class.UNKNOWN: OutcomeKind.UNKNOWN,
    Class.FALLBACK: OutcomeKind.PERMANENT,
    Class.NIGHT: OutcomeKind.LATER,
    Class.TOMORROW: OutcomeKind.LATER,
    # The account's fault leaves the message sound: it waits until the operator has acted.
    Class.REFRESH: OutcomeKind.TRANSIENT,
    Class.OPERATOR: OutcomeKind.TRANSIENT,
}


class Verdict(NamedTuple):
    what: Class
    meaning: str


class _Table(NamedTuple):
    codes: dict[int, Verdict]
    statuses: dict[int, Verdict]
    defaults: dict[int, Verdict]


def class_of(code: int) -> Class:
    """What is to be done about an error code; one that is not in the table may mean anything, so UNKNOWN."""
    verdict = _table().codes.get(code)
    return Class.UNKNOWN if verdict is None else verdict.what


def error_outcome(code: int, now: datetime, begins: time = HOURS[0]) -> Outcome:
    """The outcome of an answer with this error code, received at `now`; `begins` as for `allowed_again`."""
    verdict = _table().codes.get(code)
    if verdict is None:
        _log.error("zalo.unknown_code", code=code)
        return Outcome(OutcomeKind.UNKNOWN, code=str(code), reason="a code that is not in the table")
    return _outcome(verdict, str(code), _wait(verdict.what, now, begins))


def status_outcome(http_status: int, retry_after_s: float | None = None) -> Outcome:
    """The outcome of an answer other than HTTP 2xx that carries no error code."""
    table = _table()
    verdict = table.statuses.get(http_status) or table.defaults.get(http_status // 100, table.defaults[5])
    return _outcome(verdict, f"http_{http_status}", retry_after_s)


def allowed_again(now: datetime, begins: time = HOURS[0], *, tomorrow: bool = False) -> timedelta:
    """How long until messages may be sent: to the next `begins` in Vietnam, or to that of the next day."""
    here = local(now)
    then = datetime.combine(here.date(), begins, here.tzinfo)
    if tomorrow or here >= then:
        then += timedelta(days=1)
    return then - here


def integer(value: object) -> int | None:
    """A whole number that Zalo writes now as a number, now as a string; None for anything else, and for what no count,
    code or quota can be."""
    found: int | None = None
    if isinstance(value, int) and not isinstance(value, bool):
        found = value
    elif isinstance(value, str) and value.isascii() and len(value) <= _LONGEST_INTEGER:
        said = value.strip()
        found = int(said) if said.removeprefix("-").isdigit() else None
    return found if found is not None and abs(found) < _GREATEST else None


def _wait(what: Class, now: datetime, begins: time) -> float | None:
    if what is Class.NIGHT:
        return allowed_again(now, begins).total_seconds()
    return allowed_again(now, begins, tomorrow=True).total_seconds() if what is Class.TOMORROW else None


def _outcome(verdict: Verdict, code: str, retry_after_s: float | None) -> Outcome:
    operator = verdict.what in (Class.OPERATOR, Class.REFRESH)
    if operator:
        _log.error("zalo.operator_needed", code=code, meaning=verdict.meaning)
    kind = _KINDS[verdict.what]
    return Outcome(kind, code=code, reason=verdict.meaning, retry_after_s=retry_after_s, operator=operator)


@cache
def _table() -> _Table:
    raw = read_page("channels/zalo/codes.yaml")
    return _Table(*({key: _verdict(entry) for key, entry in raw[part].items()} for part in _Table._fields))


def _verdict(entry: dict[str, Any]) -> Verdict:
    return Verdict(Class(entry["class"]), entry["meaning"])
