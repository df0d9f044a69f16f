"""Keys and memberships know on whose rights they rest.

A key that is there already rests on whoever made it, so one whose maker is no member any more ends at the first sweep,
which tells its organisation. A membership that is there already counts as given by the organisation.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("granted_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_membership_granted_by"), "membership", "person", ["granted_by"], ["id"])
    op.add_column("api_client", sa.Column("grantor_id", sa.Uuid(), nullable=True))
    op.add_column("api_client", sa.Column("end_reason", sa.Text(), nullable=True))
    op.add_column("api_client", sa.Column("warned_of", sa.Date(), nullable=True))
    op.execute("UPDATE api_client SET grantor_id = created_by")
    op.execute("UPDATE api_client SET end_reason = 'revoked' WHERE revoked_at IS NOT NULL")
    op.alter_column("api_client", "grantor_id", nullable=False)
    op.create_foreign_key(op.f("fk_api_client_grantor_id"), "api_client", "person", ["grantor_id"], ["id"])
    op.create_check_constraint(op.f("ck_api_client_end_reason"), "api_client", "end_reason IN ('revoked', 'grantor')")
    op.create_check_constraint(op.f("ck_api_client_ended"), "api_client", "(revoked_at IS NULL) = (end_reason IS NULL)")
    op.create_index(
        "ix_api_client_grantor", "api_client", ["grantor_id"], postgresql_where=sa.text("revoked_at IS NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_api_client_grantor", table_name="api_client", postgresql_where=sa.text("revoked_at IS NULL"))
    op.drop_constraint(op.f("ck_api_client_ended"), "api_client")
    op.drop_constraint(op.f("ck_api_client_end_reason"), "api_client")
    op.drop_constraint(op.f("fk_api_client_grantor_id"), "api_client")
    op.drop_column("api_client", "warned_of")
    op.drop_column("api_client", "end_reason")
    op.drop_column("api_client", "grantor_id")
    op.drop_constraint(op.f("fk_membership_granted_by"), "membership")
    op.drop_column("membership", "granted_by")
