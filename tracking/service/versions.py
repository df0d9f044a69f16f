"""Which version of its procedure a draft follows: never one that is no longer in force when it is received.

A filed dossier keeps its version, also for a supplement: the law of the day on which it was received goes on for it.
"""

import json
from datetime import date
from typing import Any

from attachments.service.uploads import KEPT_UNATTACHED
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError
from kernel.vault import Sealed
from kernel.work import Work
from procedures.catalogue import Published
from procedures.changes import changes_between
from procedures.forms.fitting import fit_values
from tracking import store
from tracking.models import LEFT_OUT_FIELD, Dossier
from tracking.office import Office
from tracking.service.draft_forms import read_form, seal_form


def in_force_today(work: Work, office: Office, dossier: Dossier) -> Published:
    """What a draft is filled in under: its own version, or a newer one that is in force today."""
    return _newest(work, office, dossier, local(work.now()).date())


def in_force_when_received(work: Work, office: Office, dossier: Dossier) -> Published:
    """What a draft that is filed now is judged by. Filed outside working hours, it is received when work begins."""
    calendar = office.catalogue.calendar(work.session, dossier.agency_code)
    return _newest(work, office, dossier, local(calendar.clamp(work.now())).date())


def move_draft(work: Work, actor: Actor, office: Office, dossier: Dossier, to: Published) -> DomainError | None:
    """Moves a locked draft to a newer version, with everything that was typed. Returns the refusal that tells what is
    new field by field, to be answered with the move kept; None where nothing is new to a citizen."""
    pinned = office.catalogue.version(work.session, dossier.version_id)
    if to.id == pinned.id:
        return None
    values, apart = fit_values(to.procedure.form, read_form(work, dossier), read_left_out(work, dossier))
    seal_form(work, dossier, values)
    dossier.left_out_values = _sealed(work, dossier, apart)
    dossier.version_id, dossier.fee_vnd = to.id, to.procedure.fee_vnd
    _free_papers(work, dossier, to)
    dossier.seen_version += 1
    dossier.updated_at = work.now()
    write_audit(work.session, actor, "dossier.move_version", "dossier", dossier.id, version=to.number)
    changes = changes_between(pinned.procedure, to.procedure)
    if not changes:
        return None
    return DomainError("procedure_changed", fields=changes, version=to.number, before=pinned.number)


def read_left_out(work: Work, dossier: Dossier) -> dict[str, Any]:
    """What was typed into fields that the draft's version does not have, by JSON pointer."""
    if dossier.left_out_values is None:
        return {}
    found: dict[str, Any] = json.loads(work.vault.open(LEFT_OUT_FIELD, dossier.id, dossier.left_out_values))
    return found


def _newest(work: Work, office: Office, dossier: Dossier, day: date) -> Published:
    pinned = office.catalogue.version(work.session, dossier.version_id)
    found = office.catalogue.find_current(work.session, pinned.procedure.code, day)
    return found if found.replaces(pinned) else pinned


def _sealed(work: Work, dossier: Dossier, apart: dict[str, Any]) -> Sealed | None:
    return work.vault.seal(LEFT_OUT_FIELD, dossier.id, json.dumps(apart, ensure_ascii=False)) if apart else None


def _free_papers(work: Work, dossier: Dossier, to: Published) -> None:
    """Files of papers that are no longer asked for: unattached again, they may serve as another paper."""
    known = {paper.code for paper in to.procedure.papers}
    for file, upload in store.list_files(work.session, dossier.id, "paper"):
        if file.code not in known:
            upload.attached, upload.expires_at = False, work.now() + KEPT_UNATTACHED
            work.session.delete(file)
