"""What became of declarations at the authority: receipts, what is undelivered, its own files."""

from typing import Any
from uuid import UUID

import flask

from api.edge.blueprint import Blueprint
from api.edge.context import actor, check_page
from api.edge.limits import count_try
from api.edge.paging import read_page, turn_page
from api.lodging.authority.schemas import (
    CountsAnswer,
    LodgingReceiptAnswer,
    LodgingReceiptRequest,
    SettledAnswer,
    SettleRequest,
    UndeliveredPage,
    UndeliveredQuery,
    VerifiedAnswer,
    VerifyRequest,
)
from api.lodging.desk import LODGING, MANDATE, XLSX, desk, send_sheet
from kernel.work import Work
from residence.guests import GuestKind
from residence.nights import undelivered
from residence.nights.undelivered import Resolution
from residence.receipts import receipts
from residence.receipts.codes import read_code
from residence.receipts.receipts import Receipt, Standing

blueprint = Blueprint("authority", description="Receipts and the way to the authority (biên nhận, cổng quản lý cư trú)")


@blueprint.operation(
    "POST",
    f"{LODGING}/receipts",
    "issueReceipt",
    body=LodgingReceiptRequest(),
    answer=LodgingReceiptAnswer(),
    idempotent=True,
    limit="residence",
    problems=(MANDATE, "nothing_filed"),
)
def issue_receipt(work: Work, body: dict[str, Any], lodging_id: UUID) -> dict[str, Any]:
    """A signed receipt of a night or a file: accepted, transmitted, confirmed by count, or in doubt."""
    return _receipt(receipts.issue_receipt(work, actor(), desk(), lodging_id, **body))


@blueprint.operation(
    "GET",
    f"{LODGING}/receipts/<uuid:receipt_id>",
    "readReceipt",
    media_type="application/pdf",
    transaction=True,
    limit="reading",
    problems=(MANDATE,),
)
def read_receipt(work: Work, lodging_id: UUID, receipt_id: UUID) -> flask.Response:
    """A receipt as PDF, with a QR code by which anybody can see that it is genuine."""
    from residence.receipts.slip import render_receipt

    receipt = receipts.read_receipt(work, actor(), desk(), lodging_id, receipt_id)
    response = flask.Response(render_receipt(receipt, check_page()), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{receipt.row.code}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.operation(
    "POST",
    "/v1/lodging-receipts/verify",
    "verifyReceipt",
    body=VerifyRequest(),
    answer=VerifiedAnswer(),
    limit="lookup",
    transaction=True,
    problems=("receipt_unknown",),
)
def verify_receipt(work: Work, body: dict[str, Any]) -> dict[str, Any]:
    """Whether a receipt is genuine, and what is known of its night or file now. Without login."""
    count_try("receipt_code", read_code(body["code"]), tries=10, window_s=900)
    found = receipts.verify_receipt(work, body["code"], body["signature"])
    row = found.receipt.row
    told = {name: getattr(row, name) for name in ("code", "night", "filed_first_at", "filed_last_at", "issued_at")}
    issued = {name: getattr(row, name) for name in CountsAnswer().fields}
    return {**told, "lodging": found.receipt.lodging.name, "issued": issued, "now": _counts(found.now)}


@blueprint.operation(
    "GET",
    f"{LODGING}/undelivered",
    "listUndelivered",
    query=UndeliveredQuery(),
    answer=UndeliveredPage(),
    transaction=True,
    problems=(MANDATE,),
)
def list_undelivered(work: Work, query: dict[str, Any], lodging_id: UUID) -> Any:
    """Declarations that the authority refused, that wait for an account or for long, or of which nobody can tell."""
    page = read_page(query)
    rows = undelivered.list_undelivered(work, actor(), desk(), lodging_id, after=page.after_id, limit=page.limit + 1)
    return turn_page(page, rows, lambda row: [str(row.declaration_id)], lambda row: row)


@blueprint.operation(
    "POST",
    f"{LODGING}/undelivered/settlement",
    "settleUndelivered",
    body=SettleRequest(),
    answer=SettledAnswer(),
    idempotent=True,
    limit="residence",
    problems=(MANDATE, "transmission_under_way"),
)
def settle_undelivered(work: Work, body: dict[str, Any], lodging_id: UUID) -> dict[str, Any]:
    """Records what a person found out at the authority."""
    resolution = Resolution(body["resolution"])
    settled = undelivered.settle_undelivered(work, actor(), desk(), lodging_id, body["declaration_ids"], resolution)
    return {"settled": settled}


@blueprint.operation(
    "GET",
    f"{LODGING}/official-files/vietnamese",
    "readOfficialSheet",
    media_type=XLSX,
    transaction=True,
    limit="reading",
    problems=(MANDATE, "nothing_for_file"),
)
def read_official_sheet(work: Work, lodging_id: UUID) -> flask.Response:
    """The authority's own import sheet of Vietnamese guests it does not take by call, or who wait too long for it."""
    content, _ = undelivered.official_file(work, actor(), desk(), lodging_id, GuestKind.VIETNAMESE)
    return send_sheet(content, "thong-bao-luu-tru.xlsx", XLSX)


@blueprint.operation(
    "GET",
    f"{LODGING}/official-files/foreign",
    "readOfficialXml",
    media_type="application/xml",
    transaction=True,
    limit="reading",
    problems=(MANDATE, "nothing_for_file"),
)
def read_official_xml(work: Work, lodging_id: UUID) -> flask.Response:
    """The same for foreigners, as the authority's import file in XML."""
    content, _ = undelivered.official_file(work, actor(), desk(), lodging_id, GuestKind.FOREIGN)
    return send_sheet(content, "khai-bao-tam-tru.xml", "application/xml")


def _receipt(receipt: Receipt) -> dict[str, Any]:
    own = {name: getattr(receipt.row, name) for name in LodgingReceiptAnswer().fields if name != "signature"}
    return {**own, "signature": receipt.mark}


def _counts(standing: Standing) -> dict[str, Any]:
    return {**standing.counts._asdict(), "nil": standing.nil, "state": standing.state.value}
