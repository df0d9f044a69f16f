"""What a notice about keys says, and whom it goes to; read when it is about to be written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from auth.models import Organisation
from auth.organisations import client_store
from auth.organisations import store as party_store
from auth.organisations.service.organisations import representatives_of
from auth.service.officers import admins_of
from kernel.clock import local
from kernel.work import Work


@dataclass(frozen=True, slots=True)
class ClientsNews:
    """`people` look after the keys: representatives of the organisation, or admins of the agency. `organisation` is its
    name, None for the keys of an agency. `heir` is who took them over, by the name that their owner gives them.
    """

    people: tuple[UUID, ...]
    keys: tuple[str, ...]
    organisation: str | None
    agency_code: str | None
    until: date | None
    heir: str | None


def read_clients_news(work: Work, payload: Mapping[str, Any]) -> ClientsNews:
    """For the events of `auth.events.ClientsChanged`."""
    clients = client_store.find_clients(work.session, [UUID(each) for each in payload["client_ids"]])
    heir = None if payload["person_id"] is None else UUID(payload["person_id"])
    agency, names, owner = payload["agency_code"], dict[UUID, str](), None
    if payload["organisation_id"] is None:
        people = list(admins_of(work, agency))
        if heir is not None and clients:
            today = local(work.now()).date()
            office = client_store.offices_answering(work.session, [clients[0].id], today).get(clients[0].id)
            names = {heir: office.name} if office is not None else {}
    else:
        organisation = work.session.get_one(Organisation, UUID(payload["organisation_id"]))
        people, owner = representatives_of(work, organisation.id), organisation.name
        names = party_store.names_within(work.session, organisation.id)
    if heir is not None:
        people.append(heir)
    return ClientsNews(
        people=tuple(dict.fromkeys(people)),
        keys=tuple(client.name for client in clients),
        organisation=owner,
        agency_code=agency,
        until=None if payload["until"] is None else date.fromisoformat(payload["until"]),
        heir=None if heir is None else names.get(heir),
    )
