"""What the routes of guest residence share."""

from typing import Final

import flask

from api.edge.context import container
from residence.ports import FrontDesk

LODGING: Final = "/v1/lodgings/<uuid:lodging_id>"
MANDATE: Final = "mandate_missing"
INACTIVE: Final = "lodging_not_active"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def desk() -> FrontDesk:
    return container().residence


def send_sheet(content: bytes, name: str, media_type: str = XLSX) -> flask.Response:
    """A file of people's data as an attachment that no cache may hold."""
    response = flask.Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
