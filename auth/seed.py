"""The officers of the sandbox, so that a development system has someone to work its inbox. Never in production."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import yaml

from auth.organisations import store as party_store
from auth.service.officers import Appointment, enter_office
from auth.service.register import enter_person
from auth.service.signing_keys import keep_signing_keys
from auth.settings import AuthSettings
from kernel.actor import SYSTEM
from kernel.part import Container
from kernel.work import Work

_ROLES = frozenset({"receiver", "appraiser", "leader", "hand_over", "admin", "resident_police"})


@dataclass(frozen=True, slots=True)
class OfficerSeed:
    identity_number: str
    full_name: str
    display_name: str
    agency_code: str
    roles: tuple[str, ...]
    valid_from: date

    def __post_init__(self) -> None:
        if not self.roles or not _ROLES.issuperset(self.roles):
            raise ValueError(f"unknown roles of {self.display_name}: {', '.join(self.roles)}")


def put_signing_keys(container: Container) -> dict[str, int]:
    """The keys that sign tokens, the first of them at once."""
    with container.database.transaction() as session:
        keep_signing_keys(Work(session, container.vault, container.clock), container.settings_of(AuthSettings).sessions)
    return {}


def put_sandbox_officers(container: Container) -> dict[str, int]:
    with container.database.transaction() as session:
        return {"new_officers": seed_people(Work(session, container.vault, container.clock), sandbox_officers())}


def sandbox_officers() -> list[OfficerSeed]:
    """The officers listed in data/officers.yaml."""
    text = files("auth").joinpath("data/officers.yaml").read_text(encoding="utf-8")
    return [_seed(entry) for entry in yaml.safe_load(text)["officers"]]


def seed_people(work: Work, people: Iterable[OfficerSeed]) -> int:
    """Makes these people known and gives them their offices; who has theirs is left alone. Returns how many are new.

    The agencies must be there already.
    """
    return sum(_seed_one(work, seed) for seed in people)


def _seed_one(work: Work, seed: OfficerSeed) -> bool:
    person = enter_person(work, seed.identity_number, seed.full_name, level=2)
    if party_store.office_meets(work.session, person.id, seed.agency_code, seed.valid_from, None):
        return False
    enter_office(
        work,
        SYSTEM,
        Appointment(seed.identity_number, seed.display_name, seed.agency_code, seed.roles, seed.valid_from),
    )
    return True


def _seed(entry: dict[str, Any]) -> OfficerSeed:
    return OfficerSeed(
        identity_number=entry["identity_number"],
        full_name=entry["full_name"],
        display_name=entry["display_name"],
        agency_code=entry["agency_code"],
        roles=tuple(entry["roles"]),
        valid_from=entry["valid_from"],
    )
