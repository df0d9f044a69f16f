"""For an admin of an agency: the officers of its subtree, and the keys of its partners' systems."""

from typing import Any
from uuid import UUID

from api.account.clients import (
    AgencyClientRequest,
    ClientAnswer,
    ClientsAnswer,
    IssuedClientAnswer,
    TakeOverRequest,
    asked_client,
    show_client,
    show_clients,
    show_issued,
)
from api.account.grants import REMAIN, asked_fate
from api.edge.blueprint import Blueprint
from api.edge.context import actor, container
from api.edge.paging import PageQuery, read_page, turn_page
from api.edge.transactions import unit_of_work
from api.officer.staff.schemas import AppointRequest, EndOfficeRequest, OfficerAnswer, OfficersPage
from auth.organisations.service import clients
from auth.service import officers
from auth.service.officers import Appointment, OfficerView
from kernel.work import Work

blueprint = Blueprint("staff", description="Officers and partners of an agency (cán bộ, đối tác)")


@blueprint.operation(
    "GET", "/v1/staff/officers", "listOfficers", query=PageQuery(), answer=OfficersPage(), transaction=True
)
def list_officers(work: Work, query: dict[str, Any]) -> Any:
    """Offices of the admin's subtree, past ones included, oldest first."""
    page = read_page(query)
    rows = officers.list_officers(work, actor(), after=page.after_id, limit=page.limit + 1)
    return turn_page(page, rows, lambda row: [str(row.id)])


@blueprint.operation(
    "POST",
    "/v1/staff/officers",
    "appointOfficer",
    body=AppointRequest(),
    answer=OfficerAnswer(),
    status=201,
    idempotent=True,
    problems=("own_office", "office_exists"),
)
def appoint_officer(work: Work, body: dict[str, Any]) -> OfficerView:
    """Gives a person, by personal number, an office of the admin's subtree."""
    asked = Appointment(**{**body, "roles": tuple(body["roles"])})
    return officers.appoint_officer(work, actor(), asked)


@blueprint.operation(
    "POST",
    "/v1/staff/officers/<uuid:officer_id>/end",
    "endOffice",
    body=EndOfficeRequest(),
    answer=OfficerAnswer(),
    idempotent=True,
    problems=("own_office", REMAIN),
)
def end_office(work: Work, body: dict[str, Any], officer_id: UUID) -> OfficerView:
    """Ends an office after a day, or at once: then its sessions stop within seconds. Keys of partners for which the
    officer answers end too, or another admin takes them over.
    """
    fate = asked_fate(body)
    return officers.end_office(work, actor(), officer_id, body["last_day"], fate)


@blueprint.operation("GET", "/v1/staff/clients", "listAgencyClients", answer=ClientsAnswer(), transaction=True)
def list_agency_clients(work: Work) -> dict[str, Any]:
    """Keys of the subtree's partners, revoked ones included."""
    return show_clients(clients.list_agency_clients(work, actor()))


@blueprint.operation(
    "POST",
    "/v1/staff/clients",
    "createAgencyClient",
    body=AgencyClientRequest(),
    answer=IssuedClientAnswer(),
    status=201,
    idempotent=True,
    problems=("too_many_clients",),
)
def create_agency_client(work: Work, body: dict[str, Any]) -> dict[str, Any]:
    """Makes a key for a partner's system, shown once."""
    return show_issued(clients.create_agency_client(work, actor(), body["agency_code"], asked_client(body)))


@blueprint.operation(
    "POST",
    "/v1/staff/clients/<uuid:client_id>/take-over",
    "takeOverAgencyClient",
    body=TakeOverRequest(),
    answer=ClientAnswer(),
    idempotent=True,
    problems=("client_ended",),
)
def take_over_agency_client(work: Work, body: dict[str, Any], client_id: UUID) -> dict[str, Any]:
    """The admin answers for a key of their subtree from now on: it goes on when another admin's office ends."""
    del body
    return show_client(clients.take_over_agency_client(work, actor(), client_id))


@blueprint.operation("DELETE", "/v1/staff/clients/<uuid:client_id>", "revokeAgencyClient", status=204)
def revoke_agency_client(client_id: UUID) -> None:
    """Revokes a key; it stops within seconds."""
    with unit_of_work() as work:
        clients.revoke_agency_client(work, actor(), client_id)
    container().token_reader.forget(client_id)
