"""The one way a dossier's official status changes: table, timeline, clock, outbox and audit, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from kernel.actor import Actor
from kernel.audit import append_signed, write_audit
from kernel.ids import new_id
from kernel.observing.metrics import TRANSITIONS
from kernel.outbox import record_event
from kernel.work import Work
from tracking.case import Case
from tracking.handover import HAND_OVER_MOVES, HandOver, HandOverEvent
from tracking.models import REASON_FIELD, Dossier, TimelineEntry
from tracking.office import Office
from tracking.service.deadline import move_clock
from tracking.service.supplement_term import move_term
from tracking.states import MOVES, BusinessState, Event, Position

# A result exists from 9 on; 10 says that it has reached the citizen.
_HAND_OVER_EVENTS: Final[Mapping[Event, HandOverEvent]] = {
    Event.FINISH: HandOverEvent.RESULT_READY,
    Event.UNDO_FINISH: HandOverEvent.RESULT_WITHDRAWN,
    Event.HAND_OVER: HandOverEvent.HAND_OVER,
    Event.UNDO_HAND_OVER: HandOverEvent.UNDO_HAND_OVER,
}
_MISTAKES: Final = frozenset({Event.UNDO_REQUEST_SUPPLEMENT, Event.UNDO_DEMAND_FEE})


@dataclass(frozen=True, slots=True)
class Because:
    """Why and by whom: `reason` is free text (sealed), `actor_name` what the citizen reads, `details` codes only.

    A reason is internal to the agency unless it is `told`: a citizen, a stranger or a partner never reads it.
    """

    actor_name: str | None = None
    reason: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    told: bool = False


def change_state(work: Work, actor: Actor, office: Office, case: Case, event: Event, because: Because) -> bool:
    """Applies `event` to a locked dossier; False when it only repeats what has happened, and then nothing is changed.

    Raises `action_not_allowed` with the states and actions that are allowed.
    """
    dossier = case.dossier
    at = Position(BusinessState(dossier.state), dossier.origin)
    after = MOVES.move(at, event)
    if after == at:
        return False
    before = at.state
    dossier.state, dossier.origin = int(after.state), after.origin
    timeline_id = new_id()
    move_clock(work, office, case, before, timeline_id, taken_back=event in _MISTAKES)
    move_term(work, office, dossier, before)
    facts = replace(because, details={**because.details, **_facts(dossier)})
    add_timeline(work, actor, case, "business", event.value, facts, moved=(before, after.state), row=timeline_id)
    dossier.version += 1
    record_event(
        work.session,
        "dossier.state_changed",
        dossier.id,
        {
            "dossier_id": str(dossier.id),
            "timeline_id": str(timeline_id),
            "event": event.value,
            "from": int(before),
            "to": int(after.state),
        },
    )
    write_audit(work.session, actor, f"dossier.{event.value}", "dossier", dossier.id, version=dossier.version)
    TRANSITIONS.labels(to=str(int(after.state))).inc()
    _move_hand_over(work, actor, case, event, because)
    return True


def _move_hand_over(work: Work, actor: Actor, case: Case, event: Event, because: Because) -> None:
    caused = _HAND_OVER_EVENTS.get(event)
    if caused is None:
        return
    before = HandOver(case.dossier.hand_over)
    after = HAND_OVER_MOVES.move(before, caused)
    if after != before:
        case.dossier.hand_over = after.value
        silent = Because(because.actor_name, details=because.details)
        add_timeline(work, actor, case, "hand_over", caused.value, silent, moved=(before, after))


def add_timeline(
    work: Work,
    actor: Actor,
    case: Case,
    axis: str,
    event: str,
    because: Because,
    *,
    moved: tuple[StrEnum | BusinessState, StrEnum | BusinessState] | None = None,
    row: UUID | None = None,
) -> None:
    """Writes one row of the citizen's timeline, under the id `row` if there is one, and makes their copy stale."""
    row, dossier = row or new_id(), case.dossier
    entry = {
        "id": row,
        "dossier_id": dossier.id,
        "at": work.now(),
        "axis": axis,
        "event": event,
        "from_state": str(moved[0].value) if moved else None,
        "to_state": str(moved[1].value) if moved else None,
        "step": dossier.step,
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "actor_name": because.actor_name,
        "reason": work.vault.seal(REASON_FIELD, row, because.reason) if because.reason else None,
        "reason_told": because.told and bool(because.reason),
        "details": dict(because.details),
    }
    append_signed(work.session, TimelineEntry, entry)
    case.add_entry(entry)
    dossier.seen_version += 1
    dossier.updated_at = work.now()


def _facts(dossier: Dossier) -> dict[str, Any]:
    # A message about this change must tell the times of this change, also when it is written a little later.
    times = {"due_at": dossier.due_at, "supplement_due_at": dossier.supplement_due_at}
    return {name: at.isoformat() for name, at in times.items() if at is not None}
