"""Rooms know their floor; rooms from before are on floor 0 until somebody says better."""

import sqlalchemy as sa
from alembic import op

revision = "0901"
down_revision = "0900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A constant default is kept in the catalogue: no row is rewritten, however many there are.
    op.add_column("room", sa.Column("floor", sa.SmallInteger(), nullable=False, server_default=sa.text("0")))
    op.create_check_constraint(op.f("ck_room_floor"), "room", "floor BETWEEN -5 AND 200")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_room_floor"), "room", type_="check")
    op.drop_column("room", "floor")
