"""What an officer does with a dossier. Each use case: lock, check the role, change, record."""

from collections.abc import Callable
from uuid import UUID

from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError, present
from kernel.work import Work
from tracking import store
from tracking.case import Case
from tracking.handover import HandOverWay
from tracking.models import Dossier
from tracking.office import Office
from tracking.process import first_step, take_step
from tracking.roles import ROLES
from tracking.service.change import Because, add_timeline, change_state
from tracking.service.supplement_term import check_days, rule_of
from tracking.states import UNDO_OF, BusinessState, Event

# Called with the version of the locked dossier; raises when it is not the one the officer acted on.
Expect = Callable[[int], None]


def open_at_desk(work: Work, actor: Actor, dossier_id: UUID, expect: Expect) -> Case:
    """The dossier, locked, in the version the officer was looking at. Raises `not_found`, and what `expect` raises."""
    case = store.open_desk_case(work.session, actor, dossier_id)
    expect(case.dossier.version)
    return case


def accept_dossier(work: Work, actor: Actor, office: Office, dossier_id: UUID, expect: Expect) -> Case:
    """State 2: the legal clock starts now."""
    return _decide(work, actor, office, dossier_id, expect, Event.ACCEPT, None)


def decline_dossier(work: Work, actor: Actor, office: Office, dossier_id: UUID, expect: Expect, *, reason: str) -> Case:
    """State 3, for a reason the citizen reads; a name held for the dossier is free again."""
    case = _decide(work, actor, office, dossier_id, expect, Event.DECLINE, reason)
    store.release_names(work.session, case.dossier.id, work.now())
    return case


def request_supplement(
    work: Work, actor: Actor, office: Office, dossier_id: UUID, expect: Expect, *, reason: str, days: int | None = None
) -> Case:
    """State 5: the clock pauses, and the citizen has so many working days, else as many as the procedure gives.

    Raises `supplement_limit` and `invalid_fields` past what the procedure allows.
    """
    case = open_at_desk(work, actor, dossier_id, expect)
    dossier = case.dossier
    limit = office.catalogue.version(work.session, dossier.version_id).procedure.max_supplements
    if dossier.supplements >= limit:
        raise DomainError("supplement_limit", limit=limit)
    dossier.supplement_days = check_days(rule_of(office, work, dossier), days)
    _act(work, actor, office, case, Event.REQUEST_SUPPLEMENT, reason)
    dossier.supplements += 1
    return case


def start_processing(work: Work, actor: Actor, office: Office, dossier_id: UUID, expect: Expect) -> Case:
    """State 4, at the first step of the procedure's process."""
    case = open_at_desk(work, actor, dossier_id, expect)
    dossier = case.dossier
    if dossier.state == BusinessState.ACCEPTED:
        dossier.step = first_step(office.catalogue.version(work.session, dossier.version_id).procedure)
    _act(work, actor, office, case, Event.START, None)
    return case


def move_step(
    work: Work,
    actor: Actor,
    office: Office,
    dossier_id: UUID,
    expect: Expect,
    *,
    action: str,
    note: str | None,
    tell_citizen: bool = False,
) -> Case:
    """Advances or sends back inside state 4; the official status stays. The note is internal unless `tell_citizen`.

    Raises `action_not_allowed`, `step_*`.
    """
    case = open_at_desk(work, actor, dossier_id, expect)
    dossier = case.dossier
    _require_state(dossier, BusinessState.PROCESSING)
    procedure = office.catalogue.version(work.session, dossier.version_id).procedure
    dossier.step = take_step(procedure, dossier.step, action, actor.roles).to
    dossier.version += 1
    name = _handle(work, actor, office, dossier)
    add_timeline(work, actor, case, "process", action, Because(name, note, told=tell_citizen))
    write_audit(work.session, actor, f"dossier.{action}", "dossier", dossier.id, version=dossier.version)
    return case


def finish_dossier(work: Work, actor: Actor, office: Office, dossier_id: UUID, expect: Expect) -> Case:
    """State 9: from the step that may finish, with a result attached. Raises `result_missing`."""
    case = open_at_desk(work, actor, dossier_id, expect)
    dossier = case.dossier
    _require_state(dossier, BusinessState.PROCESSING, BusinessState.FINISHED)
    if dossier.state == BusinessState.PROCESSING:
        procedure = office.catalogue.version(work.session, dossier.version_id).procedure
        take_step(procedure, dossier.step, "finish", actor.roles)
        if not case.files_of("result"):
            raise DomainError("result_missing")
    if _change(work, actor, office, case, Event.FINISH, None):
        dossier.finished_at = work.now()
    return case


