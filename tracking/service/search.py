"""Officers find any dossier of their agencies, open or closed; what makes them findable is kept up to date."""

from collections.abc import Sequence
from typing import Any, Final

from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.work import Work
from procedures.forms.rules import names_given
from tracking import store
from tracking.models import PHONE_FIELD, PHONE_INDEX, Dossier
from tracking.office import Office
from tracking.reading.views import Reader
from tracking.search.keys import Finder, Place
from tracking.search.typed import SEARCH_VERSION, Kind, Sought, search_text
from tracking.service.draft_forms import read_form

_RENEWED_AT_ONCE: Final = 500


def search_dossiers(
    work: Work,
    actor: Actor,
    office: Office,
    reader: Reader,
    sought: Sought,
    *,
    state: int | None,
    after: Place | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Lines of the officer's agency subtree: open dossiers in the order in which they are due, then closed ones."""
    person = None
    if sought.kind is Kind.IDENTITY:
        person = office.people.person_with_identity(work, sought.value)
    finder = Finder(reader.connection, work.vault, actor, sought, person)
    rows = finder.page(state=state, after=after, limit=limit)
    write_audit(work.session, actor, "desk.search", "agency", None, agency=actor.agency_code or "", by=str(sought.kind))
    return [reader.desk_line(row) for row in rows]


def renew_search_keys(work: Work, office: Office) -> int:
    """Makes anew what dossiers are found by, where it was made by older rules. Returns how many; call until 0."""
    rows = store.lock_outdated_search(work.session, SEARCH_VERSION, _RENEWED_AT_ONCE)
    for dossier in rows:
        _renew(work, office, dossier)
    return len(rows)


def _renew(work: Work, office: Office, dossier: Dossier) -> None:
    procedure = office.catalogue.version(work.session, dossier.version_id).procedure
    names: Sequence[str] = names_given(procedure, read_form(work, dossier))
    dossier.search_text = search_text([dossier.applicant_name, *names])
    if dossier.notify_phone is not None:
        phone = work.vault.open(PHONE_FIELD, dossier.id, dossier.notify_phone)
        dossier.phone_index = work.vault.index(PHONE_INDEX, phone)
    dossier.search_version = SEARCH_VERSION
