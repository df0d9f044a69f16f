"""A hotel of the sandbox with one approved lodging, so that a development system has guests to declare."""

from uuid import UUID

from auth import store
from auth.organisations.service.organisations import list_organisations, register_organisation
from auth.organisations.service.proofs import record_registry_proof
from auth.registry.port import RegistryEntry
from auth.service.register import enter_person
from kernel.actor import Actor, ActorKind
from kernel.clock import local
from kernel.part import Container
from kernel.work import Work
from residence.part import FRONT_DESK
from residence.ports import FrontDesk
from residence.service.access import lodgings_for
from residence.service.accounts import TriedAccount
from residence.service.lodgings import NewLodging, change_lodging, register_lodging
from residence.service.police import decide_lodging
from residence.states import LodgingEvent

# Both are people of the sandbox's eID provider; organisation and lodging are invented as plainly.
_OWNER = ("048187000021", "Bùi Thị Khách")
_POLICE = ("049186000016", "Lương Thị Trú")
_ORGANISATION = ("hotel", "Khách sạn Thử Nghiệm", "4009000021")
_LODGING = ("Khách sạn Thử Nghiệm Điện Bàn", "hotel", "1 đường Thử Nghiệm, phường Điện Bàn", "20551", "zalo")
# The sandbox's authority takes every name with this password.
_ACCOUNT = ("cslt-thu-nghiem", "sandbox-authority-password")


def put_hotel(container: Container) -> dict[str, int]:
    with container.database.transaction() as session:
        work = Work(session, container.vault, container.clock)
        return {"new_lodgings": seed_lodging(work, container.get(FRONT_DESK))}


def seed_lodging(work: Work, desk: FrontDesk) -> int:
    """Registers and approves the lodging; 0 where its owner has one already. The sandbox's officers must be there."""
    owner = Actor(ActorKind.CITIZEN, person_id=enter_person(work, *_OWNER, level=2).id, identity_level=2)
    if lodgings_for(work, owner, desk):
        return 0
    organisation = _organisation(work, owner)
    lodging = register_lodging(work, owner, desk, NewLodging(organisation, *_LODGING))
    decide_lodging(work, _officer(work), lodging.id, LodgingEvent.APPROVE)
    # The sandbox's authority is not up yet when this runs: the worker tries the account.
    change_lodging(work, owner, desk, lodging.id, changes={}, account=TriedAccount(*_ACCOUNT))
    return 1


def _organisation(work: Work, owner: Actor) -> UUID:
    kind, name, number = _ORGANISATION
    for held in list_organisations(work, owner):
        return held.id
    made = register_organisation(work, owner, kind=kind, name=name, number=number, display_name=_OWNER[1])
    # What the sandbox's registry says of it: nothing is asked here, since nothing else runs yet.
    entry = RegistryEntry(number, name, active=True, representatives=frozenset({_OWNER[0]}))
    return record_registry_proof(work, owner, made.id, entry).id


def _officer(work: Work) -> Actor:
    person = enter_person(work, *_POLICE, level=2)
    office = store.officer_of(work.session, person.id, local(work.now()).date())
    if office is None:
        raise LookupError("the sandbox's police officer holds no office")
    return Actor(
        ActorKind.OFFICER,
        person_id=person.id,
        officer_id=office.id,
        agency_code=office.agency_code,
        roles=frozenset(office.roles),
    )
