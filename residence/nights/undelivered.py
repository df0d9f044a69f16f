"""What has not reached the authority, or of which nobody can tell: shown to the lodging's people, who settle it.

While its portal does not take a declaration by call, the authority's own file is offered, which a person uploads there.
"""

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.database.sessions import ring_after_commit
from kernel.errors import DomainError
from kernel.work import Work
from residence.accounts.account import USABLE, WAITS_FOR, AccountState, sentence
from residence.guests import GuestDeclaration, GuestKind
from residence.models import DECLARATION_FIELD, Lodging
from residence.ports import FrontDesk
from residence.service.access import lodging_for
from residence.sheets.official import official_xml, write_official_xlsx
from residence.transmission.news import Verdict
from residence.transmission.plan import BY_OFFICIAL_FILE, SENTENCES
from residence.transmission.planner import DRAIN
from residence.transmission.records import Change, lock, write_changes
from residence.transmission.states import ItemEvent, ItemState, TransmissionState

SETTLED_BY_HAND: Final = "settled_by_hand"
_AT_ONCE: Final = timedelta(0)
_COLUMNS: Final = """
SELECT i.declaration_id, i.transmission_id, i.position, i.state, i.code, i.reason, d.stay_id, d.kind, s.kind AS guest,
    d.content, t.night, t.created_at, t.code AS waits_for, t.state AS array_state
FROM transmission t JOIN transmission_item i ON i.transmission_id = t.id
JOIN declaration d ON d.id = i.declaration_id JOIN stay s ON s.id = d.stay_id
WHERE t.lodging_id = :lodging
"""
_UNDELIVERED: Final = text(f"""{_COLUMNS}
    AND (i.state IN ('in_doubt', 'refused') OR (i.state = 'queued' AND :held)
        OR (i.state IN ('queued', 'sent') AND t.created_at <= :waiting_since))
    AND (CAST(:after AS uuid) IS NULL OR i.declaration_id > :after)
ORDER BY i.declaration_id LIMIT :most
""")
_NAMED: Final = text(f"{_COLUMNS} AND i.declaration_id = ANY(CAST(:declarations AS uuid[]))")
_MOST_IN_FILE: Final = 10_000


class Resolution(StrEnum):
    """What a person found out. THERE: it is with the authority, or was filed there by hand or by file. SEND_AGAIN: it
    is not there. WITHDRAW: it need not be there."""

    THERE = "there"
    SEND_AGAIN = "send_again"
    WITHDRAW = "withdraw"


