"""What a citizen does with a dossier: submits it, answers a supplement request, asks to withdraw."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from attachments.service.uploads import unfit_for
from kernel.actor import Actor
from kernel.clock import local
from kernel.errors import DomainError, FieldError, present
from kernel.ids import new_lookup_secret
from kernel.texts.vietnam import BadPhone, parse_mobile
from kernel.work import Work
from procedures.catalogue import Published
from procedures.forms.rules import fee_due, missing_papers, names_given, reserved_names, wrong_place
from tracking import store
from tracking.case import Case
from tracking.codes import format_code
from tracking.models import PHONE_FIELD, PHONE_INDEX, SECRET_FIELD, Dossier
from tracking.office import Office
from tracking.search.typed import search_text
from tracking.service.change import Because, change_state
from tracking.service.draft_forms import complete_form
from tracking.service.drafts import SentFile, require_level
from tracking.service.versions import in_force_when_received, move_draft
from tracking.states import BusinessState, Event


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the phone believes it has sent: paper code -> files. A submission is refused until it is all there."""

    papers: dict[str, tuple[SentFile, ...]]


def submit_dossier(
    work: Work, actor: Actor, office: Office, dossier_id: UUID, *, notify_phone: str, manifest: Manifest | None = None
) -> Case | DomainError:
    """Files a draft: state 1, a code, a look-up secret, and the phone (as typed; proved) that will be told.

    Its papers are those that were set before; a manifest, if there is one, must name the same.
    A draft whose procedure has changed by the day on which it is received is not filed: it moves, and what is new is
    returned as a refusal, whose effect is to be committed.
    Raises `invalid_fields` (form, papers, manifest, phone, name taken: all at once), `already_submitted`,
    `identity_level_too_low`, `agency_does_not_serve`.
    """
    dossier = store.lock_own_dossier(work.session, actor, dossier_id)
    if dossier.state != BusinessState.DRAFT:
        raise DomainError("already_submitted", dossier_code=dossier.code)
    published = in_force_when_received(work, office, dossier)
    news = move_draft(work, actor, office, dossier, published)
    if news is not None:
        return news
    case = store.own_case(work.session, dossier)
    require_level(actor, published)
    errors = _confirm_phone(work, actor, office, dossier, notify_phone)
    _refuse([*errors, *_check_complete(work, office, published, case, manifest)])
    dossier.lookup_secret = work.vault.seal(SECRET_FIELD, dossier.id, new_lookup_secret())
    dossier.submitted_at, dossier.left_out_values = work.now(), None
    day = local(work.now()).date()
    # Taken when nothing can be refused any more: a number that is not used is a gap.
    dossier.code = format_code(dossier.agency_code, day, office.numbers.next(dossier.agency_code, day))
    change_state(work, actor, office, case, Event.SUBMIT, Because(dossier.applicant_name))
    return case


def answer_supplement(
    work: Work, actor: Actor, office: Office, dossier_id: UUID, *, note: str | None, manifest: Manifest | None = None
) -> Case:
    """Says that what was asked for is there; the dossier goes back to where it stood."""
    case = store.open_own_case(work.session, actor, dossier_id)
    dossier = case.dossier
    if dossier.state == BusinessState.SUPPLEMENT:
        published = office.catalogue.version(work.session, dossier.version_id)
        _refuse(_check_complete(work, office, published, case, manifest))
    change_state(work, actor, office, case, Event.SUPPLEMENT, Because(dossier.applicant_name, note, told=True))
    return case


def ask_withdrawal(work: Work, actor: Actor, office: Office, dossier_id: UUID, *, reason: str) -> Case:
    """Asks the agency to stop; an officer grants or refuses it."""
    case = store.open_own_case(work.session, actor, dossier_id)
    dossier = case.dossier
    change_state(work, actor, office, case, Event.ASK_WITHDRAWAL, Because(dossier.applicant_name, reason, told=True))
    return case


