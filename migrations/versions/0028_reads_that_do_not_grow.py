"""Indexes for lists and searches that would otherwise read more with every dossier, file and night that is past."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_CLOSED = sa.text("state IN (3, 8, 10)")
_LATEST_FIRST = sa.text("id DESC NULLS LAST")
_STANDING = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    op.drop_index("ix_dossier_closed", table_name="dossier", postgresql_where=_CLOSED)
    op.create_index(
        "ix_dossier_closed",
        "dossier",
        ["agency_code", _LATEST_FIRST],
        postgresql_where=_CLOSED,
    )
    _nil_reports_by("night", "lodging_id")
    op.create_index("ix_batch_night", "batch", ["lodging_id", "night", "id"])
    op.create_index("ix_stay_lodging", "stay", ["lodging_id", _LATEST_FIRST])


def downgrade() -> None:
    op.drop_index("ix_stay_lodging", table_name="stay")
    op.drop_index("ix_batch_night", table_name="batch")
    _nil_reports_by("lodging_id", "night")
    op.drop_index("ix_dossier_closed", table_name="dossier", postgresql_where=_CLOSED)
    op.create_index("ix_dossier_closed", "dossier", ["agency_code", "id"], postgresql_where=_CLOSED)


def _nil_reports_by(*columns: str) -> None:
    name = "uq_nil_report_standing"
    op.drop_index(name, table_name="nil_report", postgresql_where=_STANDING)
    op.create_index(name, "nil_report", list(columns), unique=True, postgresql_where=_STANDING)
