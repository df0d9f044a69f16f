"""A blind index of a declaration's content was read by nobody, and stayed behind when the content was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("declaration", "fingerprint")


def downgrade() -> None:
    op.add_column("declaration", sa.Column("fingerprint", sa.LargeBinary(), nullable=False, server_default=""))