def hand_over_result(
    work: Work, actor: Actor, office: Office, dossier_id: UUID, expect: Expect, *, way: HandOverWay
) -> Case:
    """State 10: the result has reached the citizen, `way` says how (online, counter, post)."""
    case = open_at_desk(work, actor, dossier_id, expect)
    dossier = case.dossier
    _require_role(actor, Event.HAND_OVER)
    if _change(work, actor, office, case, Event.HAND_OVER, None, way=way.value):
        dossier.hand_over_way, dossier.handed_over_at = way.value, work.now()
    return case


def settle_withdrawal(
    work: Work, actor: Actor, office: Office, dossier_id: UUID, expect: Expect, *, grant: bool, reason: str | None
) -> Case:
    """Grants a withdrawal (state 8) or refuses it (back to where it stood, with a reason)."""
    event = Event.GRANT_WITHDRAWAL if grant else Event.REFUSE_WITHDRAWAL
    case = _decide(work, actor, office, dossier_id, expect, event, reason)
    if grant:
        store.release_names(work.session, case.dossier.id, work.now())
    return case


def stop_dossier(work: Work, actor: Actor, office: Office, dossier_id: UUID, expect: Expect, *, reason: str) -> Case:
    """State 8 by the agency's decision, for a reason the citizen reads."""
    case = _decide(work, actor, office, dossier_id, expect, Event.STOP, reason)
    store.release_names(work.session, case.dossier.id, work.now())
    return case


def undo_last(work: Work, actor: Actor, office: Office, dossier_id: UUID, expect: Expect, *, reason: str) -> Case:
    """Takes the officer's own last action back inside the undo window. Raises `nothing_to_undo`."""
    case = open_at_desk(work, actor, dossier_id, expect)
    dossier = case.dossier
    last = store.last_business_entry(work.session, dossier.id)
    event = UNDO_OF.get(Event(last.event)) if last else None
    if last is None or event is None or last.actor_id != actor.id:
        raise DomainError("nothing_to_undo")
    if work.now() - last.at > office.settings.undo_window:
        raise DomainError("undo_too_late")
    _change(work, actor, office, case, event, reason)
    _forget(dossier, event)
    return case


def _forget(dossier: Dossier, event: Event) -> None:
    match event:
        case Event.UNDO_ACCEPT:
            dossier.accepted_at = None
        case Event.UNDO_REQUEST_SUPPLEMENT:
            dossier.supplements -= 1
        case Event.UNDO_START:
            dossier.step = None
        case Event.UNDO_FINISH:
            dossier.finished_at = None
        case Event.UNDO_HAND_OVER:
            dossier.hand_over_way = dossier.handed_over_at = None


def _decide(
    work: Work, actor: Actor, office: Office, dossier_id: UUID, expect: Expect, event: Event, reason: str | None
) -> Case:
    case = open_at_desk(work, actor, dossier_id, expect)
    _act(work, actor, office, case, event, reason)
    return case


def _act(work: Work, actor: Actor, office: Office, case: Case, event: Event, reason: str | None) -> None:
    _require_role(actor, event)
    _change(work, actor, office, case, event, reason)


def _change(
    work: Work, actor: Actor, office: Office, case: Case, event: Event, reason: str | None, **details: str
) -> bool:
    """Changes the status in the officer's name; False when it had happened already, and then nothing is touched.

    The reason of a change of status is told to the citizen, as the law wants.
    """
    dossier = case.dossier
    before = dossier.handler_id, dossier.handler_name
    name = _handle(work, actor, office, dossier)
    if not change_state(work, actor, office, case, event, Because(name, reason, details, told=True)):
        dossier.handler_id, dossier.handler_name = before
        return False
    return True


def _handle(work: Work, actor: Actor, office: Office, dossier: Dossier) -> str:
    # Permits let only officers come here.
    officer_id = present(actor.officer_id)
    dossier.handler_id = officer_id
    dossier.handler_name = office.people.officer_name(work, officer_id)
    return dossier.handler_name


def _require_role(actor: Actor, event: Event) -> None:
    if not actor.roles & ROLES[event]:
        raise DomainError("role_missing", needed=sorted(ROLES[event]))


def _require_state(dossier: Dossier, *states: BusinessState) -> None:
    if dossier.state not in states:
        raise DomainError("action_not_allowed", state=dossier.state, allowed_from=[int(state) for state in states])
