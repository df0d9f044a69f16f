"""Uploads in pieces (tus 1.0.0): a phone that loses its network goes on where it stopped, and no byte is taken twice.

What an account may hold is bounded by what it costs: open uploads, and octets within a day. Calls are not counted here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from attachments import store as upload_store
from attachments.content import KNOWN_TYPES, Verdict, is_hopeless_type
from attachments.models import FILE_NAME_FIELD, METADATA_FIELD, Upload
from attachments.service.pieces import Content, Piece, pieces_of
from attachments.states import UPLOAD_MOVES, UploadEvent, UploadState
from attachments.views import UploadView
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError, FieldError, present
from kernel.ids import new_id
from kernel.quota import require_room
from kernel.work import Work

MAX_SIZE = 20 << 20
KEPT_UNATTACHED = timedelta(days=7)
# A file that was swapped for another can be taken back for so long.
KEPT_DETACHED = timedelta(days=1)
MAX_OPEN_UPLOADS = 50
# Some 2,500 scanned results of an office's busiest day.
MAX_BYTES_A_DAY = 5 << 30
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewUpload:
    """`declared_type` and `metadata` are the sender's words, kept and never believed."""

    size: int
    file_name: str
    declared_type: str | None = None
    metadata: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next octets of an upload belong: behind `received`, `room` of them at most."""

    size: int
    received: int
    pieces: Sequence[Piece]

    @property
    def room(self) -> int:
        return self.size - self.received


def create_upload(work: Work, actor: Actor, asked: NewUpload) -> UploadView:
    """Opens an upload. Raises `file_empty`, `file_too_large`, `file_type_unknown`, and at a bound of the account
    `too_many_uploads`, `too_many_bytes`.

    The declared type refuses only what surely is no paper: the bytes decide once they are here.
    """
    # Permits let only logged-in people come here.
    owner_id = present(actor.person_id)
    if asked.size <= 0:
        raise DomainError("file_empty")
    if asked.size > MAX_SIZE:
        raise DomainError("file_too_large", max_bytes=MAX_SIZE)
    if asked.declared_type and is_hopeless_type(asked.declared_type):
        raise DomainError("file_type_unknown", accepted=sorted(KNOWN_TYPES))
    _require_room(work, owner_id, asked.size)
    row = new_id()
    upload = Upload(
        id=row,
        owner_id=owner_id,
        state=UploadState.RECEIVING.value,
        file_name=work.vault.seal(FILE_NAME_FIELD, row, asked.file_name),
        metadata_sent=work.vault.seal(METADATA_FIELD, row, asked.metadata) if asked.metadata else None,
        declared_type=asked.declared_type,
        size=asked.size,
        received=0,
        attached=False,
        created_at=work.now(),
        expires_at=work.now() + KEPT_UNATTACHED,
    )
    work.session.add(upload)
    write_audit(work.session, actor, "upload.create", "upload", row)
    return UploadView.of(upload)


def find_upload(work: Work, actor: Actor, upload_id: UUID) -> UploadView:
    """The caller's upload. Raises `not_found`, also once it has expired."""
    return UploadView.of(_find(work, actor, upload_id))


def _find(work: Work, actor: Actor, upload_id: UUID) -> Upload:
    upload = upload_store.find_upload(work.session, actor.person_id, upload_id)
    if not upload.attached and upload.expires_at <= work.now():
        raise DomainError("not_found")
    return upload


def find_metadata(work: Work, actor: Actor, upload_id: UUID) -> str | None:
    """What the sender said of the caller's upload, as it was sent. Raises `not_found`."""
    upload = _find(work, actor, upload_id)
    return None if upload.metadata_sent is None else work.vault.open(METADATA_FIELD, upload.id, upload.metadata_sent)


def find_place(work: Work, actor: Actor, upload_id: UUID, offset: int) -> Place:
    """Raises `upload_offset_conflict`, `upload_closed`; for a refused upload its reason, as often as it is asked."""
    upload = find_upload(work, actor, upload_id)
    require_not_refused(upload)
    if upload.state != UploadState.RECEIVING:
        raise DomainError("upload_closed", upload_state=upload.state)
    if upload.received != offset:
        raise DomainError("upload_offset_conflict", offset=upload.received)
    return Place(upload.size, upload.received, pieces_of(work, upload_id))


