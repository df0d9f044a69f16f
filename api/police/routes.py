"""The commune police: lodgings decided on, the guests of a night, searches with a reason, who has not filed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import flask

from api.edge.blueprint import Blueprint
from api.edge.context import actor
from api.edge.paging import read_page, turn_page
from api.edge.schemas import RequestSchema
from api.lodging.desk import XLSX, desk, send_sheet
from api.police.schemas import (
    ApprovalRequest,
    ExportQuery,
    FoundAnswer,
    GuestsPage,
    GuestsQuery,
    LodgingsQuery,
    MissingAnswer,
    NightQuery,
    PoliceLodgingAnswer,
    PoliceLodgingsPage,
    PoliceLodgingWithHistory,
    RefusalRequest,
    ResumptionRequest,
    SearchRequest,
    SeenGuestAnswer,
    StatisticsAnswer,
    StatisticsQuery,
    TwicesAnswer,
)
from kernel.work import Work
from residence.clock import tonight
from residence.ports import Claimant
from residence.service import police
from residence.service.police import Statistics
from residence.sheets.export import CSV, csv_of, xlsx_of
from residence.states import LodgingEvent
from residence.views import LodgingView, SeenGuest

blueprint = Blueprint("police", description="The commune police (công an phường, xã)")
_LODGING = "/v1/police/lodgings/<uuid:lodging_id>"


@blueprint.operation(
    "GET",
    "/v1/police/lodgings",
    "listPoliceLodgings",
    query=LodgingsQuery(),
    answer=PoliceLodgingsPage(),
    transaction=True,
)
def list_lodgings(work: Work, query: dict[str, Any]) -> Any:
    """Lodgings of the officer's agencies, oldest first."""
    page = read_page(query)
    rows = police.list_lodgings(work, actor(), state=query["state"], after=page.after_id, limit=page.limit + 1)
    claimants = _claimants(work, rows)
    return turn_page(page, rows, lambda row: [str(row.id)], lambda row: _shown(row, claimants))


@blueprint.operation("GET", _LODGING, "readPoliceLodging", answer=PoliceLodgingWithHistory(), transaction=True)
def read_lodging(work: Work, lodging_id: UUID) -> dict[str, Any]:
    """One of them, and how it came to its state."""
    lodging, history = police.read_lodging(work, actor(), lodging_id)
    return {**_shown(lodging, _claimants(work, [lodging])), "history": history}


def _decide(name: str, operation_id: str, event: LodgingEvent, body: RequestSchema, summary: str) -> None:
    @blueprint.operation(
        "POST",
        f"{_LODGING}/{name}",
        operation_id,
        body=body,
        answer=PoliceLodgingAnswer(),
        idempotent=True,
        problems=("lodging_step_refused",),
        summary=summary,
    )
    def view(work: Work, body: dict[str, Any], lodging_id: UUID) -> dict[str, Any]:
        lodging = police.decide_lodging(
            work, actor(), lodging_id, event, reason=body.get("reason"), remote=body.get("remote")
        )
        return _shown(lodging, _claimants(work, [lodging]))


_decide("approval", "approveLodging", LodgingEvent.APPROVE, ApprovalRequest(), "Lets a lodging declare its guests.")
_decide("refusal", "refuseLodging", LodgingEvent.REFUSE, RefusalRequest(), "Refuses a registration, with a reason.")
_decide("suspension", "suspendLodging", LodgingEvent.SUSPEND, RefusalRequest(), "Suspends a lodging, with a reason.")
_decide("resumption", "resumeLodging", LodgingEvent.RESUME, ResumptionRequest(), "Ends a suspension.")


