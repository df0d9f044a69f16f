"""The row in which wall clocks are stepped: the database's, those of our processes, Valkey's, and all of them at once.

No account may set a machine's clock for the sake of a drill, so each is stepped where it is read. The database: `now()`
in the schema `public`, which is looked up first, adds a step to the server's own; every statement and every default of
a column goes by it, unchanged. Our processes: see stepped/sitecustomize.py. Valkey, which keeps instants for nothing
but the expiry of keys: each key's remaining life is moved by the step. The provider and the checker keep to it.
"""

import random
import struct
from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, make_url, text

from bench.faults.arena import Arena, Row
from bench.ground import Ground
from motcua.local.embedded import ProcessSpec

STEP_S: Final = 600.0
_FILE: Final = "wall-clock"
_WITH_RIGHT_TIME: Final = frozenset({"sandbox"})
_LAY: Final = (
    "CREATE TABLE public.wall_clock (step interval NOT NULL)",
    "INSERT INTO public.wall_clock VALUES (interval '0')",
    """CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
        AS 'SELECT pg_catalog.now() + (SELECT step FROM public.wall_clock)'""",
)


def lay_database_clock(database_url: str) -> None:
    """Before there is a schema, so that the defaults of its columns go by the clock that can be stepped."""
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in _LAY:
            connection.execute(text(statement))
        name = make_url(database_url).database
        connection.execute(text(f'ALTER DATABASE "{name}" SET search_path = public, pg_catalog'))
    engine.dispose()


def with_stepped_clock(place: Ground, spec: ProcessSpec) -> ProcessSpec:
    """The same process, seeing the clock that the drill steps."""
    if spec.name in _WITH_RIGHT_TIME:
        return spec
    file = place.folder / _FILE
    if not file.exists():
        file.write_bytes(struct.pack("d", 0.0))
    own = {"PYTHONPATH": str(Path(__file__).parent / "stepped"), "DRILL_WALL_CLOCK": str(file)}
    return replace(spec, env={**spec.env, **own})


def step_clocks(arena: Arena, dice: random.Random) -> str:
    """Ten minutes forth or back, from the right time or to it."""
    whose = dice.choice(["database", "processes", "machine", "machine"])
    steps = arena.notes.setdefault("steps", {"database": 0.0, "processes": 0.0})
    clocks = ["database", "processes"] if whose == "machine" else [whose]
    if len(clocks) == 2 and steps["database"] != steps["processes"]:
        clocks = ["database"]
    before = steps[clocks[0]]
    after = 0.0 if before else dice.choice([-STEP_S, STEP_S])
    for clock in clocks:
        steps[clock] = after
        if clock == "database":
            arena.sql("UPDATE public.wall_clock SET step = make_interval(secs => :step)", step=after)
        else:
            with (arena.place.folder / _FILE).open("r+b") as opened:
                opened.write(struct.pack("d", after))
    if len(clocks) == 2:
        _move_expiries(arena, after - before)
    return f"clock of {' and '.join(clocks)} {'+' if after > before else '-'}{STEP_S / 60:.0f} minutes"


def _move_expiries(arena: Arena, step: float) -> None:
    with arena.valkey() as client:
        for key in client.scan_iter():
            left = client.pttl(key)
            if isinstance(left, int) and left > 0:
                client.pexpire(key, max(1, left - int(step * 1000)))


ROWS: Final = (
    Row(
        "clock-step",
        "wall clocks are stepped by ten minutes, forth and back",
        step_clocks,
        faults=6,
        lay=lay_database_clock,
        stepped=True,
    ),
)
