"""An officer's inbox of one official status, in the order in which its dossiers are due."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN (1, 2, 4, 5, 6, 7, 9)")
_COLUMNS = ["agency_code", "state", "order_at", "id"]


def upgrade() -> None:
    op.create_index("ix_dossier_inbox_state", "dossier", _COLUMNS, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_index("ix_dossier_inbox_state", table_name="dossier", postgresql_where=_OPEN)
