"""The citizen's draft: opened, filled in, given papers, thrown away. Nothing here is seen by an agency."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from agencies.models import Agency
from attachments import store as upload_store
from attachments.models import Upload
from attachments.service.uploads import KEPT_DETACHED, require_usable
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError, FieldError, present
from kernel.ids import new_id
from kernel.quota import require_room
from kernel.work import Work
from procedures.catalogue import Published
from procedures.definition import Paper
from procedures.forms.checking import check_form
from tracking import store
from tracking.models import FORM_FIELD, Dossier, DossierFile
from tracking.office import Office
from tracking.search.typed import SEARCH_VERSION, search_text
from tracking.service.draft_forms import keep_typed, read_form, write_form
from tracking.service.versions import in_force_today, move_draft
from tracking.states import BusinessState

MAX_FILES_PER_PAPER = 20
# Of one dossier from its draft to its end, with the files that were replaced: what an officer has read is kept.
MAX_FILES = 300
MAX_BYTES = 300 << 20
MAX_DRAFTS = 50
# Called with the seen_version of the locked dossier; raises when the citizen acted on another.
Expect = Callable[[int], None]
_EDITABLE = (BusinessState.DRAFT, BusinessState.SUPPLEMENT)


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as the phone knows it: which upload, and what its bytes must be."""

    upload_id: UUID
    sha256: bytes
    size: int


def open_draft(
    work: Work,
    actor: Actor,
    office: Office,
    *,
    procedure_code: str,
    agency_code: str,
    values: dict[str, Any],
    language: str,
) -> UUID:
    """A new draft's id, under today's version. Raises `procedure_unknown`, `agency_unknown`, `invalid_fields`."""
    published = office.catalogue.find_current(work.session, procedure_code, local(work.now()).date())
    agency = office.catalogue.agency(work.session, agency_code)
    applicant = _applicant(work, actor, published, agency)
    name = office.people.person_card(work, applicant).full_name
    row = new_id()
    dossier = Dossier(
        id=row,
        applicant_id=applicant,
        applicant_name=name,
        search_text=search_text([name]),
        search_version=SEARCH_VERSION,
        version_id=published.id,
        agency_code=agency.code,
        state=int(BusinessState.DRAFT),
        version=1,
        seen_version=1,
        supplements=0,
        language=language,
        fee_vnd=published.procedure.fee_vnd,
        form_values=work.vault.seal(FORM_FIELD, row, "{}"),
        created_at=work.now(),
        updated_at=work.now(),
    )
    write_form(work, published, dossier, values)
    work.session.add(dossier)
    write_audit(work.session, actor, "dossier.open_draft", "dossier", row)
    return row


def require_level(actor: Actor, published: Published) -> None:
    """Raises `identity_level_too_low` when the log-in behind this call vouches for less than the procedure demands."""
    if actor.identity_level < published.procedure.identity_level:
        raise DomainError("identity_level_too_low", needed=published.procedure.identity_level)


def _applicant(work: Work, actor: Actor, published: Published, agency: Agency) -> UUID:
    """The person who files, if they may file this here. Raises what `open_draft` raises."""
    # Permits let only citizens come here.
    person_id = present(actor.person_id)
    if agency.kind != "office" or not published.procedure.served_by(agency.commune_code):
        raise DomainError("agency_does_not_serve")
    require_level(actor, published)
    require_room(
        work.session,
        "drafts",
        person_id,
        held=lambda: store.count_drafts(work.session, person_id),
        limit=MAX_DRAFTS,
        refusal="too_many_drafts",
    )
    return person_id


def save_form(
    work: Work, actor: Actor, office: Office, dossier_id: UUID, values: dict[str, Any], expect: Expect
) -> DomainError | None:
    """Replaces the form values of a draft, or of a dossier waiting for a supplement.

    Values that stand there already change nothing, whichever version they are meant for: the answer to the first
    attempt was lost, and the caller's own save is no stranger's. A draft whose procedure has changed keeps the values
    as they were typed and moves; what is new is returned as a refusal, whose effect is to be committed.
    """
    dossier = store.lock_own_dossier(work.session, actor, dossier_id)
    published = _in_force(work, office, dossier)
    moves, news = published.id != dossier.version_id, None
    if not moves and dossier.state in _EDITABLE and _stands_there(work, published, dossier, values):
        return None
    _require_editable(dossier, expect)
    if moves:
        keep_typed(work, dossier, values)
        news = move_draft(work, actor, office, dossier, published)
    if news is None:
        write_form(work, published, dossier, values)
    _touch(dossier, work.now())
    write_audit(work.session, actor, "dossier.save_form", "dossier", dossier.id)
    return news


