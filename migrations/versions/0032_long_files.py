"""Long files of guests are judged and declared by a worker: what it claims them by, and how far it is."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_COUNTS = ("generation", "judged", "declared_to")
_BEFORE = "state IN ('checked', 'accepted', 'refused')"
_AFTER = "state IN ('judging', 'checked', 'accepting', 'accepted', 'refused')"


def upgrade() -> None:
    op.add_column("batch", sa.Column("long", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("batch", sa.Column("due_at", sa.DateTime(timezone=True)))
    for name in _COUNTS:
        op.add_column("batch", sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("batch", sa.Column("tries", sa.SmallInteger(), nullable=False, server_default=sa.text("0")))
    op.add_column("batch", sa.Column("as_of", sa.DateTime(timezone=True)))
    op.execute("UPDATE batch SET judged = rows, as_of = coalesce(accepted_at, created_at)")
    op.alter_column("batch", "as_of", nullable=False)
    op.add_column("batch", sa.Column("acceptor_id", sa.Uuid(), sa.ForeignKey("person.id")))
    op.add_column("batch", sa.Column("accepting_client", sa.Uuid(), sa.ForeignKey("api_client.id")))
    op.drop_constraint("state", "batch", type_="check")
    op.create_check_constraint("state", "batch", _AFTER)
    op.create_check_constraint("due", "batch", "due_at IS NULL OR (long AND state IN ('judging', 'accepting'))")
    op.create_index("ix_batch_due", "batch", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_batch_due", table_name="batch")
    op.drop_constraint("due", "batch", type_="check")
    op.drop_constraint("state", "batch", type_="check")
    # Accepted again, a file goes on where it was: what was declared of it is found then.
    op.execute("UPDATE batch SET state = 'checked' WHERE state = 'accepting'")
    op.execute("DELETE FROM batch WHERE state = 'judging'")
    op.create_check_constraint("state", "batch", _BEFORE)
    for name in ("accepting_client", "acceptor_id", "as_of", "tries", *_COUNTS, "due_at", "long"):
        op.drop_column("batch", name)
