"""Pieces of an upload: sealed objects in the file store, and rows that name them.

Bytes never travel inside a transaction: a piece is sealed and put into the file store first, then its row is recorded
under the upload's lock if the offset still fits. Where pieces are small they are joined as they come, so that an
upload of any number of calls leaves no more objects than its size asks for.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from attachments import store as upload_store
from attachments.content import Inspector, Verdict
from attachments.models import UploadPiece
from attachments.pdf_password import opens_without_password
from attachments.states import UPLOAD_MOVES, UploadEvent, UploadState
from attachments.views import UploadView
from kernel.actor import Actor
from kernel.errors import DomainError
from kernel.storage import FileStore
from kernel.vault import Vault
from kernel.work import Work

# No piece crosses a multiple of this, so that joining what lies between two of them never touches the next.
PIECE_SIZE = 1 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """`joined`: recorded pieces right before the new octets whose content this one holds too."""

    start: int
    size: int
    key: str
    joined: tuple["Piece", ...] = ()

    @property
    def fresh_from(self) -> int:
        """Where the octets begin that were not here before."""
        return self.start + sum(each.size for each in self.joined)


@dataclass(frozen=True, slots=True)
class Content:
    """What the whole bytes are: `sha256` digest and the verdict on them."""

    sha256: bytes
    verdict: Verdict


def to_join(recorded: Sequence[Piece], start: int, size: int, whole: int) -> tuple[Piece, ...]:
    """Recorded pieces of the same block that new octets at `start` are stored together with.

    A block that is full, or the last one of `whole` octets, becomes one object. Before that a piece is joined only with
    what is less than twice as large: a block in the making has some twenty objects at most, and no octet is written
    more often than that.
    """
    block, end = start - start % PIECE_SIZE, start + size
    closes = end % PIECE_SIZE == 0 or end == whole
    taken: list[Piece] = []
    for piece in reversed(recorded):
        if piece.start < block or not (closes or piece.size < 2 * size):
            break
        taken.append(piece)
        size += piece.size
    return tuple(reversed(taken))


def store_piece(
    files: FileStore, vault: Vault, upload_id: UUID, start: int, content: bytes, joined: tuple[Piece, ...] = ()
) -> Piece:
    """Seals and stores octets that belong at `start`; outside any transaction.

    Raises KeyError when a piece to be joined is gone.
    """
    before = b"".join(read_content(files, vault, upload_id, joined))
    start -= len(before)
    key = f"{folder_of(upload_id)}/{start:012d}-{secrets.token_hex(4)}"
    files.put(key, vault.seal_bytes(_bound_to(start), upload_id, before + content))
    return Piece(start, len(before) + len(content), key, joined)


def record_pieces(work: Work, actor: Actor, upload_id: UUID, pieces: Sequence[Piece]) -> UploadView:
    """Takes stored pieces into the upload. Raises `upload_offset_conflict` when they no longer follow what is there."""
    upload = upload_store.lock_upload(work.session, actor.person_id, upload_id)
    UPLOAD_MOVES.move(UploadState(upload.state), UploadEvent.PIECE)
    for piece in pieces:
        if piece.fresh_from != upload.received:
            raise DomainError("upload_offset_conflict", offset=upload.received)
        if piece.start + piece.size > upload.size:
            raise DomainError("upload_past_its_size", size=upload.size)
        if piece.joined:
            upload_store.drop_pieces(work.session, upload_id, [each.start for each in piece.joined])
        work.session.add(UploadPiece(upload_id=upload_id, start=piece.start, size=piece.size, key=piece.key))
        upload.received = piece.start + piece.size
    return UploadView.of(upload)


def pieces_of(work: Work, upload_id: UUID) -> list[Piece]:
    return [Piece(row.start, row.size, row.key) for row in upload_store.list_pieces(work.session, upload_id)]


def read_content(files: FileStore, vault: Vault, upload_id: UUID, pieces: Sequence[Piece]) -> Iterator[bytes]:
    """The plain bytes, piece by piece, in order."""
    for piece in pieces:
        yield vault.open_bytes(_bound_to(piece.start), upload_id, files.get(piece.key))


def inspect_content(read: Callable[[], Iterator[bytes]]) -> Content:
    """Reads all pieces: the digest, and what the bytes are. Only a PDF that names an encryption is read as a whole."""
    digest, inspector = hashlib.sha256(), Inspector()
    for chunk in read():
        digest.update(chunk)
        inspector.feed(chunk)
    verdict = inspector.verdict()
    if inspector.maybe_locked and verdict.refusal is None and not opens_without_password(b"".join(read())):
        verdict = Verdict(verdict.media_type, "file_locked")
    return Content(digest.digest(), verdict)


def remove_objects(files: FileStore, upload_id: UUID, keep: Sequence[Piece] = ()) -> None:
    """Deletes whatever the store holds of an upload, but for the pieces to keep.

    This is done wherever an upload ends. It takes along what a killed process had put and not recorded.
    """
    kept = {piece.key for piece in keep}
    for key in files.list(folder_of(upload_id)):
        if key not in kept:
            files.delete(key)


def folder_of(upload_id: UUID) -> str:
    return f"uploads/{upload_id}"


def _bound_to(start: int) -> str:
    return f"upload_piece.content@{start}"
