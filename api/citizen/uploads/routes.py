"""Uploads by tus 1.0.0. What a broken connection has brought is kept, and the phone asks by HEAD where to go on."""

from typing import Any, Final
from uuid import UUID

import flask

from api.citizen.uploads import tus
from api.citizen.uploads.receiving import receive, settle
from api.citizen.uploads.schemas import UploadSchema
from api.edge.blueprint import Blueprint
from api.edge.context import actor, container
from api.edge.transactions import unit_of_work
from attachments.file_names import clean_file_name
from attachments.service import pieces as upload_pieces
from attachments.service import uploads
from attachments.service.uploads import MAX_SIZE, NewUpload
from attachments.views import UploadView
from kernel.work import Work

blueprint = Blueprint("uploads", description="Resumable uploads (tus 1.0.0)")
blueprint.after_app_request(tus.speak)
_UPLOAD: Final = f"{tus.UPLOADS}/<uuid:upload_id>"
_TUS: Final = ("tus_version", "tus_header_invalid")
_SPEAKS: Final = {"Tus-Resumable": "1.0.0"}
_REFUSALS: Final = ("file_type_unknown", "file_damaged", "file_locked")


@blueprint.operation("OPTIONS", tus.UPLOADS, "describeUploads", status=204)
def describe_uploads() -> flask.Response:
    """What this server speaks of tus."""
    return tus.options()


@blueprint.operation(
    "POST",
    tus.UPLOADS,
    "createUpload",
    status=201,
    transaction=True,
    limit="upload",
    headers={**_SPEAKS, "Upload-Length": "Size of the file in octets."},
    problems=(*_TUS, "file_empty", "file_too_large", "file_type_unknown", "too_many_uploads", "too_many_bytes"),
)
def create_upload(work: Work) -> flask.Response:
    """Opens an upload of a known size."""
    tus.demand_version()
    sent, metadata = tus.read_metadata()
    upload = uploads.create_upload(
        work,
        actor(),
        NewUpload(
            size=tus.read_number("Upload-Length"),
            file_name=clean_file_name(metadata.get("filename", metadata.get("name", ""))),
            declared_type=metadata.get("filetype", metadata.get("type")),
            metadata=sent,
        ),
    )
    response = tus.answer(201, upload)
    response.headers["Location"] = f"{tus.UPLOADS}/{upload.id}"
    return response


@blueprint.operation("HEAD", _UPLOAD, "locateUpload", problems=_TUS)
def locate_upload(upload_id: UUID) -> flask.Response:
    """How much of an upload is here."""
    tus.demand_version(unless_silent=True)
    upload = _settled(upload_id)
    with unit_of_work() as work:
        return tus.answer(200, upload, metadata=uploads.find_metadata(work, actor(), upload_id))


@blueprint.operation("GET", _UPLOAD, "readUpload", answer=UploadSchema())
def read_upload(upload_id: UUID) -> Any:
    """An upload, and what became of it."""
    return _shown(_settled(upload_id))


@blueprint.operation(
    "PATCH",
    _UPLOAD,
    "sendPiece",
    status=204,
    body_limit=MAX_SIZE,
    takes=tus.PIECES,
    limit="piece",
    headers={**_SPEAKS, "Upload-Offset": "Where these octets belong: how many are here already."},
    problems=(*_TUS, *_REFUSALS, "upload_offset_conflict", "upload_past_its_size", "upload_closed"),
)
def send_piece(upload_id: UUID) -> flask.Response:
    """Adds the next octets; what arrives is kept when the connection breaks. The last ones are answered with why the
    file is refused, if it is."""
    tus.demand_version()
    tus.demand_pieces()
    offset = tus.read_number("Upload-Offset")
    with unit_of_work() as work:
        place = uploads.find_place(work, actor(), upload_id, offset)
    upload = receive(upload_id, place)
    uploads.require_not_refused(upload)
    return tus.answer(204, upload)


@blueprint.operation("DELETE", _UPLOAD, "deleteUpload", status=204, problems=("upload_in_use", "tus_version"))
def delete_upload(upload_id: UUID) -> flask.Response:
    """Throws an upload away."""
    tus.demand_version(unless_silent=True)
    with unit_of_work() as work:
        uploads.delete_upload(work, actor(), upload_id)
    upload_pieces.remove_objects(container().files, upload_id)
    return tus.answer(204)


def _settled(upload_id: UUID) -> UploadView:
    with unit_of_work() as work:
        upload = uploads.find_upload(work, actor(), upload_id)
    return settle(upload_id) if upload.awaits_verdict else upload


def _shown(upload: UploadView) -> dict[str, Any]:
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
