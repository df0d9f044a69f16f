"""Lodgings of the organisations the caller acts for: registered, described, staffed; their nights at a glance."""

from typing import Any
from uuid import UUID

from api.account.grants import REMAIN
from api.edge.blueprint import Blueprint
from api.edge.context import actor, container
from api.edge.limits import count_try
from api.edge.paging import read_page, turn_page
from api.edge.transactions import unit_of_work
from api.lodging.desk import INACTIVE, LODGING, MANDATE, desk
from api.lodging.lodgings.schemas import (
    LodgingAnswer,
    LodgingPatch,
    LodgingRequest,
    LodgingsAnswer,
    NightAnswer,
    NightQuery,
    NightsPage,
    NightsQuery,
    NilAnswer,
    NilRequest,
    NothingAsked,
    RoomsAnswer,
    RoomsRequest,
    StaffAnswer,
    StaffRequest,
)
from api.lodging.lodgings.views import line_shown, night_shown, shown
from kernel.work import Work
from residence.authority.port import Account
from residence.clock import tonight
from residence.ports import Member
from residence.service import accounts, lodgings, nights, reports
from residence.service.accounts import TriedAccount
from residence.service.lodgings import NewLodging

_TRIES, _WINDOW_S = 5, 900
blueprint = Blueprint("lodgings", description="Lodgings and their nights (cơ sở lưu trú)")


@blueprint.operation(
    "POST",
    "/v1/lodgings",
    "registerLodging",
    body=LodgingRequest(),
    answer=LodgingAnswer(),
    status=201,
    idempotent=True,
    limit="organisation",
    problems=("not_found", MANDATE, "lodging_known", "too_many_lodgings"),
)
def register_lodging(work: Work, body: dict[str, Any]) -> dict[str, Any]:
    """Registers a lodging; the police of its commune must approve it. Needs the mandate `manage_lodgings`."""
    return shown(lodgings.register_lodging(work, actor(), desk(), NewLodging(**body)))


@blueprint.operation("GET", "/v1/lodgings", "listLodgings", answer=LodgingsAnswer(), transaction=True)
def list_lodgings(work: Work) -> dict[str, Any]:
    """Those the caller may see."""
    return {"items": [shown(each) for each in lodgings.list_lodgings(work, actor(), desk())]}


@blueprint.operation("GET", LODGING, "readLodging", answer=LodgingAnswer(), transaction=True, problems=(MANDATE,))
def read_lodging(work: Work, lodging_id: UUID) -> dict[str, Any]:
    """One of them."""
    return shown(lodgings.read_lodging(work, actor(), desk(), lodging_id))


@blueprint.operation(
    "PATCH",
    LODGING,
    "changeLodging",
    body=LodgingPatch(),
    answer=LodgingAnswer(),
    problems=(MANDATE, "lodging_approved", "too_many_requests"),
)
def change_lodging(body: dict[str, Any], lodging_id: UUID) -> dict[str, Any]:
    """Changes what is given; name, kind and address only until the police have approved them.

    An account at the authority's portal is tried there first. One that it refuses is not kept; one that it could not be
    asked about is, and is tried again.
    """
    given = body.pop("authority_account", None)
    account = None if given is None else _tried(lodging_id, given["username"], given["password"])
    with unit_of_work() as work:
        return shown(lodgings.change_lodging(work, actor(), desk(), lodging_id, changes=body, account=account))


def _tried(lodging_id: UUID, username: str, password: str) -> TriedAccount:
    with unit_of_work() as work:
        accounts.may_give_account(work, actor(), desk(), lodging_id)
    # So many wrong ones must not lock the account at the portal.
    count_try("authority_account", str(lodging_id), tries=_TRIES, window_s=_WINDOW_S)
    trial = container().lodging_accounts.try_account(Account(username, password))
    return TriedAccount(username, password, trial)


@blueprint.operation(
    "POST",
    f"{LODGING}/resubmission",
    "resubmitLodging",
    body=NothingAsked(),
    answer=LodgingAnswer(),
    idempotent=True,
    problems=(MANDATE, "lodging_step_refused"),
)
def resubmit_lodging(work: Work, _body: dict[str, Any], lodging_id: UUID) -> dict[str, Any]:
    """Asks the police again after a refusal."""
    return shown(lodgings.resubmit_lodging(work, actor(), desk(), lodging_id))


