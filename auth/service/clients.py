"""API clients: keys for the systems of partners, owned by an organisation or by an agency. A key is shown once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from auth import party_store
from auth.models import ApiClient, Organisation
from auth.service.access import person_of
from auth.service.organisations import require_mandate
from auth.tokens.clients import new_key
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError, FieldError
from kernel.ids import new_id
from kernel.work import Work

# What a key may be good for, by the kind of its owner.
SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "agency": ("dossiers:status",),
    "organisation": ("organisation:read", "residence:report", "residence:read"),
}
LONGEST_LIFE: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class IssuedClient:
    """`key` is known only now."""

    client: ApiClient
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewClient:
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime


def list_organisation_clients(work: Work, actor: Actor, organisation_id: UUID) -> Sequence[ApiClient]:
    require_mandate(work, actor, organisation_id, "manage_clients")
    return party_store.clients_of_organisation(work.session, organisation_id)


def create_organisation_client(work: Work, actor: Actor, organisation_id: UUID, asked: NewClient) -> IssuedClient:
    """Raises `not_found`, `mandate_missing`, `invalid_fields`."""
    require_mandate(work, actor, organisation_id, "manage_clients")
    return _create(work, actor, asked, "organisation", organisation_id=organisation_id)


def revoke_organisation_client(work: Work, actor: Actor, organisation_id: UUID, client_id: UUID) -> None:
    """A key that was revoked before stays so. Raises `not_found`, `mandate_missing`."""
    require_mandate(work, actor, organisation_id, "manage_clients")
    _revoke(work, actor, party_store.lock_client_of_organisation(work.session, organisation_id, client_id))


def list_agency_clients(work: Work, actor: Actor) -> Sequence[ApiClient]:
    """Those of the admin's subtree, revoked ones included."""
    write_audit(work.session, actor, "client.list", "agency", None, agency=actor.agency_code or "")
    return party_store.clients_below(work.session, actor.agency_code)


def create_agency_client(work: Work, actor: Actor, agency_code: str, asked: NewClient) -> IssuedClient:
    """A key for the subtree of an agency of the admin's own. Raises `invalid_fields`."""
    if not party_store.in_subtree(work.session, agency_code, actor.agency_code):
        raise DomainError("invalid_fields", fields=[FieldError("/agency_code", "choice")])
    return _create(work, actor, asked, "agency", agency_code=agency_code)


def revoke_agency_client(work: Work, actor: Actor, client_id: UUID) -> None:
    """A key that was revoked before stays so. Raises `not_found` outside the subtree."""
    _revoke(work, actor, party_store.lock_client_below(work.session, actor.agency_code, client_id))


def client_organisation(work: Work, actor: Actor) -> Organisation:
    """The organisation a key belongs to. Raises `not_found` for the key of an agency."""
    found = None if actor.organisation_id is None else work.session.get(Organisation, actor.organisation_id)
    if found is None:
        raise DomainError("not_found")
    write_audit(work.session, actor, "organisation.read", "organisation", found.id)
    return found


def _create(
    work: Work,
    actor: Actor,
    asked: NewClient,
    owner: str,
    *,
    organisation_id: UUID | None = None,
    agency_code: str | None = None,
) -> IssuedClient:
    now = work.now()
    if not set(asked.scopes) <= set(SCOPES[owner]):
        raise DomainError("invalid_fields", fields=[FieldError("/scopes", "choice")])
    if not now < asked.expires_at <= now + LONGEST_LIFE:
        raise DomainError("invalid_fields", fields=[FieldError("/expires_at", "client_expiry")])
    row = new_id()
    key, digest = new_key(row)
    client = ApiClient(
        id=row,
        name=asked.name,
        organisation_id=organisation_id,
        agency_code=agency_code,
        scopes=sorted(set(asked.scopes)),
        secret_digest=digest,
        created_by=person_of(actor),
        created_at=now,
        expires_at=asked.expires_at,
    )
    work.session.add(client)
    work.session.flush()
    write_audit(work.session, actor, "client.create", "api_client", row)
    return IssuedClient(client, key)


def _revoke(work: Work, actor: Actor, client: ApiClient | None) -> None:
    if client is None:
        raise DomainError("not_found")
    if client.revoked_at is None:
        client.revoked_at = work.now()
        write_audit(work.session, actor, "client.revoke", "api_client", client.id)
