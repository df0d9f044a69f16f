"""The officer's desk. Every act names, by If-Match, the version it is meant for."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import flask

from api.citizen.dossiers.downloads import send_file
from api.citizen.dossiers.views import desk_acted, desk_view, match_desk
from api.edge.blueprint import Blueprint
from api.edge.context import actor, container, language
from api.edge.paging import PageRequest, read_page, turn_page
from api.edge.schemas import RequestSchema
from api.edge.transactions import unit_of_work
from api.officer.desk.schemas import (
    AskSupplementRequest,
    AttachResultRequest,
    DeskDossierSchema,
    HandOverRequest,
    InboxPage,
    InboxQuery,
    NothingRequest,
    ReasonRequest,
    SearchDossiersRequest,
    SettleWithdrawalRequest,
    StepRequest,
)
from attachments.content import KEPT_TYPES
from kernel.audit import write_audit
from kernel.errors import DomainError, FieldError
from kernel.work import Work
from tracking.case import Case
from tracking.handover import HandOverWay
from tracking.reading.views import CLOSED, Reader
from tracking.search.keys import Place
from tracking.search.typed import read_sought
from tracking.service import officer, results, search
from tracking.service.drafts import SentFile

blueprint = Blueprint("desk", description="The officer's desk (một cửa)")
_DOSSIER = "/v1/desk/dossiers/<uuid:dossier_id>"
_REFUSALS = ("action_not_allowed", "role_missing")
Act = Callable[[Work, dict[str, Any], UUID], Case]


@blueprint.operation("GET", "/v1/desk/dossiers", "listInbox", query=InboxQuery(), answer=InboxPage(), transaction=True)
def list_inbox(work: Work, query: dict[str, Any]) -> Any:
    """Open dossiers of the officer's agencies, the one due first on top; with `search` closed ones behind them."""
    page = read_page(query)
    if query["search"]:
        return turn_page(page, _search(work, query["search"], query["status"], page, "/search"), _place, _line)
    if query["status"] in CLOSED:
        raise DomainError("invalid_fields", fields=[FieldError("/status", "closed_needs_search")])
    after = (datetime.fromisoformat(str(page.after[0])), UUID(str(page.after[1]))) if page.after else None
    reader = Reader(work.session.connection(), work.vault, language())
    lines = reader.inbox(actor(), state=query["status"], after=after, limit=page.limit + 1)
    write_audit(work.session, actor(), "desk.list_inbox", "agency", None, agency=actor().agency_code or "")
    return turn_page(page, lines, _place, _line)


@blueprint.operation(
    "POST",
    "/v1/desk/searches",
    "searchDossiers",
    body=SearchDossiersRequest(),
    answer=InboxPage(),
    transaction=True,
    limit="reading",
    problems=("cursor_invalid",),
)
def search_dossiers(work: Work, body: dict[str, Any]) -> dict[str, Any]:
    """Dossiers of the officer's agencies, open ones first. What is sought may be personal, so the body carries it."""
    page = read_page(body)
    found, _ = turn_page(page, _search(work, body["text"], body["status"], page, "/text"), _place, _line)
    return found


def _search(work: Work, typed: str, status: int | None, page: PageRequest, pointer: str) -> list[dict[str, Any]]:
    sought = read_sought(typed, pointer)
    if sought.is_personal and pointer == "/search":
        raise DomainError("invalid_fields", fields=[FieldError(pointer, "personal_in_address")])
    after = Place(str(page.after[0]) or None, UUID(str(page.after[1]))) if page.after else None
    reader = Reader(work.session.connection(), work.vault, language())
    return search.search_dossiers(
        work, actor(), container().office, reader, sought, state=status, after=after, limit=page.limit + 1
    )


def _place(line: dict[str, Any]) -> list[str]:
    return [line["place"] or "", line["id"]]


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return line


@blueprint.operation("GET", _DOSSIER, "readDeskDossier", answer=DeskDossierSchema(), transaction=True, etag=True)
def read_desk_dossier(work: Work, dossier_id: UUID) -> flask.Response:
    """A dossier as its officers see it."""
    response = desk_view(work, dossier_id)
    write_audit(work.session, actor(), "dossier.read", "dossier", dossier_id)
    return response


@blueprint.operation("GET", f"{_DOSSIER}/files/<uuid:file_id>", "readDeskFile", media_type=KEPT_TYPES)
def read_desk_file(dossier_id: UUID, file_id: UUID) -> flask.Response:
    """A paper or a result of a dossier at the desk."""
    with unit_of_work() as work:
        download = results.desk_file(work, actor(), dossier_id, file_id)
    return send_file(download)


