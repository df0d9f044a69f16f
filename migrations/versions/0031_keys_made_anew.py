"""By which rules the keys of guests and of held names were made: the sweep makes older ones anew.

It opens sealed values for that, which a migration cannot.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_KEPT = sa.text("erased_at IS NULL")
_HELD = sa.text("released_at IS NULL")


def upgrade() -> None:
    for table, column, which in (("stay", "key_version", _KEPT), ("reserved_name", "fold_version", _HELD)):
        op.add_column(table, sa.Column(column, sa.SmallInteger(), nullable=False, server_default=sa.text("0")))
        op.create_index(f"ix_{table}_{column}", table, [column], postgresql_where=which)


def downgrade() -> None:
    for table, column, which in (("stay", "key_version", _KEPT), ("reserved_name", "fold_version", _HELD)):
        op.drop_index(f"ix_{table}_{column}", table_name=table, postgresql_where=which)
        op.drop_column(table, column)