_EVENTS: Final = {
    Resolution.THERE: ItemEvent.CONFIRM,
    Resolution.SEND_AGAIN: ItemEvent.MISS,
    Resolution.WITHDRAW: ItemEvent.CANCEL,
}


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A declaration that waits, is in doubt or was refused; `code` and `reason` say why, `by_file` that the authority's
    file can carry it. `since` is when it was to be sent first."""

    declaration_id: UUID
    stay_id: UUID
    kind: str
    guest: str
    night: date
    state: str
    code: str | None
    reason: str | None
    by_file: bool
    since: datetime


def list_undelivered(
    work: Work,
    actor: Actor,
    desk: FrontDesk,
    lodging_id: UUID,
    *,
    after: UUID | None,
    limit: int,
) -> list[Undelivered]:
    """In the order in which they were declared. Those that wait come once they have waited as long as is set; at once
    where the lodging has no account that works.

    Raises `not_found`, `mandate_missing`.
    """
    lodging = lodging_for(work, actor, desk, lodging_id, "read")
    rows = _rows(work, lodging, desk.settings.fallback_after, after=after, most=limit)
    return [_undelivered(row, AccountState(lodging.authority_state)) for row in rows]


def settle_undelivered(
    work: Work,
    actor: Actor,
    desk: FrontDesk,
    lodging_id: UUID,
    declarations: Collection[UUID],
    resolution: Resolution,
) -> int:
    """Records what a person found out about declarations; those settled already are left as they are.

    Raises `not_found` for one that is not this lodging's, `transmission_under_way` while a call with one of them runs.
    Returns how many were settled.
    """
    lodging = lodging_for(work, actor, desk, lodging_id, "report", lock=True)
    rows = _named(work.session, lodging.id, declarations)
    arrays = lock(work.session, {row.transmission_id for row in rows})
    # The states may have moved until the rows were held.
    rows = _named(work.session, lodging.id, declarations)
    if any(row.state == TransmissionState.SENDING for row in arrays.values()):
        raise DomainError("transmission_under_way")
    settled = [row for row in rows if row.state in _OPEN[resolution]]
    for event in (ItemEvent.DOUBT, _EVENTS[resolution]):
        found: dict[UUID, list[Verdict]] = {}
        for row in settled:
            if event is not ItemEvent.DOUBT or row.state == ItemState.QUEUED:
                verdict = Verdict(row.position, event, SETTLED_BY_HAND)
                found.setdefault(row.transmission_id, []).append(verdict)
        changes = [Change(each, verdicts, SETTLED_BY_HAND, wait=_AT_ONCE) for each, verdicts in found.items()]
        write_changes(work.session, lock(work.session, found), changes, tell=event is not ItemEvent.DOUBT)
    ring_after_commit(work.session, DRAIN)
    write_audit(work.session, actor, f"declaration.{resolution}", "lodging", lodging.id, declarations=len(settled))
    return len(settled)


def official_file(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, kind: GuestKind) -> tuple[bytes, int]:
    """The authority's import file of one kind of guest (XLSX for Vietnamese, XML for foreigners) with the arrivals that
    it does not take by call or that wait too long, and how many they are.

    Raises `nothing_for_file`, `not_found`, `mandate_missing`.
    """
    lodging = lodging_for(work, actor, desk, lodging_id, "report")
    rows = _rows(work, lodging, desk.settings.fallback_after, after=None, most=_MOST_IN_FILE)
    guests = [
        GuestDeclaration.from_json(work.vault.open(DECLARATION_FIELD, row.declaration_id, row.content))
        for row in rows
        if row.guest == kind and row.content is not None and _by_file(row)
    ]
    if not guests:
        raise DomainError("nothing_for_file")
    write_audit(work.session, actor, "declaration.export", "lodging", lodging.id, guests=len(guests))
    if kind is GuestKind.FOREIGN:
        told, number = official_xml(guests)
        return told.encode(), number
    out = io.BytesIO()
    number = write_official_xlsx(out, guests)
    return out.getvalue(), number


# What is queued is in a person's hands only once they say that it is there, or need not be.
_OPEN: Final = {
    Resolution.THERE: frozenset({ItemState.QUEUED, ItemState.SENT, ItemState.IN_DOUBT}),
    Resolution.SEND_AGAIN: frozenset({ItemState.IN_DOUBT}),
    Resolution.WITHDRAW: frozenset({ItemState.QUEUED, ItemState.IN_DOUBT}),
}


def _rows(work: Work, lodging: Lodging, waiting_for: timedelta, *, after: UUID | None, most: int) -> Sequence[Any]:
    held = AccountState(lodging.authority_state) not in USABLE
    since = work.now() - waiting_for
    values = {"lodging": lodging.id, "waiting_since": since, "held": held, "after": after, "most": most}
    return work.session.execute(_UNDELIVERED, values).all()


def _named(session: Session, lodging_id: UUID, declarations: Collection[UUID]) -> Sequence[Any]:
    rows = session.execute(_NAMED, {"lodging": lodging_id, "declarations": list(declarations)}).all()
    if len(rows) != len(set(declarations)):
        raise DomainError("not_found")
    return rows


def _by_file(row: Any) -> bool:
    """Arrivals that nobody has seen reach the authority."""
    if row.kind not in ("arrival", "correction"):
        return False
    return row.state == ItemState.QUEUED or (row.state == ItemState.IN_DOUBT and row.code in _FILE_CODES)


def _undelivered(row: Any, account: AccountState) -> Undelivered:
    waiting = row.state in (ItemState.QUEUED, ItemState.SENT)
    held = account not in USABLE and row.state == ItemState.QUEUED
    if held:
        code, reason = WAITS_FOR[account], sentence(account, "vi")
    elif waiting:
        code, reason = row.waits_for, None
    else:
        code, reason = row.code, row.reason or SENTENCES.get(row.code)
    return Undelivered(
        declaration_id=row.declaration_id,
        stay_id=row.stay_id,
        kind=row.kind,
        guest=row.guest,
        night=row.night,
        state=row.state,
        code=code,
        reason=reason,
        by_file=_by_file(row),
        since=row.created_at,
    )


_FILE_CODES: Final = frozenset({*(why.value for why in BY_OFFICIAL_FILE), "arrival_too_old", "refused_whole"})
