"""Uploads by tus 1.0.0. What a broken connection has brought is kept, and the phone asks by HEAD where to go on."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import flask
from werkzeug.exceptions import ClientDisconnected

from api.blueprint import Blueprint
from api.context import actor, container, here
from api.transactions import unit_of_work
from api.uploads import tus
from api.uploads.schemas import UploadSchema
from kernel.errors import DomainError
from kernel.work import Work
from tracking import store
from tracking.models import Upload
from tracking.service import uploads
from tracking.service.uploads import MAX_SIZE, PIECE_SIZE, Piece
from tracking.upload_states import UploadState

blueprint = Blueprint("uploads", description="Resumable uploads (tus 1.0.0)")
_UPLOAD: Final = "/v1/uploads/<uuid:upload_id>"
_TUS: Final = ("tus_version", "tus_header_invalid")
_SPEAKS: Final = {"Tus-Resumable": "1.0.0"}


@blueprint.operation("OPTIONS", "/v1/uploads", "describeUploads", status=204)
def describe_uploads() -> flask.Response:
    """What this server speaks of tus."""
    return tus.options()


@blueprint.operation(
    "POST",
    "/v1/uploads",
    "createUpload",
    status=201,
    transaction=True,
    limit="upload",
    headers={**_SPEAKS, "Upload-Length": "Size of the file in octets."},
    problems=(*_TUS, "file_empty", "file_too_large", "file_type_unknown", "too_many_uploads"),
)
def create_upload(work: Work) -> flask.Response:
    """Opens an upload of a known size."""
    tus.demand_version()
    metadata = tus.read_metadata()
    upload = uploads.create_upload(
        work,
        actor(),
        size=tus.read_number("Upload-Length"),
        file_name=_clean_name(metadata.get("filename", "")),
        declared_type=metadata.get("filetype"),
    )
    response = tus.answer(201, upload)
    response.headers["Location"] = f"/v1/uploads/{upload.id}"
    return response


@blueprint.operation("HEAD", _UPLOAD, "locateUpload", transaction=True, problems=_TUS)
def locate_upload(work: Work, upload_id: UUID) -> flask.Response:
    """How much of an upload is here."""
    return tus.answer(200, store.find_upload(work.session, actor().person_id, upload_id))


@blueprint.operation("GET", _UPLOAD, "readUpload", answer=UploadSchema(), transaction=True)
def read_upload(work: Work, upload_id: UUID) -> Any:
    """An upload, and what became of it."""
    return _shown(store.find_upload(work.session, actor().person_id, upload_id))


@blueprint.operation(
    "PATCH",
    _UPLOAD,
    "sendPiece",
    status=204,
    body_limit=MAX_SIZE,
    takes=tus.PIECES,
    headers={**_SPEAKS, "Upload-Offset": "Where these octets belong: how many are here already."},
    problems=(*_TUS, "upload_offset_conflict", "upload_past_its_size", "upload_closed"),
)
def send_piece(upload_id: UUID) -> flask.Response:
    """Adds the next octets; what arrives is kept when the connection breaks."""
    tus.demand_version()
    tus.demand_pieces()
    offset = tus.read_number("Upload-Offset")
    with unit_of_work() as work:
        upload = store.find_upload(work.session, actor().person_id, upload_id)
        _demand_place(upload, offset)
        room = upload.size - upload.received
    pieces = [_put(upload_id, start, chunk) for start, chunk in _arriving(offset, room)]
    upload = _record(upload_id, pieces)
    if upload.received == upload.size:
        _settle(upload_id)
    return tus.answer(204, upload)


@blueprint.operation("DELETE", _UPLOAD, "deleteUpload", status=204, problems=("upload_in_use",))
def delete_upload(upload_id: UUID) -> flask.Response:
    """Throws an upload away."""
    with unit_of_work() as work:
        keys = uploads.delete_upload(work, actor(), upload_id)
    for key in keys:
        container().files.delete(key)
    return tus.answer(204)


def _demand_place(upload: Upload, offset: int) -> None:
    if upload.state != UploadState.RECEIVING:
        raise DomainError("upload_closed", upload_state=upload.state)
    if upload.received != offset:
        raise DomainError("upload_offset_conflict", offset=upload.received)


def _arriving(offset: int, room: int) -> Iterator[tuple[int, bytes]]:
    """(start, octets) in pieces of PIECE_SIZE as they come in; ends early, without error, when the phone is cut off."""
    stream = here().stream
    while True:
        chunk = _read_up_to(stream, min(PIECE_SIZE, room + 1))
        if not chunk:
            return
        if len(chunk) > room:
            raise DomainError("upload_past_its_size", size=offset + room)
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


def _put(upload_id: UUID, start: int, chunk: bytes) -> Piece:
    held = container()
    return uploads.store_piece(held.files, held.vault, upload_id, start, chunk)


def _record(upload_id: UUID, pieces: list[Piece]) -> Upload:
    try:
        with unit_of_work() as work:
            return uploads.record_pieces(work, actor(), upload_id, pieces)
    except DomainError:
        for piece in pieces:
            container().files.delete(piece.key)
        raise


def _settle(upload_id: UUID) -> None:
    """Looks at the whole file once it is here: outside a transaction, since the bytes come from the store."""
    held = container()
    with unit_of_work() as work:
        pieces = uploads.pieces_of(work, upload_id)
    content = uploads.inspect_content(uploads.read_content(held.files, held.vault, upload_id, pieces))
    with unit_of_work() as work:
        uploads.close_upload(work, actor(), upload_id, content)


def _shown(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "state": upload.state,
        "size": upload.size,
        "received": upload.received,
        "media_type": upload.media_type,
        "sha256": upload.sha256.hex() if upload.sha256 else None,
        "refusal": upload.refusal,
        "expires_at": upload.expires_at,
    }


def _clean_name(name: str) -> str:
    """The last part of a path, without control characters; only ever shown back to its sender and the officer."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[:120]