def require_not_refused(upload: UploadView) -> None:
    """Raises the reason for which an upload was refused, once it was."""
    if upload.state != UploadState.REFUSED:
        return
    if upload.refusal in ("file_damaged", "file_locked"):
        raise DomainError(upload.refusal)
    raise DomainError("file_type_unknown", accepted=sorted(KNOWN_TYPES))


def close_upload(work: Work, actor: Actor, upload_id: UUID, content: Content) -> UploadView:
    """Settles a fully received upload: complete, or refused for what its bytes are. Idempotent."""
    upload = upload_store.lock_upload(work.session, actor.person_id, upload_id)
    if UploadView.of(upload).awaits_verdict:
        upload.sha256 = content.sha256
        _settle(work, upload, content.verdict)
    return UploadView.of(upload)


def refuse_upload(work: Work, actor: Actor, upload_id: UUID, verdict: Verdict) -> UploadView:
    """Refuses an upload whose first octets tell that no more of them can help. Raises `upload_closed`."""
    upload = upload_store.lock_upload(work.session, actor.person_id, upload_id)
    _settle(work, upload, verdict)
    return UploadView.of(upload)


def delete_upload(work: Work, actor: Actor, upload_id: UUID) -> None:
    """Removes an upload that no dossier uses; its objects are to be deleted after the commit."""
    upload = upload_store.lock_upload(work.session, actor.person_id, upload_id)
    if upload.attached:
        raise DomainError("upload_in_use")
    work.session.delete(upload)
    write_audit(work.session, actor, "upload.delete", "upload", upload_id)


def expire_uploads(work: Work, *, limit: int = 200) -> list[UUID]:
    """Removes uploads nobody attached in time. Returns those whose objects are to be deleted after the commit."""
    old = upload_store.lock_expired_uploads(work.session, work.now(), limit)
    for upload in old:
        work.session.delete(upload)
    return [upload.id for upload in old]


def require_usable(work: Work, upload: Upload, pointer: str, accepted: Sequence[str], max_bytes: int) -> None:
    """Refuses an upload that may not become a paper, naming the field and the reason (`invalid_fields`).

    Raises `not_found` for one that has expired.
    """
    if not upload.attached and upload.expires_at <= work.now():
        raise DomainError("not_found")
    if upload.state == UploadState.RECEIVING:
        raise _refused(pointer, "file_incomplete")
    if upload.state != UploadState.COMPLETE:
        raise _refused(pointer, upload.refusal or "file_type_unknown")
    unfit = unfit_for(upload.media_type, upload.size, pointer, accepted, max_bytes)
    if unfit is not None:
        raise DomainError("invalid_fields", fields=[unfit])


def unfit_for(
    media_type: str | None, size: int, pointer: str, accepted: Sequence[str], max_bytes: int
) -> FieldError | None:
    """Why a complete upload is none of the files that a paper takes, if it is none."""
    if media_type not in accepted:
        return FieldError(pointer, "file_type_not_accepted", {"accepted": list(accepted)})
    if size > max_bytes:
        return FieldError(pointer, "file_too_large", {"max_bytes": max_bytes})
    return None


def _refused(pointer: str, code: str) -> DomainError:
    return DomainError("invalid_fields", fields=[FieldError(pointer, code)])


def _require_room(work: Work, owner_id: UUID, size: int) -> None:
    require_room(
        work.session,
        "uploads",
        owner_id,
        held=lambda: upload_store.count_open_uploads(work.session, owner_id),
        limit=MAX_OPEN_UPLOADS,
        refusal="too_many_uploads",
    )
    if upload_store.sum_begun_since(work.session, owner_id, work.now() - _DAY) + size > MAX_BYTES_A_DAY:
        raise DomainError(
            "too_many_bytes", megabytes=MAX_BYTES_A_DAY >> 20, retry_after=int(_DAY.total_seconds()) // 24
        )
    upload_store.forget_refused(work.session, owner_id, MAX_OPEN_UPLOADS)


def _settle(work: Work, upload: Upload, verdict: Verdict) -> None:
    event = UploadEvent.BELIED if verdict.refusal else UploadEvent.VERIFIED
    upload.state = UPLOAD_MOVES.move(UploadState(upload.state), event).value
    upload.media_type, upload.refusal = verdict.media_type, verdict.refusal
    if verdict.refusal:
        upload_store.drop_pieces(work.session, upload.id)
