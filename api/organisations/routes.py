"""Organisations of the caller (hotels, household businesses, companies), their members, the keys of their systems."""

from typing import Any
from uuid import UUID

from api.blueprint import Blueprint
from api.clients import ClientRequest, ClientsAnswer, IssuedClientAnswer, asked_client, show_clients, show_issued
from api.context import actor, container
from api.organisations.schemas import (
    MemberAnswer,
    MemberRequest,
    MembersAnswer,
    OrganisationAnswer,
    OrganisationRequest,
    OrganisationsAnswer,
)
from api.transactions import unit_of_work
from auth.models import Membership
from auth.service import clients, organisations
from auth.service.organisations import Held, NewMember
from kernel.work import Work

blueprint = Blueprint("organisations", description="Organisations and who acts for them (tổ chức, ủy quyền)")
_ONE = "/v1/organisations/<uuid:organisation_id>"


@blueprint.operation(
    "POST",
    "/v1/organisations",
    "registerOrganisation",
    body=OrganisationRequest(),
    answer=OrganisationAnswer(),
    status=201,
    idempotent=True,
    limit="organisation",
    problems=("organisation_known",),
)
def register_organisation(work: Work, body: dict[str, Any]) -> dict[str, Any]:
    """Registers an organisation; the caller becomes its representative."""
    held = organisations.register_organisation(
        work,
        actor(),
        kind=body["kind"],
        name=body["name"],
        number=body["registration_number"],
        display_name=body["display_name"],
    )
    return _shown(work, held)


@blueprint.operation("GET", "/v1/organisations", "listOrganisations", answer=OrganisationsAnswer(), transaction=True)
def list_organisations(work: Work) -> dict[str, Any]:
    """Those the caller is a member of today."""
    return {"items": [_shown(work, held) for held in organisations.list_organisations(work, actor())]}


@blueprint.operation("GET", _ONE, "readOrganisation", answer=OrganisationAnswer(), transaction=True)
def read_organisation(work: Work, organisation_id: UUID) -> dict[str, Any]:
    """One of them."""
    return _shown(work, organisations.read_organisation(work, actor(), organisation_id))


@blueprint.operation(
    "GET", f"{_ONE}/members", "listMembers", answer=MembersAnswer(), transaction=True, problems=("mandate_missing",)
)
def list_members(work: Work, organisation_id: UUID) -> dict[str, Any]:
    """Who acts, acted lately, or is to act for it; for those with the mandate `manage_members`."""
    return {"items": [_member(each) for each in organisations.list_members(work, actor(), organisation_id)]}


@blueprint.operation(
    "POST",
    f"{_ONE}/members",
    "addMember",
    body=MemberRequest(),
    answer=MemberAnswer(),
    status=201,
    idempotent=True,
    limit="organisation",
    problems=("mandate_missing", "already_member"),
)
def add_member(work: Work, body: dict[str, Any], organisation_id: UUID) -> dict[str, Any]:
    """Makes a person a member, by personal number; nobody gives a mandate they do not hold."""
    asked = NewMember(**{**body, "mandates": tuple(body["mandates"])})
    return _member(organisations.add_member(work, actor(), organisation_id, asked))


@blueprint.operation(
    "DELETE",
    f"{_ONE}/members/<uuid:member_id>",
    "endMember",
    status=204,
    transaction=True,
    problems=("mandate_missing", "last_representative"),
)
def end_member(work: Work, organisation_id: UUID, member_id: UUID) -> None:
    """Revokes a membership at once."""
    organisations.end_member(work, actor(), organisation_id, member_id)


@blueprint.operation(
    "GET",
    f"{_ONE}/clients",
    "listOrganisationClients",
    answer=ClientsAnswer(),
    transaction=True,
    problems=("mandate_missing",),
)
def list_organisation_clients(work: Work, organisation_id: UUID) -> dict[str, Any]:
    """Keys of the organisation's systems, revoked ones included; for those with the mandate `manage_clients`."""
    return show_clients(clients.list_organisation_clients(work, actor(), organisation_id))


@blueprint.operation(
    "POST",
    f"{_ONE}/clients",
    "createOrganisationClient",
    body=ClientRequest(),
    answer=IssuedClientAnswer(),
    status=201,
    idempotent=True,
    problems=("mandate_missing",),
)
def create_organisation_client(work: Work, body: dict[str, Any], organisation_id: UUID) -> dict[str, Any]:
    """Makes a key for a system of the organisation, shown once."""
    asked = asked_client(body)
    return show_issued(clients.create_organisation_client(work, actor(), organisation_id, asked))


@blueprint.operation(
    "DELETE",
    f"{_ONE}/clients/<uuid:client_id>",
    "revokeOrganisationClient",
    status=204,
    problems=("mandate_missing",),
)
def revoke_organisation_client(organisation_id: UUID, client_id: UUID) -> None:
    """Revokes a key; it stops within seconds."""
    with unit_of_work() as work:
        clients.revoke_organisation_client(work, actor(), organisation_id, client_id)
    container().token_reader.forget(client_id)


def _shown(work: Work, held: Held) -> dict[str, Any]:
    return {
        "id": held.organisation.id,
        "kind": held.organisation.kind,
        "name": held.organisation.name,
        "registration_number": organisations.registration_number(work, held.organisation),
        "role": held.role,
        "mandates": sorted(held.mandates),
    }


def _member(member: Membership) -> dict[str, Any]:
    return {name: getattr(member, name) for name in MemberAnswer().fields}
