"""Keeps a dossier's clock ledger and due times in step with its state."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from agencies.working_calendar import WorkingCalendar
from kernel.actor import Actor
from kernel.audit import append_signed, write_audit
from kernel.ids import new_id
from kernel.work import Work
from procedures.definition import Procedure
from procedures.term import Term, Unit
from tracking import store
from tracking.case import Case
from tracking.deadline.clock import (
    ClockEntry,
    Condition,
    EntryKind,
    due,
    elapsed_minutes,
    entries_for,
    remaining_minutes,
    term_end,
)
from tracking.deadline.lines import Line, explain
from tracking.models import ClockRow, Dossier
from tracking.office import Office
from tracking.states import BusinessState


def move_clock(
    work: Work, office: Office, case: Case, before: BusinessState, timeline_id: UUID, *, taken_back: bool = False
) -> None:
    """Appends what the new state asks of the ledger, and recomputes the due times from it.

    `taken_back`: the detour was a mistake. It leaves the clock as if it had never been, the receiving officer's limit
    as well.
    """
    dossier = case.dossier
    procedure = office.catalogue.version(work.session, dossier.version_id).procedure
    calendar = office.catalogue.calendar(work.session, dossier.agency_code)
    if dossier.state == BusinessState.SUBMITTED and not taken_back:
        _restart_acceptance(dossier, procedure, calendar, work.now())
        if before == BusinessState.DRAFT:
            return
    state = BusinessState(dossier.state)
    added = entries_for(case.clock, state, dossier.origin, work.now(), taken_back=taken_back)
    for line in added:
        row = {
            "id": new_id(),
            "dossier_id": dossier.id,
            "kind": line.kind.value,
            "at": line.at,
            "minutes": line.minutes,
            "timeline_id": timeline_id,
        }
        append_signed(work.session, ClockRow, row)
    case.clock += added
    if added:
        time = due(case.clock, procedure.term, calendar, now=work.now())
        dossier.due_at = time.due_at
        dossier.order_at = time.projected_at or dossier.acceptance_due_at
    if dossier.state == BusinessState.ACCEPTED and before == BusinessState.SUBMITTED:
        dossier.accepted_at = work.now()


def read_ledger(work: Work, dossier: Dossier) -> list[ClockEntry]:
    return [ClockEntry(EntryKind(row.kind), row.at, row.minutes) for row in store.list_clock(work.session, dossier.id)]


@dataclass(frozen=True, slots=True)
class Deadline:
    """The state of a dossier's legal clock; minutes are working minutes, `remaining` negative when late."""

    condition: Condition
    acceptance_due_at: datetime | None
    due_at: datetime | None
    projected_at: datetime | None
    elapsed_minutes: int
    remaining_minutes: int | None
    lines: tuple[Line, ...]


def explain_own_deadline(work: Work, actor: Actor, office: Office, dossier_id: UUID) -> Deadline:
    """When the caller's own dossier is due, and why. Raises `not_found`."""
    return explain_deadline(work, office, store.find_own_dossier(work.session, actor, dossier_id))


def explain_desk_deadline(work: Work, actor: Actor, office: Office, dossier_id: UUID) -> Deadline:
    """The same for a dossier of the officer's agencies. Raises `not_found`."""
    dossier = store.find_desk_dossier(work.session, actor, dossier_id)
    write_audit(work.session, actor, "dossier.read_deadline", "dossier", dossier.id)
    return explain_deadline(work, office, dossier)


def explain_deadline(work: Work, office: Office, dossier: Dossier) -> Deadline:
    """When the dossier is due, and why, line by line."""
    term = office.catalogue.version(work.session, dossier.version_id).procedure.term
    calendar = office.catalogue.calendar(work.session, dossier.agency_code)
    ledger, now = read_ledger(work, dossier), work.now()
    time = due(ledger, term, calendar, now=now)
    return Deadline(
        time.condition,
        dossier.acceptance_due_at,
        time.due_at,
        time.projected_at,
        elapsed_minutes(ledger, term, calendar, now),
        remaining_minutes(ledger, term, calendar, now),
        tuple(explain(ledger, term, calendar, now=now)),
    )


def _restart_acceptance(dossier: Dossier, procedure: Procedure, calendar: WorkingCalendar, now: datetime) -> None:
    # Each time the dossier comes to stand before the receiving officer, that officer's own limit begins.
    limit = Term(procedure.acceptance_limit_hours, Unit.WORKING_HOURS)
    dossier.acceptance_due_at = dossier.order_at = term_end(limit, now, calendar)
