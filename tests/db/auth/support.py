"""People, sessions and tokens for the tests of this folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from agencies.models import Agency
from auth.eid.callback import Callback
from auth.eid.port import EidIdentity
from auth.models import Officer
from auth.service.attempts import LoginRole, TakenAttempt, take_attempt
from auth.service.login import open_session
from auth.service.signing_keys import keep_signing_keys
from auth.settings import EidSettings, SessionSettings
from auth.tokens.issuer import Grant, TokenIssuer, Tokens
from auth.tokens.keyring import KeyRing
from auth.tokens.reader import TokenReader
from kernel.actor import Actor
from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.vault import Vault
from kernel.work import Work
from tests.unit.auth.support import eid_settings

AGENCY = "H17.20551"
PHONE = "0905000001"
EID: EidSettings = eid_settings("http://127.0.0.1:8025/eid")
SESSIONS = SessionSettings(issuer="http://127.0.0.1:8000")


def identity(clock: SettableClock, **changes: Any) -> EidIdentity:
    known = EidIdentity(
        issuer=EID.issuer,
        subject=f"eid-thu-{changes.get('identity_number', '049090000001') or 1}",
        identity_number="049090000001",
        full_name="Nguyễn Văn Thử",
        birth_date=date(1990, 9, 2),
        level=2,
        authenticated_at=clock.now() - timedelta(seconds=5),
    )
    return replace(known, **changes)


def log_in(work: Work, as_role: LoginRole = "citizen", **changes: Any) -> Grant:
    assert isinstance(work.clock, SettableClock)
    grant = open_session(work, SESSIONS, identity(work.clock, **changes), as_role)
    work.session.flush()
    return grant


def appoint(session: Session, actor: Actor, *, agency_code: str = AGENCY, **changes: Any) -> Officer:
    """Gives a person an office from 2025 on."""
    if session.get(Agency, agency_code) is None:
        session.add(Agency(code=agency_code, name="UBND phường Thử", short_name="P Thu", path=f"{agency_code}/"))
        session.flush()
    known: dict[str, Any] = {"roles": ["receiver"], "display_name": "Võ Thị Tiếp", "valid_from": date(2025, 7, 1)}
    office = Officer(id=new_id(), person_id=actor.person_id, agency_code=agency_code, **{**known, **changes})
    session.add(office)
    session.flush()
    return office


def take(work: Work, state: str, secret: str, *, code: str = "code-thu") -> TakenAttempt:
    return take_attempt(work, SESSIONS, Callback(code, state), secret)


class Ticks:
    """A monotonic clock that stands still until told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class House:
    """One process with real commits: keys, issuer and reader."""

    database: Database
    vault: Vault
    clock: SettableClock
    ticks: Ticks = field(default_factory=Ticks)

    def __post_init__(self) -> None:
        self.keys = KeyRing(self.database, self.vault, self.clock, monotonic=self.ticks)
        self.issuer = TokenIssuer(self.keys, self.vault, self.clock, SESSIONS)
        self.reader = TokenReader(self.database, self.keys, self.clock, SESSIONS, monotonic=self.ticks)

    @contextmanager
    def work(self) -> Iterator[Work]:
        with self.database.transaction() as session:
            yield Work(session, self.vault, self.clock)

    def keep_keys(self) -> bool:
        with self.work() as work:
            return keep_signing_keys(work, SESSIONS)

    def log_in(self, as_role: LoginRole = "citizen", **changes: Any) -> Tokens:
        with self.work() as work:
            grant = log_in(work, as_role, **changes)
        return self.issuer.issue(grant)


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is sent to the database inside the block."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)
