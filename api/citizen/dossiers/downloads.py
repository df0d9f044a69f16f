"""Files going out: unsealed piece by piece, so that a large scan never stands whole in memory."""

from base64 import b64encode

import flask

from api.edge.context import check_page, container
from attachments.service.pieces import read_content
from tracking.service.results import Download
from tracking.slip import SlipFacts, render_slip


def send_file(download: Download) -> flask.Response:
    """The file as an attachment; its name is ours, never the sender's."""
    held = container()
    chunks = read_content(held.files, held.vault, download.upload_id, download.pieces)
    response = flask.Response(chunks, mimetype=download.media_type)
    response.headers["Content-Length"] = str(download.size)
    response.headers["Content-Disposition"] = f'attachment; filename="{download.name}"'
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(download.sha256).decode()}:"
    return response


def send_slip(facts: SlipFacts) -> flask.Response:
    """The slip as a PDF to show or keep. It carries the look-up secret, so no cache may hold it."""
    response = flask.Response(render_slip(facts, check_page()), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="giay-tiep-nhan-{facts.code}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
