"""What becomes of lodgings' accounts at the authority's portal, and of the declarations that wait for one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.database.sessions import ring_after_commit
from residence.accounts.account import ACCOUNT_MOVES, FAULTS, NO_ACCOUNT, AccountEvent, AccountState
from residence.events import AccountRefused
from residence.transmission.planner import DRAIN

TRY_AGAIN: Final = timedelta(minutes=1)
_RELEASE: Final = text("""
UPDATE transmission SET due_at = now() WHERE lodging_id = ANY(CAST(:lodgings AS uuid[]))
    AND state IN ('queued', 'waiting', 'unknown') AND code = ANY(CAST(:codes AS text[])) AND due_at > now()
""")
_UNTRIED: Final = text("""
UPDATE lodging l SET authority_try_at = now() + :lease FROM (
    SELECT id FROM lodging WHERE authority_state = 'untried' AND authority_try_at <= now()
    ORDER BY authority_try_at LIMIT :room FOR NO KEY UPDATE SKIP LOCKED) due
WHERE l.id = due.id RETURNING l.id, l.authority_username, l.authority_password, l.authority_given_at
""")
_HOLD: Final = text("""
SELECT id, authority_state, authority_given_at FROM lodging WHERE id = ANY(CAST(:lodgings AS uuid[]))
ORDER BY id FOR NO KEY UPDATE
""")
_LEARN: Final = text("""
UPDATE lodging l SET authority_state = n.state, authority_told_at = now(), authority_try_at = NULL
FROM unnest(CAST(:lodgings AS uuid[]), CAST(:states AS text[])) AS n(id, state) WHERE l.id = n.id
""")


class Learnt(NamedTuple):
    """What a call showed of the account given at that time: whether the portal takes it."""

    lodging_id: UUID
    given_at: datetime | None
    works: bool


def release_waiting(session: Session, lodgings: Iterable[UUID]) -> None:
    """What waits for an account leaves at once."""
    session.execute(_RELEASE, {"lodgings": list(lodgings), "codes": [NO_ACCOUNT, *sorted(FAULTS)]})
    ring_after_commit(session, DRAIN)


def take_untried(session: Session, room: int, lease: timedelta) -> Sequence[Any]:
    """Lodgings whose account is to be tried now, still sealed; nobody else tries them for `lease`."""
    return session.execute(_UNTRIED, {"room": room, "lease": lease}).all()


def learn(session: Session, found: Sequence[Learnt]) -> None:
    """Records what calls showed of accounts. News of an account that another has replaced are dropped.

    Who was refused is told, by `events.AccountRefused`; what waited for an account that works leaves.
    """
    told = {each.lodging_id: each for each in found}
    moved: dict[UUID, AccountState] = {}
    for row in session.execute(_HOLD, {"lodgings": list(told)}):
        news, state = told[row.id], AccountState(row.authority_state)
        event = AccountEvent.LOG_IN if news.works else AccountEvent.REFUSE
        after = ACCOUNT_MOVES.get((state, event), state)
        if after is not state and news.given_at == row.authority_given_at:
            moved[row.id] = after
    if not moved:
        return
    session.execute(_LEARN, {"lodgings": list(moved), "states": [state.value for state in moved.values()]})
    _follow(session, moved)


def _follow(session: Session, moved: Mapping[UUID, AccountState]) -> None:
    working = [lodging for lodging, state in moved.items() if state is AccountState.WORKING]
    if working:
        release_waiting(session, working)
    for lodging in moved.keys() - set(working):
        AccountRefused(lodging).record(session)
