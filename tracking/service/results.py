"""Results (kết quả) that the agency attaches to a dossier, and files read back by those who may."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from attachments import store as upload_store
from attachments.content import file_name
from attachments.models import Upload
from attachments.service.pieces import Piece, pieces_of
from attachments.service.uploads import MAX_SIZE, require_usable
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.work import Work
from tracking import store
from tracking.case import Case
from tracking.models import Dossier, DossierFile
from tracking.office import Office
from tracking.service.drafts import SentFile, require_dossier_room
from tracking.service.officer import Expect, open_at_desk
from tracking.states import BusinessState

RESULT_TYPES = ("application/pdf", "image/jpeg", "image/png")


@dataclass(frozen=True, slots=True)
class Download:
    """A file ready to be read from the store: `name` is safe for a header, never the sender's own."""

    upload_id: UUID
    name: str
    media_type: str
    size: int
    sha256: bytes
    pieces: Sequence[Piece]


def attach_result(
    work: Work, actor: Actor, office: Office, dossier_id: UUID, expect: Expect, *, kind: str, sent: SentFile
) -> Case:
    """Adds a result file while the dossier is processed. Raises `invalid_fields`, `result_kind_unknown`."""
    case = open_at_desk(work, actor, dossier_id, expect)
    dossier = case.dossier
    if dossier.state != BusinessState.PROCESSING:
        raise DomainError("action_not_allowed", state=dossier.state, allowed_from=[int(BusinessState.PROCESSING)])
    kinds = office.catalogue.version(work.session, dossier.version_id).procedure.results
    if kind not in {each.code for each in kinds}:
        raise DomainError(
            "result_kind_unknown",
            known=[each.code for each in kinds],
            known_vi=[each.name.vi for each in kinds],
            known_en=[each.name.en for each in kinds],
        )
    upload = upload_store.lock_upload(work.session, actor.person_id, sent.upload_id)
    require_usable(work, upload, "/file", RESULT_TYPES, MAX_SIZE)
    if (upload.sha256, upload.size) != (sent.sha256, sent.size) or upload.attached:
        raise DomainError("file_differs")
    require_dossier_room(work, dossier.id, [upload])
    upload.attached = True
    file = DossierFile(
        id=new_id(),
        dossier_id=dossier.id,
        upload_id=upload.id,
        kind="result",
        code=kind,
        added_by=upload.owner_id,
        added_at=work.now(),
    )
    work.session.add(file)
    case.add_file(file, upload)
    dossier.version += 1
    write_audit(work.session, actor, "dossier.attach_result", "dossier", dossier.id, version=dossier.version)
    return case


def own_file(work: Work, actor: Actor, dossier_id: UUID, file_id: UUID) -> Download:
    """A paper the citizen sent, or a result once it has been handed over. Raises `not_found`."""
    dossier = store.find_own_dossier(work.session, actor, dossier_id)
    file, upload = store.find_file(work.session, dossier.id, file_id)
    if file.kind == "result" and dossier.state != BusinessState.HANDED_OVER:
        raise DomainError("not_found")
    return _download(work, dossier, file, upload)


def desk_file(work: Work, actor: Actor, dossier_id: UUID, file_id: UUID) -> Download:
    """Any file of a dossier at the officer's desk; the reading is audited."""
    dossier = store.find_desk_dossier(work.session, actor, dossier_id)
    file, upload = store.find_file(work.session, dossier.id, file_id)
    write_audit(work.session, actor, "dossier.read_file", "dossier_file", file.id)
    return _download(work, dossier, file, upload)


def _download(work: Work, dossier: Dossier, file: DossierFile, upload: Upload) -> Download:
    if upload.media_type is None or upload.sha256 is None:
        raise DomainError("not_found")
    return Download(
        upload_id=upload.id,
        name=file_name(dossier.code, file.code, upload.media_type),
        media_type=upload.media_type,
        size=upload.size,
        sha256=upload.sha256,
        pieces=pieces_of(work, upload.id),
    )
