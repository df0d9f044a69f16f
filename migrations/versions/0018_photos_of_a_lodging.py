"""Photos that a lodging holds are counted by index."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_stay_photos_held", "stay", ["lodging_id"], postgresql_where=sa.text("photo_key IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_stay_photos_held", table_name="stay", postgresql_where=sa.text("photo_key IS NOT NULL"))
