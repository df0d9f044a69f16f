"""Organisations claim a tax code until they prove it; several may claim the same one. What is there already claims."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ACTIVE = sa.text("status = 'active'")
_PROVED = sa.text("standing = 'proved' AND status = 'active'")
_OPEN = sa.text("state = 'submitted'")


def upgrade() -> None:
    op.drop_index("uq_organisation_active", table_name="organisation", postgresql_where=_ACTIVE)
    op.add_column("organisation", sa.Column("standing", sa.Text(), nullable=False, server_default="claimed"))
    op.add_column("organisation", sa.Column("proved_by", sa.Text(), nullable=True))
    op.add_column("organisation", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_organisation_standing"), "organisation", "standing IN ('claimed', 'proved', 'disputed')"
    )
    op.create_check_constraint(
        op.f("ck_organisation_proved"),
        "organisation",
        "(standing = 'proved') = (proved_by IS NOT NULL) AND (proved_by IS NULL) = (proved_at IS NULL)",
    )
    op.create_index(
        "uq_organisation_proved", "organisation", ["registration_index"], unique=True, postgresql_where=_PROVED
    )
    op.create_index("ix_organisation_registration", "organisation", ["registration_index"])
    op.add_column("login_attempt", sa.Column("organisation_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_login_attempt_organisation_id"), "login_attempt", "organisation", ["organisation_id"], ["id"]
    )
    _create_changes()
    _create_papers()


def _create_changes() -> None:
    op.create_table(
        "organisation_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("from_standing", sa.Text(), nullable=False),
        sa.Column("to_standing", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_change_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_organisation_change_person_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_organisation_change_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_change")),
    )
    op.create_index("ix_organisation_change_organisation", "organisation_change", ["organisation_id", "id"])


def _create_papers() -> None:
    op.create_table(
        "organisation_paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file_key", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('submitted', 'accepted', 'refused', 'replaced')", name=op.f("ck_organisation_paper_state")
        ),
        sa.CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_organisation_paper_decided")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_paper_organisation_id")
        ),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.code"], name=op.f("fk_organisation_paper_agency_code")),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_organisation_paper_sent_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["officer.id"], name=op.f("fk_organisation_paper_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_paper")),
    )
    op.create_index(
        "uq_organisation_paper_open", "organisation_paper", ["organisation_id"], unique=True, postgresql_where=_OPEN
    )
    op.create_index("ix_organisation_paper_agency", "organisation_paper", ["agency_code", "id"], postgresql_where=_OPEN)


def downgrade() -> None:
    # Only one claim to a code could be there: the proved one stays, else the oldest, and the others are closed.
    op.execute(
        "UPDATE organisation o SET status = 'closed' WHERE status = 'active' AND EXISTS ("
        "SELECT 1 FROM organisation other WHERE other.registration_index = o.registration_index"
        " AND other.status = 'active' AND other.id <> o.id AND ((other.standing = 'proved') > (o.standing = 'proved')"
        " OR ((other.standing = 'proved') = (o.standing = 'proved') AND other.id < o.id)))"
    )
    op.drop_table("organisation_paper")
    op.drop_table("organisation_change")
    op.drop_constraint(op.f("fk_login_attempt_organisation_id"), "login_attempt")
    op.drop_column("login_attempt", "organisation_id")
    op.drop_index("ix_organisation_registration", table_name="organisation")
    op.drop_index("uq_organisation_proved", table_name="organisation", postgresql_where=_PROVED)
    op.drop_constraint(op.f("ck_organisation_proved"), "organisation")
    op.drop_constraint(op.f("ck_organisation_standing"), "organisation")
    op.drop_column("organisation", "proved_at")
    op.drop_column("organisation", "proved_by")
    op.drop_column("organisation", "standing")
    op.create_index(
        "uq_organisation_active", "organisation", ["registration_index"], unique=True, postgresql_where=_ACTIVE
    )