def _act(name: str, operation_id: str, body: RequestSchema, act: Act, *problems: str) -> None:
    """One act of the desk: idempotent, for a version the officer has seen, answered with the dossier as it is then."""

    @blueprint.operation(
        "POST",
        f"{_DOSSIER}/{name}",
        operation_id,
        body=body,
        answer=DeskDossierSchema(),
        idempotent=True,
        if_match=True,
        problems=(*_REFUSALS, *problems),
        summary=act.__doc__ or "",
    )
    def view(work: Work, body: dict[str, Any], dossier_id: UUID) -> flask.Response:
        return desk_acted(work, act(work, body, dossier_id))


def _accept(work: Work, _body: dict[str, Any], dossier_id: UUID) -> Case:
    """Accepts the dossier: status 2, and the clock starts."""
    return officer.accept_dossier(work, actor(), container().office, dossier_id, match_desk(dossier_id))


def _decline(work: Work, body: dict[str, Any], dossier_id: UUID) -> Case:
    """Declines the dossier, with a reason: status 3."""
    return officer.decline_dossier(
        work, actor(), container().office, dossier_id, match_desk(dossier_id), reason=body["reason"]
    )


def _request_supplement(work: Work, body: dict[str, Any], dossier_id: UUID) -> Case:
    """Asks the citizen for a supplement: status 5, and the clock pauses."""
    return officer.request_supplement(
        work,
        actor(),
        container().office,
        dossier_id,
        match_desk(dossier_id),
        reason=body["reason"],
        days=body["days"],
    )


def _start(work: Work, _body: dict[str, Any], dossier_id: UUID) -> Case:
    """Starts processing: status 4."""
    return officer.start_processing(work, actor(), container().office, dossier_id, match_desk(dossier_id))


def _move_step(work: Work, body: dict[str, Any], dossier_id: UUID) -> Case:
    """Takes the dossier on to the next step of its process, or back."""
    return officer.move_step(
        work,
        actor(),
        container().office,
        dossier_id,
        match_desk(dossier_id),
        action=body["action"],
        note=body["note"],
        tell_citizen=body["tell_citizen"],
    )


def _attach_result(work: Work, body: dict[str, Any], dossier_id: UUID) -> Case:
    """Attaches the result, an upload of the officer."""
    file = body["file"]
    sent = SentFile(file["upload_id"], bytes.fromhex(file["sha256"]), file["size"])
    return results.attach_result(
        work, actor(), container().office, dossier_id, match_desk(dossier_id), kind=body["kind"], sent=sent
    )


def _finish(work: Work, _body: dict[str, Any], dossier_id: UUID) -> Case:
    """Finishes the dossier: status 9."""
    return officer.finish_dossier(work, actor(), container().office, dossier_id, match_desk(dossier_id))


def _hand_over(work: Work, body: dict[str, Any], dossier_id: UUID) -> Case:
    """Hands the result over: status 10."""
    way = HandOverWay(body["way"])
    return officer.hand_over_result(work, actor(), container().office, dossier_id, match_desk(dossier_id), way=way)


def _settle_withdrawal(work: Work, body: dict[str, Any], dossier_id: UUID) -> Case:
    """Grants the withdrawal, or refuses it with a reason."""
    if not body["grant"] and not body["reason"]:
        raise DomainError("invalid_fields", fields=[FieldError("/reason", "required")])
    return officer.settle_withdrawal(
        work,
        actor(),
        container().office,
        dossier_id,
        match_desk(dossier_id),
        grant=body["grant"],
        reason=body["reason"],
    )


def _stop(work: Work, body: dict[str, Any], dossier_id: UUID) -> Case:
    """Stops processing, with a reason: status 8."""
    return officer.stop_dossier(
        work, actor(), container().office, dossier_id, match_desk(dossier_id), reason=body["reason"]
    )


def _undo(work: Work, body: dict[str, Any], dossier_id: UUID) -> Case:
    """Takes back the last action, inside its window."""
    return officer.undo_last(
        work, actor(), container().office, dossier_id, match_desk(dossier_id), reason=body["reason"]
    )


_act("acceptance", "acceptDossier", NothingRequest(), _accept)
_act("refusal", "declineDossier", ReasonRequest(), _decline)
_act("supplement-request", "requestSupplement", AskSupplementRequest(), _request_supplement, "supplement_limit")
_act("start", "startProcessing", NothingRequest(), _start)
_act("step", "moveStep", StepRequest(), _move_step, "step_role_missing", "step_action_unknown")
_act(
    "results",
    "attachResult",
    AttachResultRequest(),
    _attach_result,
    "result_kind_unknown",
    "file_differs",
    "dossier_too_large",
)
_act("finish", "finishDossier", NothingRequest(), _finish, "result_missing", "step_role_missing", "step_action_unknown")
_act("hand-over", "handOverResult", HandOverRequest(), _hand_over)
_act("withdrawal-decision", "settleWithdrawal", SettleWithdrawalRequest(), _settle_withdrawal)
_act("stop", "stopDossier", ReasonRequest(), _stop)
_act("undo", "undoLastAction", ReasonRequest(), _undo, "nothing_to_undo", "undo_too_late")
