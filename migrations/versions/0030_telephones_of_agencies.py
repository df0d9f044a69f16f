"""The telephone number of an agency, printed on its slips beside the address."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agency", sa.Column("phone", sa.Text))


def downgrade() -> None:
    op.drop_column("agency", "phone")