@blueprint.operation(
    "POST",
    f"{LODGING}/closure",
    "closeLodging",
    body=NothingAsked(),
    answer=LodgingAnswer(),
    idempotent=True,
    problems=(MANDATE, "lodging_step_refused"),
)
def close_lodging(work: Work, _body: dict[str, Any], lodging_id: UUID) -> dict[str, Any]:
    """Closes a lodging for good; what it declared stays."""
    return shown(lodgings.close_lodging(work, actor(), desk(), lodging_id))


@blueprint.operation(
    "GET", f"{LODGING}/rooms", "listRooms", answer=RoomsAnswer(), transaction=True, problems=(MANDATE,)
)
def list_rooms(work: Work, lodging_id: UUID) -> dict[str, Any]:
    """Its rooms, by name."""
    return {"items": lodgings.list_rooms(work, actor(), desk(), lodging_id)}


@blueprint.operation(
    "PUT",
    f"{LODGING}/rooms",
    "setRooms",
    body=RoomsRequest(),
    answer=RoomsAnswer(),
    transaction=True,
    problems=(MANDATE,),
)
def set_rooms(work: Work, body: dict[str, Any], lodging_id: UUID) -> dict[str, Any]:
    """Replaces its rooms."""
    rooms = [(room["name"], room["beds"]) for room in body["rooms"]]
    return {"items": lodgings.set_rooms(work, actor(), desk(), lodging_id, rooms)}


@blueprint.operation(
    "GET", f"{LODGING}/staff", "listStaff", answer=StaffAnswer(), transaction=True, problems=(MANDATE,)
)
def list_staff(work: Work, lodging_id: UUID) -> dict[str, Any]:
    """Members who declare for this lodging only; without any, every member with `report_guests` does."""
    return _staff(lodgings.list_staff(work, actor(), desk(), lodging_id))


@blueprint.operation(
    "PUT",
    f"{LODGING}/staff",
    "setStaff",
    body=StaffRequest(),
    answer=StaffAnswer(),
    transaction=True,
    problems=(MANDATE, REMAIN),
)
def set_staff(work: Work, body: dict[str, Any], lodging_id: UUID) -> dict[str, Any]:
    """Narrows these members to this lodging; it gives no mandate they do not have."""
    chosen, narrow = body["member_ids"], body["narrow_keys"]
    return _staff(lodgings.set_staff(work, actor(), desk(), lodging_id, chosen, narrow_keys=narrow))


@blueprint.operation(
    "GET",
    f"{LODGING}/night",
    "readNight",
    query=NightQuery(),
    answer=NightAnswer(),
    transaction=True,
    problems=(MANDATE,),
)
def read_night(work: Work, query: dict[str, Any], lodging_id: UUID) -> dict[str, Any]:
    """A night at a glance: declared, transmitted, confirmed, in doubt, late or missing, and what that may cost."""
    night = query["night"] or tonight(work.now())
    return night_shown(nights.read_night(work, actor(), desk(), lodging_id, night))


@blueprint.operation(
    "GET",
    "/v1/lodging-nights",
    "listNights",
    query=NightsQuery(),
    answer=NightsPage(),
    transaction=True,
)
def list_nights(work: Work, query: dict[str, Any]) -> Any:
    """One night of every lodging the caller may see, of all their organisations.

    A key sees all lodgings of its organisation that the member it rests on reaches, and declares for each of them.
    """
    page = read_page(query)
    night = query["night"] or tonight(work.now())
    rows = nights.list_nights(work, actor(), desk(), night, after=page.after_id, limit=page.limit + 1)
    return turn_page(page, rows, lambda row: [str(row[0].id)], lambda row: line_shown(row[0], row[1]))


@blueprint.operation(
    "POST",
    f"{LODGING}/nil-reports",
    "reportNil",
    body=NilRequest(),
    answer=NilAnswer(),
    status=201,
    idempotent=True,
    limit="residence",
    problems=(MANDATE, INACTIVE, "night_has_guests", "night_out_of_reach"),
)
def report_nil(work: Work, body: dict[str, Any], lodging_id: UUID) -> Any:
    """Says that nobody stays a night; withdrawn by itself when a guest is declared after all."""
    return reports.report_nil(work, actor(), desk(), lodging_id, body["night"] or tonight(work.now()))


def _staff(members: list[Member]) -> dict[str, Any]:
    return {"items": members}
