"""Lists, searches and counts of officers, police and lodgings go by keys. None walks through a table that grows."""

import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event, text

from bench.growth_reads import Filled, Size
from kernel.database.sessions import Database
from motcua.wiring.joins.edge import build_container
from motcua.wiring.seeding import seed_system
from tests.support.throwaway import Servers

SIZE: Final = Size(20_000, 20_000, being_worked_on=500, hotels=20, guests_each=10)
MOST_READ: Final = 2_000
"""Rows of one table that one step of a plan may read: a tenth of what is finished."""
_TIMES: Final = 7
"""After five plans made for the values given, the database keeps one for all values if it seems as good."""
GROWING: Final = frozenset(
    {
        *("person", "dossier", "timeline_entry", "clock_entry", "stay", "declaration", "transmission"),
        *("transmission_item", "batch", "nil_report", "lodging_reminder", "audit_entry", "outbox_event"),
    }
)
WALKS: Final = (
    "SELECT max(room) FROM stay",
    "SELECT code FROM dossier WHERE step = 'none' ORDER BY id LIMIT 5",
    "SELECT count(room) FROM stay WHERE nights && daterange('2000-01-01', NULL) AND state <> 'annulled'",
    "SELECT count(name) FROM (SELECT applicant_name AS name FROM dossier ORDER BY id LIMIT 5000) d",
)
_READ: Final = ("Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
_TABLES: Final = text("SELECT indexname, tablename FROM pg_indexes WHERE schemaname = 'public'")


class Explainer:
    """Collects the plans of each statement that reads, in the very connection that is about to execute it."""

    def __init__(self, database: Database) -> None:
        self.plans: list[tuple[str, dict[str, Any]]] = []
        event.listen(database.engine, "before_cursor_execute", self._explain)

    def _explain(self, _: Any, cursor: Any, statement: str, parameters: Any, *__: Any) -> None:
        said = re.match(r"\s*(WITH|SELECT|INSERT|UPDATE)\b", statement)
        if said is None:
            return
        options = "ANALYZE, TIMING OFF, FORMAT JSON" if said[1] in ("WITH", "SELECT") else "FORMAT JSON"
        names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", statement)))
        numbered = re.sub(r"%\((\w+)\)s", lambda found: f"${names.index(found[1]) + 1}", statement).replace("%%", "%")
        raw: psycopg.Connection[Any] = cursor.connection
        values = sql.SQL(", ").join(sql.Literal(parameters[name]) for name in names)
        execute = sql.SQL("EXECUTE looked_at ({})").format(values) if names else sql.SQL("EXECUTE looked_at")
        raw.execute(f"PREPARE looked_at AS {numbered}".encode())
        for time in range(_TIMES):
            looked_at = time in (0, _TIMES - 1)
            explain = sql.SQL(f"EXPLAIN ({options if looked_at else 'FORMAT JSON'}) ")
            (row,) = raw.execute(explain + execute).fetchall()
            if looked_at:
                self.plans.append((statement, row[0][0]["Plan"]))
        raw.execute("DEALLOCATE looked_at")


@pytest.fixture(scope="module")
def filled(
    servers: Servers, worker_number: int, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    files: Path = tmp_path_factory.mktemp("files")
    environment = {
        "MOTCUA_DATABASE_URL": servers.clone_template(f"reads{worker_number}"),
        "MOTCUA_REDIS_URL": redis_url,
        "MOTCUA_FILES_URL": files.as_uri(),
        "MOTCUA_MASTER_KEY": b64encode(bytes(32)).decode(),
    }
    seed_system(environment)
    web, sweep = build_container(environment), build_container(environment, drains=True)
    yield Filled.lay(web, sweep, SIZE)
    web.close()
    sweep.close()


def test_no_read_scans_a_growing_table(filled: Filled) -> None:
    explainers = [Explainer(held.database) for held in (filled.web, filled.sweep)]
    faults = []
    for name, read in filled.reads().items():
        for explainer in explainers:
            explainer.plans.clear()
        read()
        plans = [plan for explainer in explainers for plan in explainer.plans]
        assert plans, name
        faults += [f"{name}: {fault}" for statement, plan in plans for fault in _faults(filled, statement, plan)]
    assert not faults, "\n".join(faults)


def test_what_walks_through_a_table_is_noticed(filled: Filled) -> None:
    explainer = Explainer(filled.web.database)
    with filled.web.database.reading() as connection:
        for walks in WALKS:
            connection.execute(text(walks))
    noticed = {statement: _faults(filled, statement, plan) != [] for statement, plan in explainer.plans}
    assert [noticed[walks] for walks in WALKS] == [True] * len(WALKS)


def _faults(filled: Filled, statement: str, plan: dict[str, Any]) -> list[str]:
    """What is wrong with a plan and with everything below it."""
    with filled.sweep.database.unwatched() as connection:
        tables = {row.indexname: row.tablename for row in connection.execute(_TABLES)}
    found = []
    for node in _nodes(plan):
        index = node.get("Index Name")
        table = node.get("Relation Name") or tables.get(index)
        if table not in GROWING or not node["Node Type"].endswith("Scan"):
            continue
        walked = "Index Cond" not in node and node["Node Type"] != "Bitmap Heap Scan"
        read = node.get("Actual Loops", 1) * sum(node.get(f"Actual {part}", node.get(part, 0)) for part in _READ)
        if walked or read > MOST_READ:
            found.append(f"{node['Node Type']} {index or ''} on {table}, {read} rows: {' '.join(statement.split())}")
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
