"""The parts of the system, and what joins them: the one list that a new domain is added to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from agencies.part import PART as AGENCIES
from attachments.part import PART as ATTACHMENTS
from auth.part import PART as AUTH
from kernel.part import Loop, Part, load, register
from kernel.queues import PLAN, SWEEP
from kernel.system import PART as KERNEL
from notify.part import PART as NOTIFY
from outbound.part import PART as OUTBOUND
from procedures.part import PART as PROCEDURES
from residence.part import PART as RESIDENCE
from tracking.part import PART as TRACKING


@dataclass(frozen=True, slots=True)
class Join:
    """Where one domain hears of another, as "module:name" in `motcua.wiring.joins`.

    `ports`: name of a port -> function (Container) -> what fills it. `handlers`: functions (Container) -> Handlers.
    `sandbox_seeds`: as in `Part`.
    """

    ports: Mapping[str, str] = field(default_factory=dict)
    handlers: tuple[str, ...] = ()
    sandbox_seeds: tuple[str, ...] = ()


# What another stands on comes first: seeds and housekeeping run in this order.
PARTS: Final[tuple[Part, ...]] = (
    KERNEL,
    AGENCIES,
    ATTACHMENTS,
    OUTBOUND,
    PROCEDURES,
    AUTH,
    TRACKING,
    RESIDENCE,
    NOTIFY,
)
register(PARTS)
_JOINS: Final = "motcua.wiring.joins"
JOINS: Final[tuple[Join, ...]] = (
    Join(ports={"tracking.people": f"{_JOINS}.tracking:open_people"}),
    Join(
        ports={"residence.organisations": f"{_JOINS}.residence:open_organisations"},
        sandbox_seeds=(f"{_JOINS}.sandbox_hotel:put_hotel",),
    ),
    Join(
        ports={
            "notify.contacts": f"{_JOINS}.contacts:open_contacts",
        },
        handlers=(f"{_JOINS}.handlers:handlers",),
    ),
)
_OWN_LOOPS: Final = (
    Loop(PLAN, "motcua.processes.loops:plan"),
    Loop(SWEEP, "motcua.processes.loops:sweep", every_s=20.0),
)


def loops(parts: Iterable[Part] = PARTS) -> dict[str, Loop]:
    """Name -> loop. Raises ValueError for a name given twice, and for one that shares with none that has a process."""
    found = [_OWN_LOOPS[0], *chain.from_iterable(part.loops for part in parts), _OWN_LOOPS[1]]
    by_name = {loop.name: loop for loop in found}
    if len(by_name) < len(found):
        raise ValueError("two loops have the same name")
    if not {loop.queue for loop in found} <= {loop.name for loop in found if loop.shares is None}:
        raise ValueError("a loop shares the process of one that has none")
    return by_name


def queues(parts: Iterable[Part] = PARTS) -> tuple[str, ...]:
    """Those that have a worker process each."""
    return tuple(loop.name for loop in loops(parts).values() if loop.shares is None)


def builders(parts: Iterable[Part] = PARTS, joins: Iterable[Join] = JOINS) -> dict[str, str]:
    """Name of a service or port -> "module:name" of what builds it. Raises ValueError for a name offered twice."""
    found = [*chain.from_iterable(part.services.items() for part in parts)]
    found += chain.from_iterable(join.ports.items() for join in joins)
    if len(dict(found)) < len(found):
        raise ValueError("two parts offer the same service")
    return dict(found)


def tables(parts: Iterable[Part] = PARTS) -> tuple[Any, ...]:
    """Every module with tables, loaded."""
    return tuple(load(module) for part in parts for module in part.models)
