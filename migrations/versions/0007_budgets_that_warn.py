"""Of which month and state of a budget its agency has been told."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message_budget", sa.Column("told_month", sa.Date(), nullable=True))
    op.add_column("message_budget", sa.Column("told_state", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("message_budget", "told_state")
    op.drop_column("message_budget", "told_month")
