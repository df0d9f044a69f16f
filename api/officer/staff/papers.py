"""For officers: papers by which organisations prove their tax code, and a proof taken back."""

from typing import Any
from uuid import UUID

import flask

from api.edge.blueprint import Blueprint
from api.edge.context import actor, container
from api.edge.paging import PageQuery, read_page, turn_page
from api.officer.staff.paper_schemas import (
    PaperAnswer,
    PaperDecision,
    PaperRefusal,
    PapersPage,
    ProofWithdrawn,
    WithdrawProof,
)
from auth.organisations.service import claims, papers
from auth.organisations.views import ClaimView, PaperToCheck
from kernel.work import Work

blueprint = Blueprint("organisation_papers", description="Organisations that prove their tax code (xác minh tổ chức)")
_PAPER = "/v1/staff/organisation-papers/<uuid:paper_id>"
_DECIDED = ("paper_decided", "own_paper")


@blueprint.operation(
    "GET",
    "/v1/staff/organisation-papers",
    "listOrganisationPapers",
    query=PageQuery(),
    answer=PapersPage(),
    transaction=True,
)
def list_papers(work: Work, query: dict[str, Any]) -> Any:
    """Papers that wait in the officer's subtree, oldest first, with the other claims to the same code."""
    page = read_page(query)
    rows = papers.list_papers(work, actor(), after=page.after_id, limit=page.limit + 1)
    return turn_page(page, rows, lambda row: [str(row.id)])


@blueprint.operation(
    "GET",
    f"{_PAPER}/file",
    "readOrganisationPaper",
    media_type=("application/pdf", "image/jpeg", "image/png"),
    transaction=True,
    limit="reading",
)
def read_paper(work: Work, paper_id: UUID) -> flask.Response:
    """The file."""
    content, media_type = papers.read_file(work, actor(), container().files, paper_id)
    response = flask.Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = "attachment"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.operation(
    "POST",
    f"{_PAPER}/acceptance",
    "acceptOrganisationPaper",
    body=PaperDecision(),
    answer=PaperAnswer(),
    idempotent=True,
    problems=_DECIDED,
)
def accept_paper(work: Work, body: dict[str, Any], paper_id: UUID) -> PaperToCheck:
    """Proves the organisation by the paper; while another claim is proved, this one becomes disputed."""
    del body
    return papers.accept_paper(work, actor(), paper_id)


@blueprint.operation(
    "POST",
    f"{_PAPER}/refusal",
    "refuseOrganisationPaper",
    body=PaperRefusal(),
    answer=PaperAnswer(),
    idempotent=True,
    problems=_DECIDED,
)
def refuse_paper(work: Work, body: dict[str, Any], paper_id: UUID) -> PaperToCheck:
    """Refuses the paper with a reason that the organisation reads; its claim stays as it is."""
    return papers.refuse_paper(work, actor(), paper_id, body["reason"])


@blueprint.operation(
    "POST",
    "/v1/staff/organisations/<uuid:organisation_id>/proof-withdrawal",
    "withdrawOrganisationProof",
    body=WithdrawProof(),
    answer=ProofWithdrawn(),
    idempotent=True,
    problems=("organisation_not_proved",),
)
def withdraw_proof(work: Work, body: dict[str, Any], organisation_id: UUID) -> ClaimView:
    """Takes a proof back, such as one by a forged paper. For an admin of the whole system."""
    return claims.withdraw_proof(work, actor(), organisation_id, body["reason"])
