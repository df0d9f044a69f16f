"""A draft that moves to a newer version of its procedure keeps what was typed into fields that are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dossier", sa.Column("left_out_values", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("dossier", "left_out_values")
