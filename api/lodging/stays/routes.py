"""Guests declared by a lodging, one request for one or many, and what followed: each change is a new declaration."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import flask

from api.edge.blueprint import Blueprint
from api.edge.context import actor
from api.edge.paging import read_page, turn_page
from api.edge.schemas import RequestSchema
from api.lodging.desk import INACTIVE, LODGING, MANDATE, desk
from api.lodging.fields import guest_of, show_findings
from api.lodging.stays.schemas import (
    AnnulmentRequest,
    CorrectionRequest,
    DocumentAnswer,
    DocumentRequest,
    ExtensionRequest,
    FindGuestRequest,
    FoundGuestAnswer,
    LeaveRequest,
    ReportAnswer,
    ReportRequest,
    StayAnswer,
    StaysPage,
    StaysQuery,
)
from api.lodging.stays.views import match_stay, shown, shown_or_unchanged, stay_line
from kernel.actor import Actor
from kernel.work import Work
from residence.ports import FrontDesk
from residence.service import chain, readings, reports
from residence.service.chain import History

blueprint = Blueprint("stays", description="Guests and their stays (khách lưu trú)")
STAY = f"{LODGING}/stays/<uuid:stay_id>"
# Who does what to which stay: the first arguments of every use case of the chain.
Stayed = tuple[Work, Actor, FrontDesk, UUID, UUID]


@blueprint.operation(
    "POST",
    "/v1/document-readings",
    "readDocument",
    body=DocumentRequest(),
    answer=DocumentAnswer(),
    transaction=True,
    limit="residence",
    problems=("card_qr_invalid", "mrz_shape", "mrz_visa", "mrz_check_digit", "scan_input_method"),
)
def read_document(work: Work, body: dict[str, Any]) -> dict[str, Any]:
    """What an identity card's QR code or a passport's machine-readable zone says; nothing of it is kept."""
    read = readings.read_document(body["source"], body["text"], work.now())
    return {"guest": read.fields, "findings": show_findings(read.findings)}


@blueprint.operation(
    "POST",
    f"{LODGING}/stays",
    "reportGuests",
    body=ReportRequest(),
    answer=ReportAnswer(),
    status=201,
    idempotent=True,
    limit="residence",
    problems=(MANDATE, INACTIVE),
)
def report_guests(work: Work, body: dict[str, Any], lodging_id: UUID) -> dict[str, Any]:
    """Declares guests who arrived, all of them or none; late reports are taken and marked."""
    guests = [guest_of(each, f"/guests/{position}") for position, each in enumerate(body["guests"])]
    told = reports.report_guests(work, actor(), desk(), lodging_id, guests)
    return {
        "items": [{"stay_id": each.stay_id, "new": each.new, "warnings": show_findings(each.warnings)} for each in told]
    }


@blueprint.operation(
    "GET",
    f"{LODGING}/stays",
    "listStays",
    query=StaysQuery(),
    answer=StaysPage(),
    transaction=True,
    problems=(MANDATE,),
)
def list_stays(work: Work, query: dict[str, Any], lodging_id: UUID) -> Any:
    """Stays of a lodging, newest first."""
    page = read_page(query)
    rows = chain.list_stays(
        work, actor(), desk(), lodging_id, night=query["night"], after=page.after_id, limit=page.limit + 1
    )
    return turn_page(page, rows, lambda row: [str(row[0].id)], lambda row: stay_line(row[0], row[1]))


@blueprint.operation("GET", STAY, "readStay", answer=StayAnswer(), transaction=True, etag=True, problems=(MANDATE,))
def read_stay(work: Work, lodging_id: UUID, stay_id: UUID) -> flask.Response:
    """A stay, and all that was declared of it. Its ETag is what a correction must name."""
    return shown_or_unchanged(chain.read_stay(work, actor(), desk(), lodging_id, stay_id))


def _act(
    name: str,
    operation_id: str,
    body: RequestSchema,
    act: Callable[[Stayed, dict[str, Any]], History],
    *problems: str,
    if_match: bool = False,
) -> None:
    """One link of a stay's chain, answered with the chain as it is then."""

    @blueprint.operation(
        "POST",
        f"{STAY}/{name}",
        operation_id,
        body=body,
        answer=StayAnswer(),
        idempotent=True,
        if_match=if_match,
        limit="residence",
        problems=(MANDATE, INACTIVE, "stay_step_refused", "stay_erased", *problems),
        summary=act.__doc__ or "",
    )
    def view(work: Work, body: dict[str, Any], lodging_id: UUID, stay_id: UUID) -> flask.Response:
        return shown(act((work, actor(), desk(), lodging_id, stay_id), body))


def _extend(stay: Stayed, body: dict[str, Any]) -> History:
    """The guest stays longer than declared."""
    return chain.extend_stay(*stay, body["departure"])


def _leave_early(stay: Stayed, body: dict[str, Any]) -> History:
    """The guest left before the declared departure."""
    return chain.leave_early(*stay, body["left"])


def _correct(stay: Stayed, body: dict[str, Any]) -> History:
    """What was declared was wrong; this is how it is right: the whole guest, of the stay as it was read (If-Match)."""
    guest, match = guest_of(body["guest"], "/guest"), match_stay(stay[-1])
    return chain.correct_stay(*stay, guest=guest, note=body["note"], match=match)


def _annul(stay: Stayed, body: dict[str, Any]) -> History:
    """The stay should never have been declared."""
    return chain.annul_stay(*stay, note=body["note"])


_act("extension", "extendStay", ExtensionRequest(), _extend)
_act("early-leave", "leaveEarly", LeaveRequest(), _leave_early)
_act("correction", "correctStay", CorrectionRequest(), _correct, "nothing_changed", "stay_declared", if_match=True)
_act("annulment", "annulStay", AnnulmentRequest(), _annul)


@blueprint.operation(
    "POST",
    f"{LODGING}/guest-search",
    "findGuest",
    body=FindGuestRequest(),
    answer=FoundGuestAnswer(),
    transaction=True,
    limit="residence",
    problems=(MANDATE,),
)
def find_guest(work: Work, body: dict[str, Any], lodging_id: UUID) -> dict[str, Any]:
    """A regular guest by document number: what this lodging declared of them last."""
    return {"guest": reports.find_guest(work, actor(), desk(), lodging_id, body["document_number"])}
