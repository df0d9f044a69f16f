"""Adds the small domain to the list of parts, and walks once through all that a part is for."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.operations import Operations
from alembic.operations.ops import OpContainer
from alembic.runtime.migration import MigrationContext
from click.testing import CliRunner
from ferries.models import Ferry
from ferries.part import PART
from sqlalchemy import func, text

from auth.models import Person
from kernel.database.sessions import Base
from kernel.ids import new_id
from kernel.outbox import drain_events
from kernel.part import Turn, load, register
from motcua.cli.diagrams import write
from motcua.cli.main import command_of
from motcua.processes.loops import keep_house
from motcua.wiring.container import Container, event_handlers, open_container
from motcua.wiring.parts import JOINS, PARTS, loops, tables

SYSTEM = (*PARTS, PART)


def migrate(container: Container) -> list[str]:
    """Brings the difference between models and database into it, as a drafted revision does; the tables it makes."""
    tables(SYSTEM)
    with container.database.engine.begin() as connection:
        context = MigrationContext.configure(connection)
        drafted = produce_migrations(context, Base.metadata).upgrade_ops
        assert drafted is not None
        _apply(Operations(context), drafted)
        found = connection.scalars(text("SELECT tablename FROM pg_tables WHERE tablename = 'ferry'"))
        return list(found)


def _apply(operations: Operations, step: Any) -> None:
    if isinstance(step, OpContainer):
        for each in step.ops:
            _apply(operations, each)
    else:
        operations.invoke(step)


def board(container: Container) -> None:
    """A passenger with a ferry that is due."""
    with container.database.transaction() as session:
        passenger = Person(id=new_id(), full_name="Nguyễn Văn Thử", identity_level=2)
        session.add(passenger)
        session.flush()
        session.add(Ferry(passenger_id=passenger.id, due_at=func.now()))


def main() -> None:
    register(SYSTEM)
    container = open_container(os.environ, parts=SYSTEM, joins=JOINS)
    said: dict[str, Any] = {"migrated": migrate(container)}
    board(container)
    queue = loops(SYSTEM)["ferries"]
    load(queue.run)(container, Turn(1.0, lambda: False))
    said["drained"] = drain_events(container.database, event_handlers(container))
    with container.database.transaction() as session:
        said["counted"] = session.scalar(text("SELECT count(*) FROM ferry WHERE counted = 1"))
        said["told"] = list(session.scalars(text("SELECT kind FROM notification")))
    keep_house(container)
    with container.database.transaction() as session:
        said["left"] = session.scalar(text("SELECT count(*) FROM ferry"))
    said["command"] = CliRunner().invoke(command_of(SYSTEM), ["ferries"]).output.strip()
    with TemporaryDirectory() as folder:
        write(Path(folder), SYSTEM)
        said["drawn"] = (Path(folder) / "ferry.md").is_file()
    container.close()
    print(json.dumps(said, ensure_ascii=False))  # noqa: T201 - what the test reads


main()
