"""Comparing what the authority counts with what we know to have handed over. The comparison itself is pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from residence.authority.port import AUTHORITY, Account
from residence.transmission.news import COUNTED, MOST_ROUNDS, NOT_COUNTED, SAYS_YES_HAS_NONE, Verdict, next_try
from residence.transmission.records import Change, lock, tell_settled, write_changes
from residence.transmission.states import ItemEvent, ItemState, TransmissionKind, TransmissionState

_SOON: Final = timedelta(seconds=3)
_AT_ONCE: Final = timedelta(0)
_DUE: Final = text("""
SELECT t.id, t.lodging_id, t.kind, t.arrived_on, t.state, t.asked FROM transmission t
WHERE (t.state = 'transmitted' OR (t.state = 'unknown' AND t.asked = 0)) AND t.due_at <= now()
    AND NOT EXISTS (SELECT 1 FROM transmission o WHERE o.lodging_id = t.lodging_id AND o.state = 'sending')
ORDER BY t.due_at LIMIT :room FOR UPDATE OF t SKIP LOCKED
""")
_HOLD: Final = text("""
UPDATE transmission t SET due_at = now() + :lease, asked = t.asked + 1 FROM lodging l
WHERE t.id = ANY(CAST(:ids AS uuid[])) AND l.id = t.lodging_id
RETURNING t.id, t.lodging_id, t.kind, t.arrived_on, t.state, t.asked, l.authority_username, l.authority_password
""")
_STANDING: Final = text("""
SELECT count(i.*) FILTER (WHERE i.state IN ('transmitted', 'confirmed')) AS known,
    count(i.*) FILTER (WHERE i.state = 'sent') AS unseen,
    count(i.*) FILTER (WHERE i.state = 'sent' AND t.id = :id) AS mine,
    coalesce(sum(t.generation), 0) AS claims
FROM transmission t JOIN transmission_item i ON i.transmission_id = t.id
WHERE t.lodging_id = :lodging AND t.arrived_on = :arrived_on AND t.kind = :kind
""")
_HOLD_LODGING: Final = text("SELECT 1 FROM lodging WHERE id = :lodging FOR NO KEY UPDATE")
_BUSY: Final = text("SELECT 1 FROM transmission WHERE lodging_id = :lodging AND state = 'sending' LIMIT 1")
_OF_DAY: Final = text("""
SELECT t.id, i.position, i.state FROM transmission t JOIN transmission_item i ON i.transmission_id = t.id
WHERE t.lodging_id = :lodging AND t.arrived_on = :arrived_on AND t.kind = :kind AND t.state = :state AND i.state = :item
    AND (CAST(:only AS uuid) IS NULL OR t.id = :only)
ORDER BY t.id, i.position
""")


class Comparison(StrEnum):
    """ALL: everything is there. NONE: nothing of the unseen is there. DIFFERS: the numbers do not agree. UNTOLD: the
    authority does not count. BUSY: something moved meanwhile."""

    ALL = "all"
    NONE = "none"
    DIFFERS = "differs"
    UNTOLD = "untold"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one lodging, kind and day of arrival: items the authority said yes to or has (`known`), those perhaps there
    (`unseen`), of these the transmission's own (`mine`), and how many claims there were, by which a change is noticed.
    """

    known: int
    unseen: int
    mine: int
    claims: int


@dataclass(frozen=True, slots=True)
class CountInquiry:
    """How many has the authority? Asked about one transmission, answered for its lodging, kind and day of arrival."""

    transmission_id: UUID
    lodging_id: UUID
    kind: TransmissionKind
    arrived_on: date
    state: TransmissionState
    asked: int
    standing: Standing
    account: Account | None
    gateway: str = AUTHORITY


def compare(state: TransmissionState, standing: Standing, counted: int | None) -> Comparison:
    """What a count says of a transmission that is unknown or transmitted."""
    if counted is None:
        return Comparison.UNTOLD
    if state is TransmissionState.TRANSMITTED:
        if standing.unseen:
            return Comparison.BUSY
        return Comparison.ALL if counted == standing.known else Comparison.DIFFERS
    if standing.unseen != standing.mine:
        return Comparison.DIFFERS
    if counted == standing.known + standing.mine:
        return Comparison.ALL
    return Comparison.NONE if counted == standing.known else Comparison.DIFFERS


def due_questions(session: Session, room: int, lease: timedelta) -> list[Any]:
    """Takes transmissions that are to be asked about, one of each lodging, kind and day of arrival; nobody else
    asks about them for `lease`. Rows with the account still sealed."""
    chosen: dict[tuple[UUID, str, date], UUID] = {}
    for row in session.execute(_DUE, {"room": room}):
        # What is unseen first: the count of what was said yes to waits for it.
        if row.state == "unknown" or (row.lodging_id, row.kind, row.arrived_on) not in chosen:
            chosen[row.lodging_id, row.kind, row.arrived_on] = row.id
    if not chosen:
        return []
    return list(session.execute(_HOLD, {"ids": list(chosen.values()), "lease": lease}))


