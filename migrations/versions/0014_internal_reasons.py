"""Reasons in the timeline are internal unless they are told: notes of steps become internal, reasons of the status stay
told.

A phone that kept a dossier with such a note asks by its tag; the tag changes, so that the note leaves the phone too.
The schema before this one knows no internal reasons: after a downgrade the citizen reads all of them again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TOLD = "UPDATE timeline_entry SET reason_told = true WHERE reason IS NOT NULL AND axis = 'business'"
_CHANGED = """
UPDATE dossier SET seen_version = seen_version + 1 WHERE id IN (
  SELECT dossier_id FROM timeline_entry WHERE reason IS NOT NULL AND NOT reason_told)
"""


def upgrade() -> None:
    op.add_column(
        "timeline_entry", sa.Column("reason_told", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.execute(_TOLD)
    op.execute(_CHANGED)


def downgrade() -> None:
    op.drop_column("timeline_entry", "reason_told")
