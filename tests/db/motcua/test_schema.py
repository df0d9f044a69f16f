"""The revisions and the models say the same."""

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.database.sessions import Base
from migrations import VERSIONS, head_revision
from motcua.wiring.parts import tables


def test_a_migrated_database_is_what_the_models_say(session: Session) -> None:
    tables()
    context = MigrationContext.configure(session.connection())
    assert compare_metadata(context, Base.metadata) == []


def test_revisions_form_one_line_and_the_newest_is_the_head(session: Session) -> None:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [head_revision()]
    assert session.scalar(text("SELECT version_num FROM alembic_version")) == head_revision()
