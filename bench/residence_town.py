"""Lodgings in great numbers: each of an organisation of its own, approved, with an account at the authority and a key
for its software."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from auth.models import ApiClient, Membership, Organisation, Person
from auth.organisations.rights import MANDATES
from auth.tokens.clients import new_key
from kernel.actor import Actor, ActorKind
from kernel.ids import new_id
from motcua.wiring.joins.edge import Container
from residence.models import PASSWORD_FIELD, Lodging
from residence.states import LodgingState

_POLICE: Final = "H17.CA.20551"
_COMMUNE: Final = "20551"
_SCOPES: Final = ["residence:read", "residence:report"]
_PASSWORD: Final = "sandbox-authority-password"  # noqa: S105 - the sandbox's
_A_MONTH: Final = timedelta(days=30)
_places = count(1)


@dataclass(frozen=True, slots=True)
class Hotel:
    """A lodging and its software: `key` goes into the Authorization header, `actor` is whom it stands for."""

    lodging_id: UUID
    account: str
    actor: Actor
    key: str = field(repr=False)


def open_hotels(held: Container, number: int) -> list[Hotel]:
    """Active lodgings, none of which was there before."""
    with held.database.transaction() as session:
        now, person = held.clock.now(), _person(session)
        rows = [_hotel(held, next(_places), person, now) for _ in range(number)]
        tables = {"organisation": Organisation, "member": Membership, "lodging": Lodging, "client": ApiClient}
        for name, table in tables.items():
            session.execute(insert(table), [row[name] for row in rows])
    return [row["hotel"] for row in rows]


def _person(session: Session) -> UUID:
    """The representative of all of them, who never logs in."""
    row = new_id()
    session.add(Person(id=row, subject_index=row.bytes, full_name="Nguyễn Văn Thử", identity_level=2))
    session.flush()
    return row


def _hotel(held: Container, place: int, person: UUID, now: datetime) -> dict[str, Any]:
    organisation, lodging, client = new_id(), new_id(), new_id()
    key, digest = new_key(client)
    account, vault = f"cslt-thu-{place}", held.vault
    actor = Actor(
        ActorKind.CLIENT,
        client_id=client,
        organisation_id=organisation,
        scopes=frozenset(_SCOPES),
        grantor_id=person,
        mandates=frozenset(MANDATES),
    )
    named = {
        "id": organisation,
        "kind": "hotel",
        "name": f"Khách sạn Thử {place}",
        "registration_number": vault.seal("organisation.registration_number", organisation, f"{place:010}"),
        "registration_index": organisation.bytes,
        "status": "active",
        "created_at": now,
    }
    secret = {
        "authority_username": account,
        "authority_password": vault.seal(PASSWORD_FIELD, lodging, _PASSWORD),
        "authority_state": "working",
    }
    return {
        "hotel": Hotel(lodging, account, actor, key),
        "organisation": named,
        "member": {**_member(person, now), "organisation_id": organisation},
        "lodging": {**_lodging(place, person, now), **secret, "id": lodging, "organisation_id": organisation},
        "client": {**_client(person, now), "id": client, "organisation_id": organisation, "secret_digest": digest},
    }


def _lodging(place: int, person: UUID, now: datetime) -> dict[str, Any]:
    return {
        "agency_code": _POLICE,
        "name": f"Nhà nghỉ Thử {place}",
        "kind": "hotel",
        "address": f"{place} đường Thử, phường Điện Bàn",
        "commune_code": _COMMUNE,
        "state": LodgingState.ACTIVE.value,
        "reminder_channel": "sms",
        "number": 1,
        "registered_by": person,
        "registered_at": now,
        "approved_at": now,
    }


def _member(person: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "person_id": person,
        "role": "representative",
        "mandates": [],
        "display_name": "Nguyễn Văn Thử",
        "valid_from": now.date() - _A_MONTH,
        "created_at": now,
    }


def _client(person: UUID, now: datetime) -> dict[str, Any]:
    return {
        "name": "Phần mềm lễ tân Thử",
        "scopes": _SCOPES,
        "created_by": person,
        "grantor_id": person,
        "created_at": now,
        "expires_at": now + _A_MONTH,
    }
