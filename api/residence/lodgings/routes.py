"""Lodgings of the organisations the caller acts for: registered, described, staffed; their nights at a glance."""

from typing import Any
from uuid import UUID

from api.blueprint import Blueprint
from api.context import actor
from api.grants import REMAIN
from api.residence.desk import INACTIVE, LODGING, MANDATE, desk
from api.residence.lodgings.schemas import (
    LodgingAnswer,
    LodgingPatch,
    LodgingRequest,
    LodgingsAnswer,
    NightAnswer,
    NightQuery,
    NilAnswer,
    NilRequest,
    NothingAsked,
    RoomsAnswer,
    RoomsRequest,
    StaffAnswer,
    StaffRequest,
)
from kernel.work import Work
from residence.clock import tonight
from residence.models import Lodging
from residence.ports import Member
from residence.service import lodgings, nights, reports
from residence.service.access import lodging_for, lodgings_for
from residence.service.lodgings import AuthorityAccount, NewLodging

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
def register_lodging(work: Work, body: dict[str, Any]) -> Lodging:
    """Registers a lodging; the police of its commune must approve it. Needs the mandate `manage_lodgings`."""
    return lodgings.register_lodging(work, actor(), desk(), NewLodging(**body))


@blueprint.operation("GET", "/v1/lodgings", "listLodgings", answer=LodgingsAnswer(), transaction=True)
def list_lodgings(work: Work) -> dict[str, Any]:
    """Those the caller may see."""
    return {"items": lodgings_for(work, actor(), desk())}


@blueprint.operation("GET", LODGING, "readLodging", answer=LodgingAnswer(), transaction=True, problems=(MANDATE,))
def read_lodging(work: Work, lodging_id: UUID) -> Lodging:
    """One of them."""
    return lodging_for(work, actor(), desk(), lodging_id, "read")


@blueprint.operation(
    "PATCH",
    LODGING,
    "changeLodging",
    body=LodgingPatch(),
    answer=LodgingAnswer(),
    transaction=True,
    problems=(MANDATE, "lodging_approved"),
)
def change_lodging(work: Work, body: dict[str, Any], lodging_id: UUID) -> Lodging:
    """Changes what is given; name, kind and address only until the police have approved them."""
    given = body.pop("authority_account", None)
    account = None if given is None else AuthorityAccount(**given)
    return lodgings.change_lodging(work, actor(), desk(), lodging_id, changes=body, account=account)


@blueprint.operation(
    "POST",
    f"{LODGING}/resubmission",
    "resubmitLodging",
    body=NothingAsked(),
    answer=LodgingAnswer(),
    idempotent=True,
    problems=(MANDATE, "lodging_step_refused"),
)
def resubmit_lodging(work: Work, _body: dict[str, Any], lodging_id: UUID) -> Lodging:
    """Asks the police again after a refusal."""
    return lodgings.resubmit_lodging(work, actor(), desk(), lodging_id)


@blueprint.operation(
    "POST",
    f"{LODGING}/closure",
    "closeLodging",
    body=NothingAsked(),
    answer=LodgingAnswer(),
    idempotent=True,
    problems=(MANDATE, "lodging_step_refused"),
)
def close_lodging(work: Work, _body: dict[str, Any], lodging_id: UUID) -> Lodging:
    """Closes a lodging for good; what it declared stays."""
    return lodgings.close_lodging(work, actor(), desk(), lodging_id)


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
    seen = nights.read_night(work, actor(), desk(), lodging_id, night)
    named = {name: getattr(seen, name) for name in NightAnswer().fields if hasattr(seen, name)}
    return {**seen.counts._asdict(), **named}


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
