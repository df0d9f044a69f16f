"""The revision of docs/how-to/migration.md: what is drafted from the changed model, and that it goes forth and back."""

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import CheckConstraint, Column, MetaData, SmallInteger, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.database.sessions import Base
from kernel.ids import new_id
from tests.examples import migration


def _changed() -> MetaData:
    """The models, with the column that the page adds to rooms."""
    changed = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.tables.values():
        table.to_metadata(changed)
    room = changed.tables["room"]
    room.append_column(Column("floor", SmallInteger, nullable=False, server_default=text("0")))
    room.append_constraint(CheckConstraint("floor BETWEEN -5 AND 200", name="floor"))
    return changed


def _context(session: Session) -> MigrationContext:
    return MigrationContext.configure(session.connection())


def test_the_draft_names_the_column_and_forgets_the_check(session: Session) -> None:
    upgrade = produce_migrations(_context(session), _changed()).upgrade_ops
    assert upgrade is not None
    drafted = render_python_code(upgrade)
    assert "op.add_column('room', sa.Column('floor', sa.SmallInteger()" in drafted
    assert "check" not in drafted


def test_it_goes_forth_and_back(session: Session) -> None:
    with Operations.context(_context(session)):
        migration.upgrade()
        assert compare_metadata(_context(session), _changed()) == []
        migration.downgrade()
        assert compare_metadata(_context(session), Base.metadata) == []


def test_rooms_from_before_are_on_floor_0_and_the_check_holds(session: Session) -> None:
    session.execute(text("SET LOCAL session_replication_role = replica"))
    room = {"id": new_id(), "lodging": new_id()}
    session.execute(text("INSERT INTO room (id, lodging_id, name, beds) VALUES (:id, :lodging, '101', 2)"), room)
    with Operations.context(_context(session)):
        migration.upgrade()
    assert session.scalar(text("SELECT floor FROM room WHERE id = :id"), room) == 0
    failed = False
    try:
        session.execute(text("UPDATE room SET floor = 999 WHERE id = :id"), room)
    except IntegrityError as error:
        failed = "ck_room_floor" in str(error.orig)
    assert failed
