"""Alembic's entry: runs revisions on the connection that `migrations` holds."""

from typing import Any, Literal

from alembic import context

from kernel.database.sessions import Base
from kernel.vault import SealedText


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A revision names what the database sees, so that it never depends on code that changes later."""
    return "sa.LargeBinary()" if kind == "type" and isinstance(item, SealedText) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
