"""`python -m bench.growth --reads [--dossiers N] [--stays N] [--json]`: lists, searches and counts of officers, police
and lodgings when so much is finished (default 1,000,000 dossiers and 500,000 stays).

Two systems of the same make, with the same open dossiers and the same guests of tonight. One has 10,000 dossiers and
5,000 stays in all, the other N. The use cases behind the reads are called in turn on both, in this process, as a web
worker or the sweep calls them. A read may take 1.3 times its median in the small system; a search for a name that a
third of all people have, three times.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from datetime import time as clock_time
from functools import partial
from statistics import median
from typing import Any, Final

from sqlalchemy import Connection, text

from bench.ground import ground
from bench.growth_dossiers import COMMUNE, PROVINCE, RARE_IDENTITY, RARE_NAME, RARE_PHONE, lay_dossiers
from bench.growth_laying import COMMON_NAME
from bench.growth_stays import RARE_DOCUMENT, RARE_GUEST, Town, lay_past, lay_town
from bench.pairs import Result, in_turn
from kernel.actor import Actor, ActorKind
from kernel.clock import VIETNAM, SettableClock
from kernel.ids import new_id
from kernel.work import Work
from motcua.wiring.joins.edge import Container, build_container
from residence.nights.reminders import remind_lodgings
from residence.service import chain, nights, police
from tracking.reading.views import Reader
from tracking.search.typed import read_sought
from tracking.service.search import search_dossiers

_TIMES: Final = 1.3
_TIMES_COMMON: Final = 3.0
_COUNT: Final = 51
# By then the database has chosen the plans that it keeps.
_WARMING: Final = 12
_PAGE: Final = 21
_REASON: Final = "Xác minh thử"
_STATE_IN_PROCESS: Final = 2
_TABLES: Final = (
    *("person", "dossier", "stay", "declaration", "transmission", "transmission_item", "batch", "nil_report"),
    "lodging_reminder",
)
_CODE: Final = text("SELECT code FROM dossier WHERE applicant_name = :name AND state IN (3, 8, 10) LIMIT 1")
Read = Callable[[], int]
"""Reads once; how many lines it found, which is the same in both systems."""


@dataclass(frozen=True, slots=True)
class Size:
    """Of a system: dossiers and stays in all, and of these the dossiers that are open and the guests of tonight."""

    dossiers: int
    stays: int
    being_worked_on: int = 5_000
    hotels: int = 150
    guests_each: int = 15


FEW: Final = Size(10_000, 5_000)
MANY: Final = Size(1_000_000, 500_000)


@dataclass(frozen=True, slots=True)
class Filled:
    """A system with its tables filled. `sweep` is what a worker has: its database plans in another way."""

    web: Container
    sweep: Container
    town: Town
    code: str

    @classmethod
    def lay(cls, web: Container, sweep: Container, size: "Size") -> "Filled":
        opened = lay_town(web, size.hotels, size.guests_each)
        with web.database.reading() as connection:
            tonight = int(connection.scalar(text("SELECT count(*) FROM stay")) or 0)
        lay_past(web, opened, size.stays - tonight)
        lay_dossiers(web, size.dossiers - size.being_worked_on, size.being_worked_on)
        with web.database.reading() as connection:
            _analyse(connection)
            code = connection.scalar(_CODE, {"name": RARE_NAME})
        return cls(web, sweep, opened, str(code))

    def reads(self) -> dict[str, Read]:
        """Every read that must not grow, by its name."""
        return {**self._desk_reads("commune", COMMUNE), **self._desk_reads("province", PROVINCE), **self._night_reads()}

    def _desk_reads(self, name: str, agency: str) -> dict[str, Read]:
        officer = Actor(ActorKind.OFFICER, officer_id=new_id(), agency_code=agency, roles=frozenset({"receiver"}))
        desk = Desk(self.web, officer)
        middle = desk.place_after(200)
        sought = {
            "rare name": RARE_NAME,
            "common name": COMMON_NAME,
            "code": self.code,
            "end of a code": self.code[-11:],
            "phone": RARE_PHONE,
            "identity number": RARE_IDENTITY,
        }
        return {
            f"{name} inbox": desk.inbox,
            f"{name} inbox of a state": partial(desk.inbox, state=_STATE_IN_PROCESS),
            f"{name} inbox further down": partial(desk.inbox, after=middle),
            **{f"{name} search by {kind}": partial(desk.search, typed) for kind, typed in sought.items()},
        }

    def _night_reads(self) -> dict[str, Read]:
        found: dict[str, Read] = {}
        for name, officer in (("commune", self.town.commune_police), ("province", self.town.province_police)):
            station = Station(self.web, officer, self.town)
            found |= {
                f"{name} police guests": station.guests,
                f"{name} police missing": station.missing,
                f"{name} police duplicates": station.duplicates,
                f"{name} police statistics": station.statistics,
                f"{name} police search by document": partial(station.search, "document", RARE_DOCUMENT),
                f"{name} police search by rare name": partial(station.search, "name", RARE_GUEST),
                f"{name} police search by common name": partial(station.search, "name", COMMON_NAME),
            }
        return {**found, **House(self.web, self.sweep, self.town).reads()}


@dataclass(frozen=True, slots=True)
class Desk:
    """What an officer of an agency reads."""

    held: Container
    officer: Actor

    def inbox(self, *, state: int | None = None, after: Any = None, limit: int = _PAGE) -> int:
        with transaction(self.held) as work:
            return len(self._reader(work).inbox(self.officer, state=state, after=after, limit=limit))

    def search(self, typed: str) -> int:
        with transaction(self.held) as work:
            how: dict[str, Any] = {"state": None, "after": None, "limit": _PAGE}
            sought = read_sought(typed)
            return len(search_dossiers(work, self.officer, self.held.office, self._reader(work), sought, **how))

    def place_after(self, lines: int) -> Any:
        with transaction(self.held) as work:
            last = self._reader(work).inbox(self.officer, state=None, after=None, limit=lines)[-1]
            return last["order_at"], last["id"]

    def _reader(self, work: Work) -> Reader:
        return Reader(work.session.connection(), work.vault, "vi")


@dataclass(frozen=True, slots=True)
class Station:
    """What the police read of a night."""

    held: Container
    officer: Actor
    town: Town

    def guests(self) -> int:
        with transaction(self.held) as work:
            return len(police.list_guests(work, self.officer, self.town.night, after=None, limit=_PAGE))

    def missing(self) -> int:
        with transaction(self.held) as work:
            return len(police.missing_lodgings(work, self.officer, self.town.night))

    def duplicates(self) -> int:
        with transaction(self.held) as work:
            return len(police.documents_twice(work, self.officer, self.town.night))

    def statistics(self) -> int:
        with transaction(self.held) as work:
            told = police.read_statistics(work, self.officer, self.town.night, self.town.night)
            return told.filing.with_guests + sum(row.guests for row in told.arrivals)

    def search(self, by: police.SearchBy, sought: str) -> int:
        with transaction(self.held) as work:
            return len(police.search_guests(work, self.officer, by, sought, _REASON))


@dataclass(frozen=True, slots=True)
class House:
    """What a lodging reads of its night, and what reminds it in the evening."""

    held: Container
    sweep: Container
    town: Town

    def reads(self) -> dict[str, Read]:
        tonight = self.town.night
        return {
            "hotel night": self.night,
            "hotel stays of a night": partial(self.stays, tonight),
            "hotel stays": partial(self.stays, None),
            "evening reminder": self.reminder,
        }

    def night(self) -> int:
        hotel = self.town.hotels[1]
        with transaction(self.held) as work:
            return nights.read_night(work, hotel.actor, self.held.residence, hotel.lodging_id, self.town.night).staying

    def stays(self, night: Any) -> int:
        hotel = self.town.hotels[1]
        with transaction(self.held) as work:
            how: dict[str, Any] = {"night": night, "after": None, "limit": 10}
            return len(chain.list_stays(work, hotel.actor, self.held.residence, hotel.lodging_id, **how))

    def reminder(self) -> int:
        evening = datetime.combine(self.town.night, clock_time(22), VIETNAM)
        with self.sweep.database.transaction() as session:
            remind_lodgings(Work(session, self.sweep.vault, SettableClock(evening)))
        # All have been told by the second time.
        return 0


@contextmanager
def transaction(held: Container) -> Iterator[Work]:
    """As the edge has one."""
    with held.database.transaction() as session:
        yield Work(session, held.vault, held.clock)


def measure(many: Size = MANY, *, few: Size = FEW, count: int = _COUNT) -> Result:
    """`figure` and `limit` are of the read that comes nearest to its limit; `more` has all of them."""
    with _filled(few) as small, _filled(many) as large:
        others = large.reads()
        found = {name: _compare(name, read, others[name], count) for name, read in small.reads().items()}
    return _result(f"growth --reads --dossiers {many.dossiers} --stays {many.stays}", found)


@contextmanager
def _filled(size: Size) -> Iterator[Filled]:
    with ground() as place:
        web, sweep = build_container(place.environment), build_container(place.environment, drains=True)
        try:
            yield Filled.lay(web, sweep, size)
        finally:
            web.close()
            sweep.close()


def _compare(name: str, one: Read, other: Read, count: int) -> list[tuple[float, float]]:
    """Milliseconds of both, so many times in turn. Raises AssertionError when they find different numbers of lines."""
    lines = [(one(), other()) for _ in range(_WARMING)][-1]
    if lines[0] != lines[1]:
        raise AssertionError(f"not what was to be measured: {name} finds {lines[0]} and {lines[1]} lines")
    return in_turn(count, lambda: _ms(one), lambda: _ms(other))


def _ms(read: Read) -> float:
    begun = time.perf_counter()
    read()
    return (time.perf_counter() - begun) * 1e3


def _result(name: str, found: Mapping[str, list[tuple[float, float]]]) -> Result:
    few = {read: median(one for one, _ in pairs) for read, pairs in found.items()}
    many = {read: median(other for _, other in pairs) for read, pairs in found.items()}
    limits = {read: ms * _times(read) for read, ms in few.items()}
    nearest = min(found, key=lambda read: limits[read] / many[read])
    return Result(
        name=f"{name} ({nearest})",
        figure=many[nearest],
        limit=limits[nearest],
        ratio=limits[nearest] / many[nearest],
        unit="ms",
        least=1.0,
        pairs=tuple((other, one * _times(nearest)) for one, other in found[nearest]),
        more={
            **{f"{read}, ms": ms for read, ms in many.items()},
            **{f"{read}, times": ms / few[read] for read, ms in many.items()},
        },
    )


def _times(read: str) -> float:
    return _TIMES_COMMON if read.endswith("common name") else _TIMES


def _analyse(connection: Connection) -> None:
    """The statistics and the map of what is visible, as they would be by then."""
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text(f"VACUUM ANALYZE {', '.join(_TABLES)}"))
    connection.execute(text("RESET statement_timeout"))
