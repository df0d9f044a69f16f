"""What a new database needs first: catalogue, signing keys and, outside production, the sandbox's people."""

from collections.abc import Mapping, Sequence

from auth.seed import OfficerSeed, sandbox_officers, seed_people
from auth.service.signing_keys import keep_signing_keys
from kernel.clock import local
from kernel.work import Work
from motcua.wiring.container import build_container
from motcua.wiring.seeding_residence import seed_lodging
from procedures.seed import seed_catalogue


def seed_system(values: Mapping[str, str]) -> dict[str, int]:
    """Idempotent: run again, it changes only what differs. Returns counts of what is there or new."""
    held = build_container(values)
    try:
        with held.database.transaction() as session:
            work = Work(session, held.vault, held.clock)
            counts = seed_catalogue(session, local(work.now()).date())
            keep_signing_keys(work, held.auth.sessions)
            if held.settings.mode != "production":
                counts["new_officers"] = seed_people(work, sandbox_officers())
                session.flush()
                counts["new_lodgings"] = seed_lodging(work, held.residence)
    finally:
        held.close()
    return counts


def appoint_officer(values: Mapping[str, str], *, number: str, name: str, agency: str, roles: Sequence[str]) -> bool:
    """Gives a person an office from today on; False when they hold it already. Raises ValueError for what cannot be."""
    held = build_container(values)
    try:
        with held.database.transaction() as session:
            work = Work(session, held.vault, held.clock)
            held.office.catalogue.agency(session, agency)
            seed = OfficerSeed(number, name, name, agency, tuple(roles), local(work.now()).date())
            return seed_people(work, [seed]) > 0
    finally:
        held.close()