def standing_of(session: Session, lodging_id: UUID, kind: str, arrived_on: date, transmission_id: UUID) -> Standing:
    values = {"lodging": lodging_id, "kind": kind, "arrived_on": arrived_on, "id": transmission_id}
    row = session.execute(_STANDING, values).one()
    return Standing(row.known, row.unseen, row.mine, int(row.claims))


def record_answer(session: Session, question: CountInquiry, counted: int | None, *, probe: bool) -> None:
    """Records what a count says. `probe`: what was said yes to and cannot be counted is asked about by sending it once
    more, as what ended unseen always is; else it stays transmitted."""
    session.execute(_HOLD_LODGING, {"lodging": question.lodging_id})
    locked = lock(session, [question.transmission_id])
    row = locked[question.transmission_id]
    if row.state != question.state.value:
        return
    now = standing_of(session, question.lodging_id, question.kind.value, question.arrived_on, question.transmission_id)
    busy = now != question.standing or session.execute(_BUSY, {"lodging": question.lodging_id}).first() is not None
    result = Comparison.BUSY if busy else compare(question.state, now, counted)
    if result is Comparison.BUSY:
        # Asked again, not sent again: a question that was disturbed has told nothing.
        _put_off(session, row, asked=0, wait=_SOON)
    elif question.state is TransmissionState.UNKNOWN:
        _unseen(session, question, result)
    else:
        _accepted(session, question, result, probe=probe)


def ask_later(session: Session, question: CountInquiry) -> None:
    """The authority gave no answer. What is unseen may next be asked about by sending it once more."""
    row = lock(session, [question.transmission_id])[question.transmission_id]
    if row.state == question.state.value:
        _put_off(session, row, asked=question.asked, wait=next_try(question.asked, question.transmission_id))


def _unseen(session: Session, question: CountInquiry, result: Comparison) -> None:
    event = {Comparison.ALL: ItemEvent.CONFIRM, Comparison.NONE: ItemEvent.MISS}.get(result)
    changes = _changes(session, question, ItemState.SENT, event, only=question.transmission_id)
    _write(session, changes)


def _accepted(session: Session, question: CountInquiry, result: Comparison, *, probe: bool) -> None:
    if result is Comparison.UNTOLD and not probe:
        row = lock(session, [question.transmission_id])[question.transmission_id]
        _put_off(session, row, asked=question.asked, wait=None, code=NOT_COUNTED)
        tell_settled(session, [row.batch_id] if row.batch_id else [])
        return
    event = ItemEvent.CONFIRM if result is Comparison.ALL else ItemEvent.LOSE_SIGHT
    _write(session, _changes(session, question, ItemState.TRANSMITTED, event))


def _changes(
    session: Session, question: CountInquiry, item: ItemState, event: ItemEvent | None, *, only: UUID | None = None
) -> dict[UUID, list[Verdict]]:
    """Verdicts by transmission; lists are empty when the items stay as they are."""
    values: dict[str, object] = {
        "lodging": question.lodging_id,
        "kind": question.kind.value,
        "arrived_on": question.arrived_on,
    }
    values |= {"state": question.state.value, "item": item.value, "only": only}
    found: dict[UUID, list[Verdict]] = {}
    for row in session.execute(_OF_DAY, values):
        code = COUNTED if event is ItemEvent.CONFIRM else None
        verdicts = found.setdefault(row.id, [])
        if event is not None:
            verdicts.append(Verdict(row.position, event, code))
    return found


def _write(session: Session, found: dict[UUID, list[Verdict]]) -> None:
    locked = lock(session, found)
    changes = [_change(locked[each], verdicts) for each, verdicts in found.items()]
    write_changes(session, locked, changes)


def _change(row: Any, verdicts: Sequence[Verdict]) -> Change:
    """What is to be sent is sent at once; `asked` says of what stays unseen that it was asked about."""
    lost = any(verdict.event is ItemEvent.LOSE_SIGHT for verdict in verdicts)
    rounds = row.rounds + lost
    code = COUNTED if verdicts else NOT_COUNTED
    if lost and rounds >= MOST_ROUNDS:
        doubts = [Verdict(each.position, ItemEvent.DOUBT, SAYS_YES_HAS_NONE, _NOT_FOUND) for each in verdicts]
        return Change(row.id, doubts, SAYS_YES_HAS_NONE, _NOT_FOUND, rounds=rounds)
    return Change(row.id, verdicts, code, None, _AT_ONCE, rounds=rounds, asked=1)


def _put_off(session: Session, row: Any, *, asked: int, wait: timedelta | None, code: str | None = None) -> None:
    session.execute(
        text("UPDATE transmission SET asked = :asked, due_at = now() + :wait, code = :code WHERE id = :id"),
        {"asked": asked, "wait": wait, "code": code, "id": row.id},
    )


_NOT_FOUND: Final = "Cổng nhiều lần báo thành công nhưng số khách đếm được không khớp"