@blueprint.operation(
    "GET",
    "/v1/police/guests",
    "listPoliceGuests",
    query=GuestsQuery(),
    answer=GuestsPage(),
    transaction=True,
    limit="reading",
)
def list_guests(work: Work, query: dict[str, Any]) -> Any:
    """Everyone who stays a night in the officer's agencies; each page is one row of the audit."""
    page = read_page(query)
    night = query["night"] or tonight(work.now())
    rows = police.list_guests(work, actor(), night, after=page.after_id, limit=page.limit + 1)
    return turn_page(page, rows, lambda row: [str(row.stay.id)], _guest)


@blueprint.operation(
    "POST",
    "/v1/police/guest-searches",
    "searchGuests",
    body=SearchRequest(),
    answer=FoundAnswer(),
    idempotent=True,
    limit="search",
)
def search_guests(work: Work, body: dict[str, Any]) -> dict[str, Any]:
    """Stays by document number or name, newest first, a hundred at most; the reason is kept and audited."""
    found = police.search_guests(work, actor(), body["by"], body["sought"], body["reason"])
    return {"items": [_guest(each) for each in found]}


@blueprint.operation(
    "GET", "/v1/police/missing", "listMissing", query=NightQuery(), answer=MissingAnswer(), transaction=True
)
def list_missing(work: Work, query: dict[str, Any]) -> dict[str, Any]:
    """Lodgings that have filed nothing for a night."""
    night = query["night"] or tonight(work.now())
    found = police.missing_lodgings(work, actor(), night)
    claimants = _claimants(work, found)
    return {"night": night, "items": [_shown(lodging, claimants) for lodging in found]}


@blueprint.operation(
    "GET",
    "/v1/police/statistics",
    "readStatistics",
    query=StatisticsQuery(),
    answer=StatisticsAnswer(),
    transaction=True,
)
def read_statistics(work: Work, query: dict[str, Any]) -> Statistics:
    """Arrivals by night and nationality, and how the last night was filed."""
    return police.read_statistics(work, actor(), query["first"], query["last"])


@blueprint.operation(
    "GET", "/v1/police/duplicates", "listDuplicates", query=NightQuery(), answer=TwicesAnswer(), transaction=True
)
def list_duplicates(work: Work, query: dict[str, Any]) -> dict[str, Any]:
    """Documents that stay in more than one lodging on the same night."""
    night = query["night"] or tonight(work.now())
    found = police.documents_twice(work, actor(), night)
    items = [{"stays": [_guest(seen) for seen in each.stays], "elsewhere": each.elsewhere} for each in found]
    return {"night": night, "items": items}


@blueprint.operation(
    "GET",
    "/v1/police/export",
    "exportGuests",
    query=ExportQuery(),
    media_type=(XLSX, "text/csv"),
    transaction=True,
    limit="search",
    problems=("export_too_large",),
)
def export_guests(work: Work, query: dict[str, Any]) -> flask.Response:
    """Everyone of a night as a file, XLSX or CSV."""
    night = query["night"] or tonight(work.now())
    seen = police.export_guests(work, actor(), night)
    if query["format"] == "csv":
        return send_sheet(csv_of(seen), f"luu-tru-{night}.csv", CSV)
    return send_sheet(xlsx_of(seen), f"luu-tru-{night}.xlsx")


def _guest(seen: SeenGuest) -> dict[str, Any]:
    own = {name: getattr(seen.stay, name) for name in SeenGuestAnswer().fields if hasattr(seen.stay, name)}
    return {**own, "stay_id": seen.stay.id, "lodging": seen.lodging, "guest": seen.guest}


def _claimants(work: Work, lodgings: Sequence[LodgingView]) -> Mapping[UUID, Claimant]:
    return desk().organisations.claimants(work, {lodging.organisation_id for lodging in lodgings})


def _shown(lodging: LodgingView, claimants: Mapping[UUID, Claimant]) -> dict[str, Any]:
    """A lodging, and whether whoever runs it has proved who they are."""
    whose = claimants[lodging.organisation_id]
    told = {"organisation_name": whose.name, "organisation_standing": whose.standing}
    return {name: told[name] if name in told else getattr(lodging, name) for name in PoliceLodgingAnswer().fields}
