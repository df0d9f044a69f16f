"""The database's time when somebody last looked, by which a clock that is put back is noticed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clock_mark",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_clock_mark_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_mark")),
    )


def downgrade() -> None:
    op.drop_table("clock_mark")
