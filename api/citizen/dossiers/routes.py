"""A citizen's dossiers: draft, papers, submission, supplement, withdrawal, slip, result."""

from typing import Any
from uuid import UUID

import flask

from api.citizen.dossiers.downloads import send_file, send_slip
from api.citizen.dossiers.schemas import (
    DossierPage,
    DossierSchema,
    OpenDraftRequest,
    SaveFormRequest,
    SetPaperRequest,
    SubmitRequest,
    SupplementRequest,
    WithdrawalRequest,
)
from api.citizen.dossiers.views import match_own, own_acted, own_after, own_dossier
from api.edge.answers import no_content
from api.edge.blueprint import Blueprint
from api.edge.context import actor, container, language
from api.edge.paging import PageQuery, read_page, turn_page
from api.edge.transactions import unit_of_work
from attachments.content import KEPT_TYPES
from kernel.errors import DomainError
from kernel.work import Work
from tracking.reading.views import Reader
from tracking.service import citizen, drafts, results, slips
from tracking.service.drafts import SentFile

blueprint = Blueprint("dossiers", description="The citizen's own dossiers (hồ sơ)")
_DOSSIER = "/v1/dossiers/<uuid:dossier_id>"


@blueprint.operation(
    "POST",
    "/v1/dossiers",
    "openDraft",
    body=OpenDraftRequest(),
    answer=DossierSchema(),
    status=201,
    idempotent=True,
    problems=(
        "procedure_unknown",
        "agency_unknown",
        "agency_does_not_serve",
        "identity_level_too_low",
        "too_many_drafts",
    ),
)
def open_draft(work: Work, body: dict[str, Any]) -> flask.Response:
    """Opens a draft of a procedure at an agency."""
    dossier_id = drafts.open_draft(
        work,
        actor(),
        container().office,
        procedure_code=body["procedure_code"],
        agency_code=body["agency_code"],
        values=body["form_values"],
        language=language(),
    )
    response = own_after(work, dossier_id, status=201)
    response.headers["Location"] = f"/v1/dossiers/{dossier_id}"
    return response


@blueprint.operation("GET", "/v1/dossiers", "listDossiers", query=PageQuery(), answer=DossierPage())
def list_dossiers(query: dict[str, Any]) -> Any:
    """The caller's dossiers, newest first."""
    page = read_page(query)
    held = container()
    with held.database.reading() as connection:
        lines = Reader(connection, held.vault, language()).own_lines(
            actor(), before=page.after_id, limit=page.limit + 1
        )
    return turn_page(page, lines, lambda line: [line["id"]], lambda line: line)


@blueprint.operation("GET", _DOSSIER, "readDossier", answer=DossierSchema(), etag=True)
def read_dossier(dossier_id: UUID) -> flask.Response:
    """One of the caller's dossiers, with its timeline."""
    return own_dossier(dossier_id)


@blueprint.operation(
    "PUT",
    f"{_DOSSIER}/form",
    "saveForm",
    body=SaveFormRequest(),
    answer=DossierSchema(),
    transaction=True,
    if_match=True,
    problems=("not_editable", "procedure_changed"),
)
def save_form(work: Work, body: dict[str, Any], dossier_id: UUID) -> flask.Response | DomainError:
    """Replaces the form values of a draft, or of a dossier sent back for a supplement."""
    return _draft_after(
        work,
        dossier_id,
        drafts.save_form(work, actor(), container().office, dossier_id, body["form_values"], match_own(dossier_id)),
    )


@blueprint.operation(
    "PUT",
    f"{_DOSSIER}/papers/<paper_code>",
    "setPaper",
    body=SetPaperRequest(),
    answer=DossierSchema(),
    transaction=True,
    problems=("not_editable", "paper_unknown", "too_many_files", "dossier_too_large", "procedure_changed"),
)
def set_paper(work: Work, body: dict[str, Any], dossier_id: UUID, paper_code: str) -> flask.Response | DomainError:
    """Says which uploads make up one paper."""
    sent = _files(body["files"])
    return _draft_after(
        work, dossier_id, drafts.set_paper(work, actor(), container().office, dossier_id, paper_code, sent)
    )


