"""Zalo's settings, and its words as data: error codes and what to do about them. Loads no network library."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final

from kernel.clock import local
from notify.channels.port import Certainty
from outbound.codes import OPERATOR, UNLISTED, CodeClass, CodeTable
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


NIGHT: Final = "night"
TOMORROW: Final = "tomorrow"
REFRESH: Final = "refresh"
_CODES: Final = CodeTable(
    NAME,
    "notify",
    "channels/zalo/codes.yaml",
    {
        "fallback": CodeClass(OutcomeKind.PERMANENT),
        NIGHT: CodeClass(OutcomeKind.LATER),
        TOMORROW: CodeClass(OutcomeKind.LATER),
        REFRESH: OPERATOR,
    },
)
"""Zalo's own classes are explained at the head of the file."""


def class_of(code: int) -> str:
    """What is to be done about an error code, in the table's own word."""
    return (_CODES.find(code) or UNLISTED).word


def error_outcome(code: int, now: datetime, begins: time = HOURS[0]) -> Outcome:
    """The outcome of an answer with this error code, received at `now`; `begins` as for `allowed_again`."""
    verdict = _CODES.of_code(code)
    return verdict.outcome(str(code), retry_after_s=_wait(verdict.word, now, begins))


def status_outcome(http_status: int, retry_after_s: float | None = None) -> Outcome:
    """The outcome of an answer other than HTTP 2xx that carries no error code."""
    return _CODES.of_status(http_status).outcome(f"http_{http_status}", retry_after_s=retry_after_s)


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


def _wait(word: str, now: datetime, begins: time) -> float | None:
    if word not in (NIGHT, TOMORROW):
        return None
    return allowed_again(now, begins, tomorrow=word == TOMORROW).total_seconds()
