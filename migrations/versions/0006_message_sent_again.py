"""Which message was sent again as which other, found without reading the table."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What a message costs is the sum of its attempts.
    op.drop_column("delivery", "cost_vnd")
    op.create_index(
        "ix_delivery_replaces",
        "delivery",
        ["replaces"],
        unique=True,
        postgresql_where=sa.text("replaces IS NOT NULL"),
    )


def downgrade() -> None:
    op.add_column("delivery", sa.Column("cost_vnd", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.drop_index("ix_delivery_replaces", table_name="delivery", postgresql_where=sa.text("replaces IS NOT NULL"))
