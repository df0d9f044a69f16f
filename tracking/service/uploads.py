"""Uploads in pieces (tus 1.0.0): a phone that loses its network goes on where it stopped, and no byte is taken twice.

Bytes never travel inside a transaction: a piece is sealed and put into the file store first, then its row is recorded
under the upload's lock if the offset still fits; a piece that lost the race is an orphan object, deleted at once.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError, FieldError, present
from kernel.ids import new_id
from kernel.storage import FileStore
from kernel.vault import Vault
from kernel.work import Work
from tracking import store
from tracking.content import HEAD, KNOWN_TYPES, TAIL, media_type_of, same_type
from tracking.models import FILE_NAME_FIELD, Upload, UploadPiece
from tracking.upload_states import UploadEvent, UploadState, upload_transition

PIECE_SIZE = 1 << 20
MAX_SIZE = 20 << 20
KEPT_UNATTACHED = timedelta(days=7)
MAX_OPEN_UPLOADS = 50


@dataclass(frozen=True, slots=True)
class Piece:
    start: int
    size: int
    key: str


@dataclass(frozen=True, slots=True)
class Content:
    """What the whole bytes are: `sha256` digest and media type, None when no known type bears out."""

    sha256: bytes
    media_type: str | None


def create_upload(work: Work, actor: Actor, *, size: int, file_name: str, declared_type: str | None) -> Upload:
    """Opens an upload of `size` bytes. Raises `file_empty`, `file_too_large`, `file_type_unknown` and the like."""
    # Permits let only logged-in people come here.
    owner_id = present(actor.person_id)
    if size <= 0:
        raise DomainError("file_empty")
    if size > MAX_SIZE:
        raise DomainError("file_too_large", max_bytes=MAX_SIZE)
    if declared_type and not any(same_type(declared_type, known) for known in KNOWN_TYPES):
        raise DomainError("file_type_unknown", accepted=sorted(KNOWN_TYPES))
    if store.count_open_uploads(work.session, owner_id) >= MAX_OPEN_UPLOADS:
        raise DomainError("too_many_uploads", limit=MAX_OPEN_UPLOADS)
    row = new_id()
    upload = Upload(
        id=row,
        owner_id=owner_id,
        state=UploadState.RECEIVING.value,
        file_name=work.vault.seal(FILE_NAME_FIELD, row, file_name),
        declared_type=declared_type,
        size=size,
        received=0,
        attached=False,
        created_at=work.now(),
        expires_at=work.now() + KEPT_UNATTACHED,
    )
    work.session.add(upload)
    write_audit(work.session, actor, "upload.create", "upload", row)
    return upload


def store_piece(files: FileStore, vault: Vault, upload_id: UUID, start: int, content: bytes) -> Piece:
    """Seals and stores one piece; outside any transaction."""
    key = f"uploads/{upload_id}/{start:012d}-{secrets.token_hex(4)}"
    files.put(key, vault.seal_bytes(_bound_to(start), upload_id, content))
    return Piece(start, len(content), key)


def record_pieces(work: Work, actor: Actor, upload_id: UUID, pieces: Sequence[Piece]) -> Upload:
    """Takes stored pieces into the upload. Raises `upload_offset_conflict` when they no longer follow what is there."""
    upload = store.lock_upload(work.session, actor.person_id, upload_id)
    upload_transition(UploadState(upload.state), UploadEvent.PIECE)
    for piece in pieces:
        if piece.start != upload.received:
            raise DomainError("upload_offset_conflict", offset=upload.received)
        if piece.start + piece.size > upload.size:
            raise DomainError("upload_past_its_size", size=upload.size)
        work.session.add(UploadPiece(upload_id=upload_id, start=piece.start, size=piece.size, key=piece.key))
        upload.received += piece.size
    return upload


def read_content(files: FileStore, vault: Vault, upload_id: UUID, pieces: Sequence[Piece]) -> Iterator[bytes]:
    """The plain bytes, piece by piece, in order."""
    for piece in pieces:
        yield vault.open_bytes(_bound_to(piece.start), upload_id, files.get(piece.key))


def inspect_content(chunks: Iterator[bytes]) -> Content:
    """Reads all chunks once: the digest, and what the bytes are."""
    digest = hashlib.sha256()
    head, tail = b"", b""
    for chunk in chunks:
        digest.update(chunk)
        head = head if len(head) >= HEAD else (head + chunk)[:HEAD]
        tail = (tail + chunk)[-TAIL:]
    return Content(digest.digest(), media_type_of(head, tail))


def close_upload(work: Work, actor: Actor, upload_id: UUID, content: Content) -> Upload:
    """Settles a fully received upload: complete, or refused when its bytes are not what they claim. Idempotent."""
    upload = store.lock_upload(work.session, actor.person_id, upload_id)
    if upload.state != UploadState.RECEIVING or upload.received != upload.size:
        return upload
    upload.sha256 = content.sha256
    upload.media_type = content.media_type
    if content.media_type is None:
        upload.refusal = "file_type_unknown"
    elif upload.declared_type and not same_type(upload.declared_type, content.media_type):
        upload.refusal = "file_type_mismatch"
    verdict = UploadEvent.BELIED if upload.refusal else UploadEvent.VERIFIED
    upload.state = upload_transition(UploadState(upload.state), verdict).value
    return upload


def pieces_of(work: Work, upload_id: UUID) -> list[Piece]:
    return [Piece(row.start, row.size, row.key) for row in store.list_pieces(work.session, upload_id)]


def delete_upload(work: Work, actor: Actor, upload_id: UUID) -> list[str]:
    """Removes an upload that no dossier uses. Returns the object keys to delete after the commit."""
    upload = store.lock_upload(work.session, actor.person_id, upload_id)
    if upload.attached:
        raise DomainError("upload_in_use")
    keys = [piece.key for piece in pieces_of(work, upload_id)]
    work.session.delete(upload)
    write_audit(work.session, actor, "upload.delete", "upload", upload_id)
    return keys


def expire_uploads(work: Work, *, limit: int = 200) -> list[str]:
    """Removes uploads nobody attached in time. Returns the object keys to delete after the commit."""
    keys: list[str] = []
    for upload in store.lock_expired_uploads(work.session, work.now(), limit):
        keys.extend(piece.key for piece in pieces_of(work, upload.id))
        work.session.delete(upload)
    return keys


def require_usable(upload: Upload, pointer: str, accepted: Sequence[str], max_bytes: int) -> None:
    """Refuses an upload that may not become a paper, naming the field and the reason (`invalid_fields`)."""
    if upload.state == UploadState.RECEIVING:
        raise _refused(pointer, "file_incomplete")
    if upload.state != UploadState.COMPLETE:
        raise _refused(pointer, upload.refusal or "file_type_unknown")
    if upload.media_type not in accepted:
        raise _refused(pointer, "file_type_not_accepted", accepted=", ".join(accepted))
    if upload.size > max_bytes:
        raise _refused(pointer, "file_too_large", max_bytes=max_bytes)


def _refused(pointer: str, code: str, **params: str | int) -> DomainError:
    return DomainError("invalid_fields", fields=[FieldError(pointer, code, dict(params))])


def _bound_to(start: int) -> str:
    return f"upload_piece.content@{start}"
