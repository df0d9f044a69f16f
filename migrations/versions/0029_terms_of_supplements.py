"""A request for a supplement has a term; those that are open get theirs from the sweep."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 5")


def upgrade() -> None:
    op.add_column("dossier", sa.Column("supplement_days", sa.SmallInteger(), nullable=True))
    op.add_column("dossier", sa.Column("supplement_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dossier", sa.Column("supplement_look_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE dossier SET supplement_look_at = now() WHERE state = 5")
    op.create_index("ix_dossier_supplement", "dossier", ["supplement_look_at"], postgresql_where=_WAITING)


def downgrade() -> None:
    op.drop_index("ix_dossier_supplement", table_name="dossier", postgresql_where=_WAITING)
    op.drop_column("dossier", "supplement_look_at")
    op.drop_column("dossier", "supplement_due_at")
    op.drop_column("dossier", "supplement_days")