def _confirm_phone(work: Work, actor: Actor, office: Office, dossier: Dossier, typed: str) -> list[FieldError]:
    if not typed:
        return [FieldError("/notify_phone", "required")]
    try:
        phone = parse_mobile(typed)
    except BadPhone as error:
        return [FieldError("/notify_phone", error.code)]
    # Permits let only citizens come here.
    if not office.people.has_proved_phone(work, present(actor.person_id), phone):
        return [FieldError("/notify_phone", "phone_not_proved")]
    dossier.notify_phone = work.vault.seal(PHONE_FIELD, dossier.id, phone)
    dossier.phone_index = work.vault.index(PHONE_INDEX, phone)
    return []


def _check_complete(
    work: Work, office: Office, published: Published, case: Case, manifest: Manifest | None
) -> list[FieldError]:
    """What is wrong with form, place, papers and names; sets the fee that these values call for."""
    dossier = case.dossier
    values, errors = complete_form(work, published, dossier)
    dossier.fee_vnd = fee_due(published.procedure, values)
    dossier.search_text = search_text([dossier.applicant_name, *names_given(published.procedure, values)])
    agency = office.catalogue.agency(work.session, dossier.agency_code)
    if not published.procedure.served_by(agency.commune_code):
        raise DomainError("agency_does_not_serve")
    there, unfit = _attached(published, case)
    errors += unfit
    if manifest is not None:
        errors += _manifest_errors(manifest.papers, there)
    errors += [
        FieldError(f"/papers/{code}", "paper_missing") for code in missing_papers(published.procedure, values, there)
    ]
    errors += wrong_place(published.procedure, values, agency.commune_code)
    return [*errors, *_hold_names(work, published, dossier, values, {error.pointer for error in errors})]


def _refuse(errors: Sequence[FieldError]) -> None:
    if errors:
        raise DomainError("invalid_fields", fields=errors)


def _attached(published: Published, case: Case) -> tuple[dict[str, tuple[SentFile, ...]], list[FieldError]]:
    """The files of each paper, and those that this version would not take: they were attached under an older one."""
    rules = {paper.code: paper for paper in published.procedure.papers}
    papers: dict[str, tuple[SentFile, ...]] = {}
    errors = []
    for file in case.files_of("paper"):
        code, rule = file["code"], rules[file["code"]]
        sent = SentFile(UUID(file["upload_id"]), bytes.fromhex(file["sha256"] or ""), file["size"])
        papers[code] = (*papers.get(code, ()), sent)
        unfit = unfit_for(file["media_type"], sent.size, f"/papers/{code}", rule.media_types, rule.max_bytes)
        errors += [unfit] if unfit else []
    return papers, errors


def _manifest_errors(said: dict[str, tuple[SentFile, ...]], there: dict[str, tuple[SentFile, ...]]) -> list[FieldError]:
    """No empty dossier, ever: what the phone says it sent and what is here must be the same set of bytes."""
    errors = []
    for code in sorted({*said, *there}):
        wanted, found = set(said.get(code, ())), set(there.get(code, ()))
        if wanted - found:
            errors.append(FieldError(f"/papers/{code}", "file_missing", {"count": len(wanted - found)}))
        if found - wanted:
            errors.append(FieldError(f"/papers/{code}", "file_not_in_manifest", {"count": len(found - wanted)}))
    return errors


def _hold_names(
    work: Work, published: Published, dossier: Dossier, values: dict[str, Any], wrong: Collection[str]
) -> list[FieldError]:
    """Holds the names; those that are `wrong` by themselves (pointers) are nobody's to hold. A draft held none."""
    if dossier.state != BusinessState.DRAFT:
        store.release_names(work.session, dossier.id, work.now())
    return [
        FieldError(name.pointer, "name_taken")
        for name in reserved_names(published.procedure, values, dossier.agency_code)
        if name.pointer not in wrong and not store.reserve_name(work.session, name.scope, name.folded, dossier.id)
    ]
