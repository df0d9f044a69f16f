"""The term of a request for a supplement: set when it is asked, told before it ends, and ended once, by the sweep."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.actor import SYSTEM
from kernel.ids import new_id
from kernel.outbox import record_event
from kernel.work import Work
from procedures.supplement import AtEnd
from tracking import store
from tracking.models import Dossier
from tracking.office import Office
from tracking.service.change import Because, add_timeline, change_state
from tracking.service.supplement_term import rule_of, set_term
from tracking.states import Event

REMINDER: Final = "dossier.supplement_reminder"
ENDED: Final = "dossier.supplement_ended"
_CHUNK: Final = 100


@dataclass(frozen=True, slots=True)
class Ended:
    """A dossier whose supplement's term has passed, as its officers are told of it."""

    code: str
    agency_code: str
    agency: str
    handler_id: UUID | None


def read_ended(work: Work, office: Office, dossier_id: UUID) -> Ended:
    """Raises NoResultFound for a dossier that is not there."""
    dossier = work.session.get_one(Dossier, dossier_id)
    agency = office.catalogue.agency(work.session, dossier.agency_code).name
    return Ended(dossier.code or "", dossier.agency_code, agency, dossier.handler_id)


def watch_supplements(work: Work, office: Office) -> int:
    """Reminds citizens, and ends what has not been answered in time; a chunk at a time. Returns how many it looked at.

    Told again and again, each is reminded once and ended once: the dossier says when it is to be looked at next.
    """
    found = store.lock_waiting_supplements(work.session, work.now(), _CHUNK)
    for dossier in found:
        _look(work, office, dossier, work.now())
    return len(found)


def _look(work: Work, office: Office, dossier: Dossier, now: datetime) -> None:
    if dossier.supplement_due_at is None:
        # Asked for before requests had a term: it begins now.
        set_term(work, office, dossier)
    elif now <= dossier.supplement_due_at:
        _remind(work, dossier, dossier.supplement_due_at)
    else:
        _end(work, office, dossier, dossier.supplement_due_at)


def _remind(work: Work, dossier: Dossier, due_at: datetime) -> None:
    dossier.supplement_look_at, row = due_at, new_id()
    case = store.own_case(work.session, dossier)
    add_timeline(work, SYSTEM, case, "process", "supplement_reminder", _told(due_at), row=row)
    payload = {"dossier_id": str(dossier.id), "timeline_id": str(row)}
    record_event(work.session, REMINDER, dossier.id, payload)


def _end(work: Work, office: Office, dossier: Dossier, due_at: datetime) -> None:
    """The status that the procedure names for an unanswered request, or a word to the officer alone."""
    case = store.own_case(work.session, dossier)
    stops = rule_of(office, work, dossier).at_end is AtEnd.STOP
    payload = {"dossier_id": str(dossier.id), "due_at": due_at.isoformat(), "stopped": stops}
    if stops:
        change_state(work, SYSTEM, office, case, Event.END_SUPPLEMENT, _told(due_at))
        store.release_names(work.session, dossier.id, work.now())
    else:
        dossier.supplement_look_at = None
        add_timeline(work, SYSTEM, case, "process", "supplement_overdue", _told(due_at))
    record_event(work.session, ENDED, dossier.id, payload)


def _told(due_at: datetime) -> Because:
    return Because(details={"supplement_due_at": due_at.isoformat()})
