"""API clients: keys for the systems of partners, owned by an organisation or by an agency. A key is shown once.

A key can do no more than its grantor can now: whoever made it, or took it over. When the grantor's membership or office
ends, so does the key. What becomes of keys then is decided in the act that ends it: see `succession`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from agencies.tree import is_within
from auth.events import CLIENTS_TAKEN_OVER, ClientsChanged
from auth.models import ApiClient, Membership, Organisation
from auth.organisations import client_store
from auth.organisations import store as party_store
from auth.organisations.rights import SCOPES, mandate_needed, mandates_of, usable_scopes
from auth.organisations.service.organisations import require_mandate, require_undisputed, stands
from auth.organisations.views import PublicOrganisationView
from auth.service.access import person_of
from auth.tokens.clients import new_key
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError, FieldError
from kernel.frozen import frozen
from kernel.ids import new_id
from kernel.quota import require_room
from kernel.work import Work

MOST_CLIENTS: Final = 100
LONGEST_LIFE: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class KeptClient:
    """A key as its owners see it. `usable_scopes` is what it can do today; `granted_by` is who answers for it, by the
    name that its owner gives them, and `ends_on` the last day on which they do; both None where nobody does.
    """

    id: UUID
    name: str
    agency_code: str | None
    scopes: Sequence[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    end_reason: str | None
    last_used_at: datetime | None
    usable_scopes: tuple[str, ...]
    granted_by: str | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class IssuedClient:
    """`key` is known only now."""

    kept: KeptClient
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewClient:
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime


def list_organisation_clients(work: Work, actor: Actor, organisation_id: UUID) -> list[KeptClient]:
    require_mandate(work, actor, organisation_id, "manage_clients")
    return _of_organisation(work, organisation_id, client_store.clients_of_organisation(work.session, organisation_id))


def create_organisation_client(work: Work, actor: Actor, organisation_id: UUID, asked: NewClient) -> IssuedClient:
    """A key that can do what its maker can. Raises `not_found`, `mandate_missing`, `organisation_disputed`,
    `invalid_fields`.
    """
    held = require_mandate(work, actor, organisation_id, "manage_clients")
    require_undisputed(held)
    _check(work, asked, "organisation")
    needed = mandate_needed(asked.scopes, held.mandates)
    if needed is not None:
        raise DomainError("mandate_missing", needed=needed)
    client, key = _create(work, actor, asked, organisation_id=organisation_id)
    return IssuedClient(_of_organisation(work, organisation_id, [client])[0], key)


def take_over_organisation_client(work: Work, actor: Actor, organisation_id: UUID, client_id: UUID) -> KeptClient:
    """The caller answers for a key from now on. Raises `not_found`, `mandate_missing`, `client_ended`."""
    held = require_mandate(work, actor, organisation_id, "manage_clients")
    client = client_store.lock_client_of_organisation(work.session, organisation_id, client_id)
    if client is None:
        raise DomainError("not_found")
    needed = mandate_needed(client.scopes, held.mandates)
    if needed is not None:
        raise DomainError("mandate_missing", needed=needed)
    # A key that has ended stays so: whatever it could do was over for its system, and for everyone who was told.
    if not _of_organisation(work, organisation_id, [client])[0].granted_by:
        raise DomainError("client_ended")
    take_over(work, actor, [client], person_of(actor))
    return _of_organisation(work, organisation_id, [client])[0]


def revoke_organisation_client(work: Work, actor: Actor, organisation_id: UUID, client_id: UUID) -> None:
    """A key that was revoked before stays so. Raises `not_found`, `mandate_missing`."""
    require_mandate(work, actor, organisation_id, "manage_clients")
    _revoke(work, actor, client_store.lock_client_of_organisation(work.session, organisation_id, client_id))


def list_agency_clients(work: Work, actor: Actor) -> list[KeptClient]:
    """Those of the admin's subtree, revoked ones included."""
    write_audit(work.session, actor, "client.list", "agency", None, agency=actor.agency_code or "")
    return _of_agencies(work, client_store.clients_below(work.session, actor.agency_code))


def create_agency_client(work: Work, actor: Actor, agency_code: str, asked: NewClient) -> IssuedClient:
    """A key for the subtree of an agency of the admin's own. Raises `invalid_fields`."""
    if not is_within(work.session, agency_code, actor.agency_code):
        raise DomainError("invalid_fields", fields=[FieldError("/agency_code", "choice")])
    _check(work, asked, "agency")
    client, key = _create(work, actor, asked, agency_code=agency_code)
    return IssuedClient(_of_agencies(work, [client])[0], key)


def take_over_agency_client(work: Work, actor: Actor, client_id: UUID) -> KeptClient:
    """The admin answers for a key of their subtree from now on. Raises `not_found`, `client_ended`."""
    client = client_store.lock_client_below(work.session, actor.agency_code, client_id)
    if client is None:
        raise DomainError("not_found")
    if not _of_agencies(work, [client])[0].granted_by:
        raise DomainError("client_ended")
    take_over(work, actor, [client], person_of(actor))
    return _of_agencies(work, [client])[0]


