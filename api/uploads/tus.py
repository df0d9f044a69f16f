"""The headers of tus 1.0.0 (resumable uploads): core protocol with creation, termination and expiration."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Final

import flask

from api.context import here
from kernel.errors import DomainError
from tracking.models import Upload
from tracking.service.uploads import MAX_SIZE

VERSION: Final = "1.0.0"
PIECES: Final = "application/offset+octet-stream"
_EXTENSIONS: Final = "creation,termination,expiration"
_LONGEST_METADATA: Final = 2048


def demand_version() -> None:
    """Raises `tus_version` unless the caller speaks this version."""
    if here().headers.get("Tus-Resumable") != VERSION:
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


def read_metadata() -> Mapping[str, str]:
    """Upload-Metadata: comma-separated `key base64(value)` pairs. Raises `tus_header_invalid`."""
    header = here().headers.get("Upload-Metadata", "")
    try:
        if len(header) > _LONGEST_METADATA:
            raise ValueError("longer than any file name")
        pairs = (part.strip().partition(" ") for part in header.split(",") if part.strip())
        return {key: base64.b64decode(value, validate=True).decode() for key, _, value in pairs}
    except (ValueError, binascii.Error):
        raise DomainError("tus_header_invalid", header="Upload-Metadata") from None


def answer(status: int, upload: Upload | None = None) -> flask.Response:
    """An empty tus answer; with an upload, where it stands."""
    response = flask.Response(b"", status)
    del response.headers["Content-Type"]
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    if upload is not None:
        response.headers["Upload-Offset"] = str(upload.received)
        response.headers["Upload-Length"] = str(upload.size)
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
