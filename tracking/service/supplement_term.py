"""Keeps the term of a request for a supplement in step with the status of its dossier."""

from kernel.errors import DomainError, FieldError
from kernel.work import Work
from procedures.supplement import SupplementRule, supplement_times
from tracking.models import Dossier
from tracking.office import Office
from tracking.states import BusinessState


def rule_of(office: Office, work: Work, dossier: Dossier) -> SupplementRule:
    """What the dossier's procedure says of its supplements, else the settings."""
    own = office.catalogue.version(work.session, dossier.version_id).procedure.supplement
    return own or office.settings.supplement


def check_days(rule: SupplementRule, days: int | None) -> int:
    """The days a citizen gets. Raises `invalid_fields` for more than the procedure allows."""
    if days is not None and not 1 <= days <= rule.most_days:
        raise DomainError(
            "invalid_fields", fields=[FieldError("/days", "range_between", {"min": 1, "max": rule.most_days})]
        )
    return days or rule.days


def move_term(work: Work, office: Office, dossier: Dossier, before: BusinessState) -> None:
    """Begins the term when the dossier comes to wait for a supplement, and drops it when it waits no longer.

    Back from a refused withdrawal, the whole term begins again: the citizen could not answer meanwhile.
    """
    if dossier.state == BusinessState.SUPPLEMENT:
        set_term(work, office, dossier)
    elif before == BusinessState.SUPPLEMENT:
        dossier.supplement_due_at = dossier.supplement_look_at = None


def set_term(work: Work, office: Office, dossier: Dossier) -> None:
    """The full term, from now on."""
    days = dossier.supplement_days or rule_of(office, work, dossier).days
    calendar = office.catalogue.calendar(work.session, dossier.agency_code)
    times = supplement_times(days, work.now(), office.settings.supplement_reminder_days, calendar)
    dossier.supplement_days = days
    dossier.supplement_due_at, dossier.supplement_look_at = times.due_at, times.remind_at
