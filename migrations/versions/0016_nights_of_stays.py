"""Which nights a stay covers, as a range: who stays a night is found without reading what is past."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import DATERANGE

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_STANDING = sa.text("state <> 'annulled'")
_NIGHTS = "daterange(night, greatest(night + 1, CAST(departure AT TIME ZONE INTERVAL '7 hours' AS date)))"


def upgrade() -> None:
    op.add_column("stay", sa.Column("nights", DATERANGE(), sa.Computed(_NIGHTS, persisted=True), nullable=False))
    op.create_index("ix_stay_nights", "stay", ["nights"], postgresql_using="gist", postgresql_where=_STANDING)
    op.create_index("ix_stay_lodging_departure", "stay", ["lodging_id", "departure"], postgresql_where=_STANDING)


def downgrade() -> None:
    op.drop_index("ix_stay_lodging_departure", table_name="stay", postgresql_where=_STANDING)
    op.drop_index("ix_stay_nights", table_name="stay", postgresql_where=_STANDING)
    op.drop_column("stay", "nights")
