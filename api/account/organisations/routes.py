"""Organisations of the caller (hotels, household businesses, companies), their members, the keys of their systems."""

from typing import Any
from uuid import UUID

from api.account.clients import (
    ClientAnswer,
    ClientRequest,
    ClientsAnswer,
    IssuedClientAnswer,
    TakeOverRequest,
    asked_client,
    show_client,
    show_clients,
    show_issued,
)
from api.account.grants import REMAIN, asked_fate
from api.account.organisations.schemas import (
    EndMemberQuery,
    MemberAnswer,
    MemberPatch,
    MemberRequest,
    MembersAnswer,
    OrganisationAnswer,
    OrganisationRequest,
    OrganisationsAnswer,
)
from api.edge.blueprint import Blueprint
from api.edge.context import actor, container
from api.edge.transactions import unit_of_work
from auth.organisations.service import clients, members, organisations
from auth.organisations.service.members import NewMember
from auth.organisations.views import MemberView, OrganisationView
from kernel.work import Work

blueprint = Blueprint("organisations", description="Organisations and who acts for them (tổ chức, ủy quyền)")
ONE = "/v1/organisations/<uuid:organisation_id>"


@blueprint.operation(
    "POST",
    "/v1/organisations",
    "registerOrganisation",
    body=OrganisationRequest(),
    answer=OrganisationAnswer(),
    status=201,
    idempotent=True,
    limit="organisation",
    problems=("organisation_known", "too_many_organisations"),
)
def register_organisation(work: Work, body: dict[str, Any]) -> OrganisationView:
    """Registers an organisation that claims its tax code until it is proved; the caller becomes its representative."""
    return organisations.register_organisation(
        work,
        actor(),
        kind=body["kind"],
        name=body["name"],
        number=body["registration_number"],
        display_name=body["display_name"],
    )


@blueprint.operation("GET", "/v1/organisations", "listOrganisations", answer=OrganisationsAnswer(), transaction=True)
def list_organisations(work: Work) -> dict[str, Any]:
    """Those the caller is a member of today."""
    return {"items": organisations.list_organisations(work, actor())}


@blueprint.operation("GET", ONE, "readOrganisation", answer=OrganisationAnswer(), transaction=True)
def read_organisation(work: Work, organisation_id: UUID) -> OrganisationView:
    """One of them."""
    return organisations.read_organisation(work, actor(), organisation_id)


@blueprint.operation(
    "GET", f"{ONE}/members", "listMembers", answer=MembersAnswer(), transaction=True, problems=("mandate_missing",)
)
def list_members(work: Work, organisation_id: UUID) -> dict[str, Any]:
    """Who acts, acted lately, or is to act for it; for those with the mandate `manage_members`."""
    return {"items": members.list_members(work, actor(), organisation_id)}


@blueprint.operation(
    "POST",
    f"{ONE}/members",
    "addMember",
    body=MemberRequest(),
    answer=MemberAnswer(),
    status=201,
    idempotent=True,
    limit="organisation",
    problems=("mandate_missing", "already_member", "too_many_members"),
)
def add_member(work: Work, body: dict[str, Any], organisation_id: UUID) -> MemberView:
    """Makes a person a member, by personal number; nobody gives a mandate they do not hold."""
    asked = NewMember(**{**body, "mandates": tuple(body["mandates"])})
    return members.add_member(work, actor(), organisation_id, asked)


@blueprint.operation(
    "PATCH",
    f"{ONE}/members/<uuid:member_id>",
    "changeMember",
    body=MemberPatch(),
    answer=MemberAnswer(),
    transaction=True,
    problems=("mandate_missing", "own_membership", "last_representative", REMAIN),
)
def change_member(work: Work, body: dict[str, Any], organisation_id: UUID, member_id: UUID) -> MemberView:
    """Changes role, mandates, last day or name of another member, and settles what rests on a right taken away."""
    fate = asked_fate(body)
    return members.change_member(work, actor(), organisation_id, member_id, body, fate)


@blueprint.operation(
    "DELETE",
    f"{ONE}/members/<uuid:member_id>",
    "endMember",
    query=EndMemberQuery(),
    status=204,
    problems=("mandate_missing", "last_representative", REMAIN),
)
def end_member(query: dict[str, Any], organisation_id: UUID, member_id: UUID) -> None:
    """Revokes a membership at once; keys and members that rest on it end too, or are taken over."""
    fate = asked_fate(query, prefix="?")
    with unit_of_work() as work:
        touched = members.end_member(work, actor(), organisation_id, member_id, fate)
    for client_id in touched:
        container().token_reader.forget(client_id)


@blueprint.operation(
    "GET",
    f"{ONE}/clients",
    "listOrganisationClients",
    answer=ClientsAnswer(),
    transaction=True,
    problems=("mandate_missing", "too_many_clients"),
)
def list_organisation_clients(work: Work, organisation_id: UUID) -> dict[str, Any]:
    """Keys of the organisation's systems, revoked ones included; for those with the mandate `manage_clients`."""
    return show_clients(clients.list_organisation_clients(work, actor(), organisation_id))


@blueprint.operation(
    "POST",
    f"{ONE}/clients",
    "createOrganisationClient",
    body=ClientRequest(),
    answer=IssuedClientAnswer(),
    status=201,
    idempotent=True,
    problems=("mandate_missing", "organisation_disputed", "too_many_clients"),
)
def create_organisation_client(work: Work, body: dict[str, Any], organisation_id: UUID) -> dict[str, Any]:
    """Makes a key for a system of the organisation, shown once. It can do what its maker can, and ends with them."""
    asked = asked_client(body)
    return show_issued(clients.create_organisation_client(work, actor(), organisation_id, asked))


@blueprint.operation(
    "POST",
    f"{ONE}/clients/<uuid:client_id>/take-over",
    "takeOverOrganisationClient",
    body=TakeOverRequest(),
    answer=ClientAnswer(),
    idempotent=True,
    problems=("mandate_missing", "client_ended"),
)
def take_over_organisation_client(
    work: Work, body: dict[str, Any], organisation_id: UUID, client_id: UUID
) -> dict[str, Any]:
    """The caller, who holds what the key can do, answers for it from now on: it goes on when its maker leaves."""
    del body
    return show_client(clients.take_over_organisation_client(work, actor(), organisation_id, client_id))


@blueprint.operation(
    "DELETE",
    f"{ONE}/clients/<uuid:client_id>",
    "revokeOrganisationClient",
    status=204,
    problems=("mandate_missing",),
)
def revoke_organisation_client(organisation_id: UUID, client_id: UUID) -> None:
    """Revokes a key; it stops within seconds."""
    with unit_of_work() as work:
        clients.revoke_organisation_client(work, actor(), organisation_id, client_id)
    container().token_reader.forget(client_id)
