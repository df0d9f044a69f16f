"""Names that are held for businesses: their keys follow when the rules change by which two spellings meet."""

from typing import Final

from kernel.texts.folding import FOLD_VERSION, fold
from kernel.work import Work
from procedures.forms.rules import reserved_names
from tracking import store
from tracking.models import Dossier, ReservedName
from tracking.office import Office
from tracking.service.draft_forms import read_form

_RENEWED_AT_ONCE: Final = 500


def renew_held_names(work: Work, office: Office) -> int:
    """Makes anew the keys of names that are held, where they were made by older rules. Returns how many; call until 0.

    Two businesses may hold names that are one by the new rules: both keep theirs, and nobody gets it a third time.
    """
    rows = store.lock_outdated_names(work.session, FOLD_VERSION, _RENEWED_AT_ONCE)
    for row in rows:
        key = _key(work, office, row)
        if key != row.folded and not store.name_is_held(work.session, row.scope, key):
            row.folded = key
        row.fold_version = FOLD_VERSION
        work.session.flush()
    return len(rows)


def _key(work: Work, office: Office, row: ReservedName) -> str:
    """As the name in the dossier's form has it, if the key was made of that: the form may have changed since."""
    plain = fold(row.folded)
    dossier = None if row.dossier_id is None else work.session.get(Dossier, row.dossier_id)
    if dossier is None:
        return plain
    procedure = office.catalogue.version(work.session, dossier.version_id).procedure
    for hold in reserved_names(procedure, read_form(work, dossier), dossier.agency_code):
        # Older rules may have left a prefix standing that was written with look-alikes.
        if hold.scope == row.scope and f" {plain}".endswith(f" {hold.folded}"):
            return hold.folded
    return plain
