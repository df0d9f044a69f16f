"""What a new database needs first: the seeds of every part and, outside production, the sandbox's people."""

from collections.abc import Mapping, Sequence

from auth.seed import OfficerSeed, seed_people
from kernel.clock import local
from kernel.part import load
from kernel.work import Work
from motcua.wiring.container import open_container
from procedures.part import CATALOGUE


def seed_system(values: Mapping[str, str]) -> dict[str, int]:
    """Idempotent: run again, it changes only what differs. Returns counts of what is there or new."""
    held = open_container(values)
    counts: dict[str, int] = {}
    try:
        seeds = [path for part in held.parts for path in part.seeds]
        if held.settings.mode != "production":
            seeds += [path for part in held.parts for path in part.sandbox_seeds]
            seeds += [path for join in held.joins for path in join.sandbox_seeds]
        for path in seeds:
            counts |= load(path)(held)
    finally:
        held.close()
    return counts


def appoint_officer(values: Mapping[str, str], *, number: str, name: str, agency: str, roles: Sequence[str]) -> bool:
    """Gives a person an office from today on; False when they hold it already. Raises ValueError for what cannot be."""
    held = open_container(values)
    try:
        with held.database.transaction() as session:
            work = Work(session, held.vault, held.clock)
            held.get(CATALOGUE).agency(session, agency)
            seed = OfficerSeed(number, name, name, agency, tuple(roles), local(work.now()).date())
            return seed_people(work, [seed]) > 0
    finally:
        held.close()
