"""The officers of the sandbox, so that a development system has someone to work its inbox. Never in production."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import yaml

from auth import store
from auth.models import IDENTITY_FIELD, Officer
from kernel.actor import SYSTEM
from kernel.audit import write_audit
from kernel.ids import new_id
from kernel.vietnam import parse_identity_number
from kernel.work import Work

_ROLES = frozenset({"receiver", "appraiser", "leader", "hand_over", "admin"})


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
    number = parse_identity_number(seed.identity_number).number
    index, row = work.vault.index(IDENTITY_FIELD, number), new_id()
    store.add_person_once(
        work.session,
        {
            "id": row,
            "identity_number": work.vault.seal(IDENTITY_FIELD, row, number),
            "identity_index": index,
            "full_name": seed.full_name,
            "identity_level": 2,
        },
    )
    person = store.find_person(work.session, identity_index=index, subject_index=None)
    if person is None:
        raise LookupError("a person just added is gone")
    if store.find_office(work.session, person.id, seed.agency_code, seed.valid_from) is not None:
        return False
    officer = Officer(
        id=new_id(),
        person_id=person.id,
        agency_code=seed.agency_code,
        roles=list(seed.roles),
        display_name=seed.display_name,
        valid_from=seed.valid_from,
    )
    work.session.add(officer)
    write_audit(work.session, SYSTEM, "officer.appoint", "officer", officer.id)
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
