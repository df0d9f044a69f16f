"""Octets on their way from a request into the file store. Whatever is refused leaves nothing there."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from werkzeug.exceptions import ClientDisconnected

from api.edge.context import actor, container, here
from api.edge.transactions import unit_of_work
from attachments.content import HEAD, Verdict, hopeless
from attachments.service import pieces as upload_pieces
from attachments.service import uploads
from attachments.service.pieces import PIECE_SIZE, Content, Piece
from attachments.service.uploads import Place
from attachments.views import UploadView
from kernel.errors import DomainError


def receive(upload_id: UUID, place: Place) -> UploadView:
    """Takes the body into the upload, as far as it comes. Raises what the file is refused for, once that is known."""
    length = _announced()
    if length is not None and length > place.room:
        raise DomainError("upload_past_its_size", size=place.size)
    pieces: list[Piece] = []
    try:
        for start, chunk in _arriving(place):
            if start == 0 and hopeless(chunk[:HEAD], place.size):
                return _refuse_at_once(upload_id)
            pieces.append(_put(upload_id, place, start, chunk))
    except BaseException:
        _take_back(pieces)
        raise
    upload = _record(upload_id, pieces)
    return settle(upload_id) if upload.awaits_verdict else upload


def _announced() -> int | None:
    """How many octets the phone means to send; the server passes them on in pieces, each with a length of its own."""
    whole = here().environ.get("serving.announced")
    return here().content_length if whole is None else int(whole)


def settle(upload_id: UUID) -> UploadView:
    """Looks at the whole file once it is here: outside a transaction, since the bytes come from the store."""
    held = container()
    with unit_of_work() as work:
        pieces = upload_pieces.pieces_of(work, upload_id)
    try:
        content = upload_pieces.inspect_content(
            lambda: upload_pieces.read_content(held.files, held.vault, upload_id, pieces)
        )
    except KeyError:
        # Somebody else has settled or deleted it meanwhile; or its content is lost.
        content = Content(b"", Verdict(None, "file_damaged"))
    with unit_of_work() as work:
        upload = uploads.close_upload(work, actor(), upload_id, content)
        kept = upload_pieces.pieces_of(work, upload_id)
    upload_pieces.remove_objects(held.files, upload_id, kept)
    return upload


def _arriving(place: Place) -> Iterator[tuple[int, bytes]]:
    """(start, octets) as they come in, cut where pieces end; ends early, without error, when the phone is cut off."""
    stream, offset, room = here().stream, place.received, place.room
    while True:
        chunk = _read_up_to(stream, min(PIECE_SIZE - offset % PIECE_SIZE, room + 1))
        if not chunk:
            return
        if len(chunk) > room:
            raise DomainError("upload_past_its_size", size=place.size)
        yield offset, chunk
        offset, room = offset + len(chunk), room - len(chunk)


def _read_up_to(stream: Any, most: int) -> bytes:
    parts: list[bytes] = []
    wanted = most
    while wanted > 0:
        try:
            part = stream.read(wanted)
        except (ClientDisconnected, OSError):
            break
        if not part:
            break
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


def _put(upload_id: UUID, place: Place, start: int, chunk: bytes) -> Piece:
    held = container()
    joined: tuple[Piece, ...] = ()
    if start == place.received:
        joined = upload_pieces.to_join(place.pieces, start, len(chunk), place.size)
    try:
        return upload_pieces.store_piece(held.files, held.vault, upload_id, start, chunk, joined)
    except KeyError:
        # Another call has joined these pieces already, so the upload has moved on.
        with unit_of_work() as work:
            uploads.find_place(work, actor(), upload_id, start)
        # It has not: its content is lost, and the phone must begin anew.
        raise DomainError("not_found") from None


def _record(upload_id: UUID, pieces: list[Piece]) -> UploadView:
    try:
        with unit_of_work() as work:
            upload = upload_pieces.record_pieces(work, actor(), upload_id, pieces)
    except DomainError:
        # Only where it is sure that nothing was recorded: a commit whose answer was lost may have come about.
        _take_back(pieces)
        raise
    for piece in pieces:
        _take_back(piece.joined)
    return upload


def _take_back(pieces: list[Piece] | tuple[Piece, ...]) -> None:
    for piece in pieces:
        container().files.delete(piece.key)


def _refuse_at_once(upload_id: UUID) -> UploadView:
    """Nothing of the file is stored; the rest of the body is read, or the phone might not hear why."""
    stream = here().stream
    while _read_up_to(stream, PIECE_SIZE):
        continue
    with unit_of_work() as work:
        return uploads.refuse_upload(work, actor(), upload_id, Verdict(None, "file_type_unknown"))