@blueprint.operation("DELETE", _DOSSIER, "discardDraft", status=204, transaction=True, problems=("not_a_draft",))
def discard_draft(work: Work, dossier_id: UUID) -> flask.Response:
    """Throws a draft away."""
    drafts.discard_draft(work, actor(), dossier_id)
    return no_content()


@blueprint.operation(
    "POST",
    f"{_DOSSIER}/submission",
    "submitDossier",
    body=SubmitRequest(),
    answer=DossierSchema(),
    idempotent=True,
    problems=("already_submitted", "identity_level_too_low", "agency_does_not_serve", "procedure_changed"),
)
def submit_dossier(work: Work, body: dict[str, Any], dossier_id: UUID) -> flask.Response | DomainError:
    """Files the draft, once every byte of its papers is here. What is wrong comes all at once."""
    phone, manifest = body["notify_phone"], _manifest(body["papers"])
    case = citizen.submit_dossier(work, actor(), container().office, dossier_id, notify_phone=phone, manifest=manifest)
    return case if isinstance(case, DomainError) else own_acted(work, case)


@blueprint.operation(
    "POST",
    f"{_DOSSIER}/supplement",
    "answerSupplement",
    body=SupplementRequest(),
    answer=DossierSchema(),
    idempotent=True,
    problems=("action_not_allowed",),
)
def answer_supplement(work: Work, body: dict[str, Any], dossier_id: UUID) -> flask.Response:
    """Answers a request for a supplement."""
    case = citizen.answer_supplement(
        work, actor(), container().office, dossier_id, note=body["note"], manifest=_manifest(body["papers"])
    )
    return own_acted(work, case)


@blueprint.operation(
    "POST",
    f"{_DOSSIER}/withdrawal",
    "askWithdrawal",
    body=WithdrawalRequest(),
    answer=DossierSchema(),
    idempotent=True,
    problems=("action_not_allowed",),
)
def ask_withdrawal(work: Work, body: dict[str, Any], dossier_id: UUID) -> flask.Response:
    """Asks to withdraw the dossier."""
    case = citizen.ask_withdrawal(work, actor(), container().office, dossier_id, reason=body["reason"])
    return own_acted(work, case)


@blueprint.operation(
    "GET",
    f"{_DOSSIER}/slip",
    "readSlip",
    media_type="application/pdf",
    limit="reading",
    problems=("slip_not_yet",),
)
def read_slip(dossier_id: UUID) -> flask.Response:
    """The slip (giấy tiếp nhận hồ sơ và hẹn trả kết quả) as PDF."""
    with unit_of_work() as work:
        facts = slips.own_slip(work, actor(), container().office, dossier_id)
    return send_slip(facts)


@blueprint.operation("GET", f"{_DOSSIER}/files/<uuid:file_id>", "readFile", media_type=KEPT_TYPES)
def read_file(dossier_id: UUID, file_id: UUID) -> flask.Response:
    """A paper or, once handed over, a result."""
    with unit_of_work() as work:
        download = results.own_file(work, actor(), dossier_id, file_id)
    return send_file(download)


def _draft_after(work: Work, dossier_id: UUID, refused: DomainError | None) -> flask.Response | DomainError:
    """The dossier after the act; or the refusal, committed with its effect, that its procedure has changed."""
    return refused or own_after(work, dossier_id)


def _files(sent: list[dict[str, Any]]) -> tuple[SentFile, ...]:
    return tuple(SentFile(file["upload_id"], bytes.fromhex(file["sha256"]), file["size"]) for file in sent)


def _manifest(papers: dict[str, list[dict[str, Any]]] | None) -> citizen.Manifest | None:
    return None if papers is None else citizen.Manifest({code: _files(files) for code, files in papers.items()})