def revoke_agency_client(work: Work, actor: Actor, client_id: UUID) -> None:
    """A key that was revoked before stays so. Raises `not_found` outside the subtree."""
    _revoke(work, actor, client_store.lock_client_below(work.session, actor.agency_code, client_id))


def client_organisation(work: Work, actor: Actor) -> PublicOrganisationView:
    """The organisation a key belongs to. Raises `not_found` for the key of an agency."""
    found = None if actor.organisation_id is None else work.session.get(Organisation, actor.organisation_id)
    if found is None:
        raise DomainError("not_found")
    write_audit(work.session, actor, "organisation.read", "organisation", found.id)
    return frozen(PublicOrganisationView, found)


def take_over(work: Work, actor: Actor, clients: Sequence[ApiClient], person_id: UUID) -> None:
    """Another person answers for these keys of one owner from now on; whoever looks after them is told."""
    if not clients:
        return
    for client in clients:
        client.grantor_id, client.warned_of = person_id, None
        write_audit(work.session, actor, "client.take_over", "api_client", client.id, grantor=str(person_id))
    work.session.flush()
    tell(work, CLIENTS_TAKEN_OVER, clients, person_id=person_id)


def tell(
    work: Work,
    kind: str,
    clients: Sequence[ApiClient],
    *,
    until: date | None = None,
    person_id: UUID | None = None,
) -> None:
    """Records what became of some keys, an event for each owner of them."""
    owners: dict[tuple[UUID | None, str | None], list[UUID]] = {}
    for client in clients:
        owners.setdefault((client.organisation_id, client.agency_code), []).append(client.id)
    for (organisation_id, agency_code), ids in owners.items():
        ClientsChanged(kind, tuple(ids), organisation_id, agency_code, until, person_id).record(work.session)


def _check(work: Work, asked: NewClient, owner: str) -> None:
    now = work.now()
    if not set(asked.scopes) <= set(SCOPES[owner]):
        raise DomainError("invalid_fields", fields=[FieldError("/scopes", "choice")])
    if not now < asked.expires_at <= now + LONGEST_LIFE:
        raise DomainError("invalid_fields", fields=[FieldError("/expires_at", "client_expiry")])


def _create(
    work: Work,
    actor: Actor,
    asked: NewClient,
    *,
    organisation_id: UUID | None = None,
    agency_code: str | None = None,
) -> tuple[ApiClient, str]:
    require_room(
        work.session,
        "clients",
        organisation_id or agency_code or "",
        held=lambda: client_store.count_live_clients(work.session, work.now(), organisation_id, agency_code),
        limit=MOST_CLIENTS,
        refusal="too_many_clients",
    )
    row, maker = new_id(), person_of(actor)
    key, digest = new_key(row)
    client = ApiClient(
        id=row,
        name=asked.name,
        organisation_id=organisation_id,
        agency_code=agency_code,
        scopes=sorted(set(asked.scopes)),
        secret_digest=digest,
        created_by=maker,
        grantor_id=maker,
        created_at=work.now(),
        expires_at=asked.expires_at,
    )
    work.session.add(client)
    work.session.flush()
    write_audit(work.session, actor, "client.create", "api_client", row)
    return client, key


def _revoke(work: Work, actor: Actor, client: ApiClient | None) -> None:
    if client is None:
        raise DomainError("not_found")
    if client.revoked_at is None:
        client.revoked_at, client.end_reason = work.now(), "revoked"
        write_audit(work.session, actor, "client.revoke", "api_client", client.id)


def _of_organisation(work: Work, organisation_id: UUID, clients: Sequence[ApiClient]) -> list[KeptClient]:
    today = local(work.now()).date()
    members = {member.person_id: member for member in party_store.members_of(work.session, organisation_id)}
    return [_answered_by(work, client, members.get(client.grantor_id), today) for client in clients]


def _answered_by(work: Work, client: ApiClient, member: Membership | None, today: date) -> KeptClient:
    if member is None or not stands(member, today) or not _open(work, client):
        return _kept(client)
    usable = usable_scopes(client.scopes, mandates_of(member.role, member.mandates))
    return _kept(client, sorted(usable), member.display_name, member.valid_to)


def _of_agencies(work: Work, clients: Sequence[ApiClient]) -> list[KeptClient]:
    today, ids = local(work.now()).date(), [client.id for client in clients if _open(work, client)]
    offices = client_store.offices_answering(work.session, ids, today)
    kept = []
    for client in clients:
        office = offices.get(client.id)
        if office is None:
            kept.append(_kept(client))
        else:
            kept.append(_kept(client, client.scopes, office.name, office.until))
    return kept


def _kept(
    client: ApiClient, usable: Sequence[str] = (), granted_by: str | None = None, ends_on: date | None = None
) -> KeptClient:
    return frozen(KeptClient, client, usable_scopes=tuple(usable), granted_by=granted_by, ends_on=ends_on)


def _open(work: Work, client: ApiClient) -> bool:
    return client.revoked_at is None and client.expires_at > work.now()
