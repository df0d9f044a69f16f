"""A phone number has one holder, whoever proved it last; a person may have a number and a subject, or lose both."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_HELD = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.add_column("phone", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("phone", sa.Column("end_reason", sa.Text(), nullable=True))
    # Several people could hold one number; the latest proof of it counts.
    op.execute(
        "UPDATE phone p SET ended_at = now(), end_reason = 'passed_on' WHERE EXISTS (SELECT 1 FROM phone later "
        "WHERE later.number_index = p.number_index AND (later.verified_at, later.id) > (p.verified_at, p.id))"
    )
    op.drop_constraint("uq_phone_person_id_number_index", "phone", type_="unique")
    op.create_check_constraint("ended", "phone", "(ended_at IS NULL) = (end_reason IS NULL)")
    op.create_check_constraint("end_reason", "phone", "end_reason IN ('given_up', 'passed_on')")
    op.create_index("uq_phone_held", "phone", ["number_index"], unique=True, postgresql_where=_HELD)
    op.create_index("ix_phone_person", "phone", ["person_id"])
    op.drop_constraint("known", "person", type_="check")


def downgrade() -> None:
    op.execute("UPDATE person SET subject_index = uuid_send(id) WHERE identity_index IS NULL AND subject_index IS NULL")
    op.create_check_constraint("known", "person", "identity_index IS NOT NULL OR subject_index IS NOT NULL")
    op.drop_index("ix_phone_person", table_name="phone")
    op.drop_index("uq_phone_held", table_name="phone", postgresql_where=_HELD)
    op.drop_constraint("end_reason", "phone", type_="check")
    op.drop_constraint("ended", "phone", type_="check")
    op.execute("DELETE FROM phone WHERE ended_at IS NOT NULL")
    op.create_unique_constraint("uq_phone_person_id_number_index", "phone", ["person_id", "number_index"])
    op.drop_column("phone", "end_reason")
    op.drop_column("phone", "ended_at")
