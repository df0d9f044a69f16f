"""Messages that somebody waits for, caused as the system causes them, and the moments when the gateway took them."""

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.orm import Session

from auth.eid.port import EidIdentity
from auth.service.login import open_session
from auth.service.phones import request_phone_proof
from journey.handset import wait
from journey.outside import OutsideParty
from kernel.actor import Actor
from kernel.work import Work
from motcua.wiring.joins.edge import Container

_PAGE: Final = 10_000
_PATIENCE_S: Final = 60.0
_NO_LIMIT: Final = 10**9


class Codes:
    """One-time codes for people who never asked before; each goes to a phone of its own, that of nobody."""

    def __init__(self, held: Container) -> None:
        self._held = held
        self._numbers = itertools.count(1)
        self._asking: list[tuple[Actor, str]] = []

    def prepare(self, count: int) -> None:
        """Lets people log in until so many can ask."""
        held, missing = self._held, max(0, count - len(self._asking))
        with held.database.transaction() as session:
            work = Work(session, held.vault, held.clock)
            for number in itertools.islice(self._numbers, missing):
                name, born, now = "Nguyễn Văn Thử", date(1990, 9, 2), held.clock.now()
                identity = EidIdentity("bench", str(number), f"0490{number:08d}", name, born, 2, now)
                grant = open_session(work, held.auth.sessions, identity, "citizen")
                self._asking.append((grant.actor, f"+8490{number:07d}"))

    def ask(self) -> tuple[str, float]:
        """The next person asks for a code: the phone, and when that was committed (Unix seconds)."""
        actor, phone = self._asking.pop()
        with self._held.database.transaction() as session, _committing(session) as committed:
            work = Work(session, self._held.vault, self._held.clock)
            request_phone_proof(work, actor, phone, sms_per_day=_NO_LIMIT)
        return phone, committed[0]


class Intake:
    """What the sandbox's gateway has taken since this was made or last asked."""

    def __init__(self, sandbox_url: str) -> None:
        self._gateway = OutsideParty(sandbox_url, "twilio")
        self._since = self._page(_NO_LIMIT)["total"]

    def times(self, phones: set[str]) -> dict[str, float]:
        """Phone -> when its message was taken (Unix seconds), as soon as all of them were."""
        found: dict[str, float] = {}

        def all_came() -> bool:
            while True:
                page = self._page(self._since)
                self._since = page["next"]
                came = {each["to"]: each["date"] for each in page["messages"] if each["to"] in phones}
                found.update({phone: datetime.fromisoformat(at).timestamp() for phone, at in came.items()})
                if self._since >= page["total"]:
                    return len(found) == len(phones)

        wait(all_came, "the last urgent message", _PATIENCE_S)
        return found

    def close(self) -> None:
        self._gateway.close()

    def _page(self, since: int) -> Any:
        return self._gateway.look("messages", limit=_PAGE, since=since)


@contextmanager
def _committing(session: Session) -> Iterator[list[float]]:
    """Filled with the moment at which the transaction of the session is committed."""
    moments: list[float] = []

    @event.listens_for(session, "after_commit", once=True)
    def note(_session: Session) -> None:
        moments.append(time.time())

    yield moments