def set_paper(
    work: Work, actor: Actor, office: Office, dossier_id: UUID, paper_code: str, sent: Sequence[SentFile]
) -> DomainError | None:
    """Makes `sent` the files of one paper; files no longer named are detached. Raises `invalid_fields`.

    A draft whose procedure has changed moves instead: what is new is returned as a refusal, to be committed.
    """
    dossier = lock_editable(work, actor, dossier_id, None)
    published = _in_force(work, office, dossier)
    news = move_draft(work, actor, office, dossier, published)
    if news is not None:
        return news
    paper = _paper(published, paper_code)
    if len(sent) > MAX_FILES_PER_PAPER:
        raise DomainError("too_many_files", limit=MAX_FILES_PER_PAPER)
    wanted = {file.upload_id: (place, file) for place, file in enumerate(sent)}
    standing = [each for each in store.list_files(work.session, dossier.id, "paper") if each[0].code == paper_code]
    if wanted.keys() == {upload.id for _, upload in standing}:
        return None
    for file, upload in standing:
        if wanted.pop(upload.id, None) is None:
            _detach(work, dossier, file, upload, work.now() + KEPT_DETACHED)
    attached = [_attach(work, actor, dossier, paper, new, f"/files/{place}") for place, new in wanted.values()]
    require_dossier_room(work, dossier.id, attached)
    _touch(dossier, work.now())
    write_audit(work.session, actor, "dossier.set_paper", "dossier", dossier.id, paper=paper_code)
    return None


def discard_draft(work: Work, actor: Actor, dossier_id: UUID) -> None:
    """Throws a draft away; its uploads become unattached and expire."""
    dossier = store.lock_own_dossier(work.session, actor, dossier_id)
    if dossier.state != BusinessState.DRAFT:
        raise DomainError("not_a_draft")
    for file, upload in store.list_files(work.session, dossier.id):
        _detach(work, dossier, file, upload, work.now() + KEPT_DETACHED)
    work.session.flush()
    work.session.delete(dossier)
    write_audit(work.session, actor, "dossier.discard_draft", "dossier", dossier.id)


def lock_editable(work: Work, actor: Actor, dossier_id: UUID, expect: Expect | None) -> Dossier:
    """The caller's dossier, locked, if the citizen may change it now; `expect` looks at its seen_version."""
    dossier = store.lock_own_dossier(work.session, actor, dossier_id)
    _require_editable(dossier, expect)
    return dossier


def require_dossier_room(work: Work, dossier_id: UUID, added: Sequence[Upload]) -> None:
    """Raises `dossier_too_large` where a locked dossier, its replaced files included, cannot take these as well."""
    work.session.flush()
    files, octets = store.dossier_use(work.session, dossier_id, [upload.id for upload in added])
    files, octets = files + len(added), octets + sum(upload.size for upload in added)
    if files > MAX_FILES or octets > MAX_BYTES:
        raise DomainError("dossier_too_large", files=MAX_FILES, megabytes=MAX_BYTES >> 20)


def _stands_there(work: Work, published: Published, dossier: Dossier, values: dict[str, Any]) -> bool:
    checked = check_form(published.procedure, values, draft=True, today=local(work.now()).date())
    return not checked.errors and checked.values == read_form(work, dossier)


def _in_force(work: Work, office: Office, dossier: Dossier) -> Published:
    """What the dossier is filled in under: once filed, the version under which it was received."""
    if dossier.state == BusinessState.DRAFT:
        return in_force_today(work, office, dossier)
    return office.catalogue.version(work.session, dossier.version_id)


def _require_editable(dossier: Dossier, expect: Expect | None) -> None:
    if expect is not None:
        expect(dossier.seen_version)
    if dossier.state not in _EDITABLE:
        raise DomainError("not_editable", state=dossier.state, allowed_from=[int(state) for state in _EDITABLE])


def _attach(work: Work, actor: Actor, dossier: Dossier, paper: Paper, sent: SentFile, pointer: str) -> Upload:
    upload = upload_store.lock_upload(work.session, actor.person_id, sent.upload_id)
    require_usable(work, upload, pointer, paper.media_types, paper.max_bytes)
    if (upload.sha256, upload.size) != (sent.sha256, sent.size):
        raise DomainError("invalid_fields", fields=[FieldError(pointer, "file_differs")])
    if upload.attached:
        raise DomainError("invalid_fields", fields=[FieldError(pointer, "file_in_use")])
    upload.attached = True
    work.session.add(
        DossierFile(
            id=new_id(),
            dossier_id=dossier.id,
            upload_id=upload.id,
            kind="paper",
            code=paper.code,
            added_by=upload.owner_id,
            added_at=work.now(),
        )
    )
    return upload


def _detach(work: Work, dossier: Dossier, file: DossierFile, upload: Upload, expires_at: datetime) -> None:
    if dossier.state == BusinessState.DRAFT:
        upload.attached, upload.expires_at = False, expires_at
        work.session.delete(file)
    else:
        # An officer has read this file: it leaves the dossier, not the record.
        file.removed_at = work.now()


def _paper(published: Published, code: str) -> Paper:
    for paper in published.procedure.papers:
        if paper.code == code:
            return paper
    raise DomainError("paper_unknown")


def _touch(dossier: Dossier, now: datetime) -> None:
    dossier.seen_version += 1
    dossier.updated_at = now
