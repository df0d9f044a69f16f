"""Messages that failed, given up by us or reported as not delivered; those that wait for the morning."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_delivery_dead", table_name="delivery", postgresql_where=sa.text("state = 'dead'"))
    op.add_column("delivery", sa.Column("can_wait", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.create_index(
        "ix_delivery_failed",
        "delivery",
        ["agency_code", "settled_at"],
        postgresql_where=sa.text("state IN ('dead', 'undelivered')"),
    )


def downgrade() -> None:
    op.drop_column("delivery", "can_wait")
    op.drop_index(
        "ix_delivery_failed", table_name="delivery", postgresql_where=sa.text("state IN ('dead', 'undelivered')")
    )
    op.create_index(
        "ix_delivery_dead", "delivery", ["agency_code", "settled_at"], postgresql_where=sa.text("state = 'dead'")
    )
