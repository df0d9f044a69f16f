"""Organisations and their members, clients, offices ended at once, log-ins that step up."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("registration_number", sa.LargeBinary(), nullable=False),
        sa.Column("registration_index", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('active', 'closed')", name=op.f("ck_organisation_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_index(
        "uq_organisation_active",
        "organisation",
        ["registration_index"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "api_client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("agency_code", sa.Text(), nullable=True),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "jsonb_typeof(scopes) = 'array' AND jsonb_array_length(scopes) > 0", name=op.f("ck_api_client_scopes")
        ),
        sa.CheckConstraint("(organisation_id IS NULL) <> (agency_code IS NULL)", name=op.f("ck_api_client_owner")),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.code"], name=op.f("fk_api_client_agency_code")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_api_client_created_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_api_client_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client")),
    )
    op.create_index("ix_api_client_agency", "api_client", ["agency_code"], unique=False)
    op.create_index("ix_api_client_organisation", "api_client", ["organisation_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("mandates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("jsonb_typeof(mandates) = 'array'", name=op.f("ck_membership_mandates")),
        sa.CheckConstraint("role IN ('representative', 'staff')", name=op.f("ck_membership_role")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_membership_dates")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_person", "membership", ["person_id"], unique=False)
    op.create_index(
        "uq_membership_standing",
        "membership",
        ["organisation_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.add_column("login_attempt", sa.Column("step_up", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("officer", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("officer", "ended_at")
    op.drop_column("login_attempt", "step_up")
    op.drop_index("uq_membership_standing", table_name="membership", postgresql_where=sa.text("revoked_at IS NULL"))
    op.drop_index("ix_membership_person", table_name="membership")
    op.drop_table("membership")
    op.drop_index("ix_api_client_organisation", table_name="api_client")
    op.drop_index("ix_api_client_agency", table_name="api_client")
    op.drop_table("api_client")
    op.drop_index("uq_organisation_active", table_name="organisation", postgresql_where=sa.text("status = 'active'"))
    op.drop_table("organisation")
