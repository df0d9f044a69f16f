"""The headers of tus 1.0.0 (resumable uploads): core protocol with creation, termination and expiration."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Final

import flask

from api.edge.context import here
from attachments.service.uploads import MAX_SIZE
from attachments.views import UploadView
from kernel.errors import DomainError

UPLOADS: Final = "/v1/uploads"
VERSION: Final = "1.0.0"
PIECES: Final = "application/offset+octet-stream"
_EXTENSIONS: Final = "creation,termination,expiration"
_LONGEST_METADATA: Final = 4096


def demand_version(*, unless_silent: bool = False) -> None:
    """Raises `tus_version` unless the caller speaks this version; `unless_silent`: or names none."""
    said = here().headers.get("Tus-Resumable")
    if said != VERSION and not (unless_silent and said is None):
        raise DomainError("tus_version", supported=VERSION)


def demand_pieces() -> None:
    """Raises `unsupported_media_type` unless the body is a piece of a file."""
    if here().mimetype != PIECES:
        raise DomainError("unsupported_media_type")


def read_number(header: str) -> int:
    """A header that is a count of octets. Raises `tus_header_invalid`."""
    value = here().headers.get(header, "")
    if not value.isascii() or not value.isdigit() or len(value) > 15:
        raise DomainError("tus_header_invalid", header=header)
    return int(value)


def read_metadata() -> tuple[str | None, Mapping[str, str]]:
    """Upload-Metadata as it was sent, and its `key base64(value)` pairs. Raises `tus_header_invalid`.

    A value is any octets: what is not UTF-8 is read as far as it goes, since a name decides about nothing.
    """
    header = here().headers.get("Upload-Metadata", "").strip()
    if not header:
        return None, {}
    found: dict[str, str] = {}
    try:
        if len(header) > _LONGEST_METADATA:
            raise ValueError("longer than any file name")
        for part in header.split(","):
            key, _, value = part.strip().partition(" ")
            if not key.isascii() or not key or key in found:
                raise ValueError("a key is there once, and is not empty")
            found[key] = _decoded(value.strip())
    except (ValueError, binascii.Error):
        raise DomainError("tus_header_invalid", header="Upload-Metadata") from None
    return header, found


def speak(response: flask.Response) -> flask.Response:
    """Says the version on every answer to a tus request, refusals included; and the versions to choose from."""
    if here().path.startswith(UPLOADS):
        response.headers["Tus-Resumable"] = VERSION
        if response.status_code == 412:
            response.headers["Tus-Version"] = VERSION
    return response


def answer(status: int, upload: UploadView | None = None, *, metadata: str | None = None) -> flask.Response:
    """An empty tus answer; with an upload, where it stands."""
    response = flask.Response(b"", status)
    del response.headers["Content-Type"]
    if metadata is not None:
        response.headers["Upload-Metadata"] = metadata
    response.headers["Cache-Control"] = "no-store"
    if upload is not None:
        response.headers["Upload-Offset"] = str(upload.received)
        response.headers["Upload-Length"] = str(upload.size)
        if not upload.attached:
            response.headers["Upload-Expires"] = _http_date(upload.expires_at)
    return response


def options() -> flask.Response:
    response = answer(204)
    response.headers["Tus-Version"] = VERSION
    response.headers["Tus-Extension"] = _EXTENSIONS
    response.headers["Tus-Max-Size"] = str(MAX_SIZE)
    return response


def _http_date(instant: datetime) -> str:
    return format_datetime(instant, usegmt=True)


def _decoded(value: str) -> str:
    # Some clients leave out the padding.
    octets = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    return octets.decode(errors="replace")
