"""Hotels of an organisation with a key for their software: they declare guests over HTTP, one by one and by file."""

import io
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from auth.models import Membership, Organisation, Person
from auth.organisations.service.clients import NewClient, create_organisation_client
from journey.hotel_software import HotelSoftware
from kernel.actor import Actor, ActorKind
from kernel.clock import local
from kernel.ids import new_id
from kernel.work import Work
from motcua.wiring.joins.edge import Container
from residence.guests import GuestDeclaration, Moment, Sex
from residence.models import PASSWORD_FIELD, Lodging
from residence.sheets.guests import write_guests
from residence.store import police_of
from sandbox.world import Settings

_SCOPES: Final = ("residence:report", "residence:read")
_POLICE_OF: Final = "20551"
_WAIT_S: Final = 6.0


@dataclass(frozen=True, slots=True)
class Hotels:
    """`desk` is their software; `lodgings` and `accounts` (at the authority) stand in the same order."""

    desk: HotelSoftware
    lodgings: tuple[UUID, ...]
    accounts: tuple[str, ...]


def open_hotels(held: Container, api_url: str, number: int) -> Hotels:
    """So many active lodgings of one new organisation, each with an account at the authority."""
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        organisation, actor = _organise(work)
        accounts = tuple(f"cslt-{place:04}" for place in range(number))
        lodgings = tuple(_open(work, organisation, actor, account) for account in accounts)
        ends = work.now() + timedelta(days=9)
        issued = create_organisation_client(work, actor, organisation, NewClient("Phần mềm lễ tân", _SCOPES, ends))
    return Hotels(HotelSoftware(api_url, issued.key, patience_s=_WAIT_S), lodgings, accounts)


def guest_of(day: date, place: int) -> GuestDeclaration:
    """An invented guest who arrived on `day`; every third is Vietnamese."""
    known: dict[str, Any] = {
        "birth_date": date(1990, 3, 8),
        "sex": Sex.FEMALE,
        "arrival": Moment(day),
        "departure": Moment(day + timedelta(days=1)),
        "room": "101",
    }
    if place % 3:
        extra: dict[str, Any] = {"residence_expiry": day + timedelta(days=30), "name_confirmed": True}
        name, number = "TESTOVA GUESTINA", f"T{place:07}"
        return GuestDeclaration(full_name=name, nationality="FRA", document_number=number, **known, **extra)
    number = f"049190{place:06}"
    return GuestDeclaration(
        full_name="Nguyễn Thị Thử",
        nationality="VNM",
        document_kind=1,
        document_number=number,
        reason=2,
        phone="0905000001",
        **known,
    )


def sheet_of(guests: list[GuestDeclaration]) -> bytes:
    """A file of guests as hotels send it."""
    out = io.BytesIO()
    write_guests(out, guests)
    return out.getvalue()


def as_json(guest: GuestDeclaration) -> dict[str, Any]:
    """A guest as the API takes one."""
    told: dict[str, Any] = json.loads(guest.to_json())
    del told["v"]
    return told


def _organise(work: Work) -> tuple[UUID, Actor]:
    organisation, person = new_id(), new_id()
    work.session.add(Person(id=person, subject_index=person.bytes, full_name="Nguyễn Văn Thử", identity_level=2))
    sealed = work.vault.seal("organisation.registration_number", organisation, "4001234567")
    work.session.add(
        Organisation(
            id=organisation,
            kind="hotel",
            name="Khách sạn Thử",
            registration_number=sealed,
            registration_index=organisation.bytes,
            status="active",
            created_at=work.now(),
        )
    )
    work.session.flush()
    work.session.add(
        Membership(
            organisation_id=organisation,
            person_id=person,
            role="representative",
            mandates=[],
            display_name="Chủ khách sạn Thử",
            valid_from=local(work.now()).date(),
            created_at=work.now(),
        )
    )
    work.session.flush()
    return organisation, Actor(ActorKind.CITIZEN, person_id=person, identity_level=2)


def _open(work: Work, organisation: UUID, actor: Actor, account: str) -> UUID:
    row = new_id()
    agency = police_of(work.session, _POLICE_OF)
    assert agency is not None
    work.session.add(
        Lodging(
            id=row,
            organisation_id=organisation,
            agency_code=agency,
            name=f"Khách sạn Thử {account}",
            kind="hotel",
            address="1 đường Thử",
            commune_code=_POLICE_OF,
            state="active",
            reminder_channel="sms",
            authority_username=account,
            authority_state="working",
            authority_password=work.vault.seal(PASSWORD_FIELD, row, Settings().authority_password),
            number=1,
            registered_by=actor.person_id,
            registered_at=work.now(),
        )
    )
    work.session.flush()
    return row
