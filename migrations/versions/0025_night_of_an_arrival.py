"""An arrival after midnight belongs to the night before; the authority's count goes on by the day of arrival.

Whether a declaration was late stays as it was judged. A stay stays where it is if its document has one there already.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TO_THE_NIGHT_BEFORE = """
UPDATE stay s SET night = s.night - 1
WHERE s.night = CAST(s.arrival AT TIME ZONE INTERVAL '7 hours' AS date)
    AND CAST(s.arrival AT TIME ZONE INTERVAL '7 hours' AS time) > '00:00'
    AND CAST(s.arrival AT TIME ZONE INTERVAL '7 hours' AS time) < '08:00'
    AND NOT EXISTS (
        SELECT 1 FROM stay o WHERE o.lodging_id = s.lodging_id AND o.document_index = s.document_index
            AND o.night = s.night - 1)
"""
_TO_THE_DAY = """
UPDATE stay s SET night = s.night + 1
WHERE s.night = CAST(s.arrival AT TIME ZONE INTERVAL '7 hours' AS date) - 1
    AND NOT EXISTS (
        SELECT 1 FROM stay o WHERE o.lodging_id = s.lodging_id AND o.document_index = s.document_index
            AND o.night = s.night + 1)
"""


def upgrade() -> None:
    op.add_column("transmission", sa.Column("arrived_on", sa.Date(), nullable=True))
    op.execute("UPDATE transmission SET arrived_on = night")
    op.alter_column("transmission", "arrived_on", nullable=False)
    op.drop_index("ix_transmission_night", table_name="transmission")
    op.create_index("ix_transmission_arrived", "transmission", ["lodging_id", "arrived_on"])
    op.execute(_TO_THE_NIGHT_BEFORE)


def downgrade() -> None:
    op.execute(_TO_THE_DAY)
    op.drop_index("ix_transmission_arrived", table_name="transmission")
    op.create_index("ix_transmission_night", "transmission", ["lodging_id", "night"])
    op.drop_column("transmission", "arrived_on")
