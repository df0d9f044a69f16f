# Over 300 lines: a revision is one list of statements, never edited again.
"""Residence: lodgings, stays and their declarations, batches, transmissions; agencies of the police."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guest_search",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("sought", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_guest_search_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_search")),
    )
    op.create_index("ix_guest_search_officer", "guest_search", ["officer_id", "at"], unique=False)
    op.create_table(
        "lodging",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("commune_code", sa.Text(), nullable=False),
        sa.Column("remote", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reminder_channel", sa.Text(), nullable=False),
        sa.Column("authority_username", sa.Text(), nullable=True),
        sa.Column("authority_password", sa.LargeBinary(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("registered_by", sa.Uuid(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'active', 'refused', 'suspended', 'closed')", name=op.f("ck_lodging_state")
        ),
        sa.CheckConstraint(
            "(authority_username IS NULL) = (authority_password IS NULL)", name=op.f("ck_lodging_account")
        ),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.code"], name=op.f("fk_lodging_agency_code")),
        sa.ForeignKeyConstraint(["decided_by"], ["officer.id"], name=op.f("fk_lodging_decided_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_lodging_organisation_id")),
        sa.ForeignKeyConstraint(["registered_by"], ["person.id"], name=op.f("fk_lodging_registered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lodging")),
    )
    op.create_index("ix_lodging_agency", "lodging", ["agency_code", "state"], unique=False)
    op.create_index("ix_lodging_organisation", "lodging", ["organisation_id"], unique=False)
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lodging_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.LargeBinary(), nullable=True),
        sa.Column("file_key", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("findings", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('checked', 'accepted', 'refused')", name=op.f("ck_batch_state")),
        sa.ForeignKeyConstraint(["client_id"], ["api_client.id"], name=op.f("fk_batch_client_id")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_batch_created_by")),
        sa.ForeignKeyConstraint(["lodging_id"], ["lodging.id"], name=op.f("fk_batch_lodging_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("lodging_id", "sha256", name=op.f("uq_batch_lodging_id_sha256")),
    )
    op.create_index(
        "ix_batch_kept", "batch", ["created_at"], unique=False, postgresql_where=sa.text("erased_at IS NULL")
    )
    op.create_table(
        "lodging_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lodging_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["lodging_id"], ["lodging.id"], name=op.f("fk_lodging_change_lodging_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_lodging_change_officer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lodging_change_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lodging_change")),
    )
    op.create_index("ix_lodging_change_lodging", "lodging_change", ["lodging_id", "id"], unique=False)
    op.create_table(
        "lodging_reminder",
        sa.Column("lodging_id", sa.Uuid(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["lodging_id"], ["lodging.id"], name=op.f("fk_lodging_reminder_lodging_id")),
        sa.PrimaryKeyConstraint("lodging_id", "night", "step", name=op.f("pk_lodging_reminder")),
    )
    op.create_table(
        "lodging_staff",
        sa.Column("lodging_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lodging_id"], ["lodging.id"], name=op.f("fk_lodging_staff_lodging_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lodging_staff_person_id")),
        sa.PrimaryKeyConstraint("lodging_id", "person_id", name=op.f("pk_lodging_staff")),
    )
    op.create_table(
        "nil_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lodging_id", sa.Uuid(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["api_client.id"], name=op.f("fk_nil_report_client_id")),
        sa.ForeignKeyConstraint(["declared_by"], ["person.id"], name=op.f("fk_nil_report_declared_by")),
        sa.ForeignKeyConstraint(["lodging_id"], ["lodging.id"], name=op.f("fk_nil_report_lodging_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nil_report")),
    )
    op.create_index(
        "uq_nil_report_standing",
        "nil_report",
        ["lodging_id", "night"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "room",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lodging_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("beds", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("beds BETWEEN 1 AND 200", name=op.f("ck_room_beds")),
        sa.ForeignKeyConstraint(["lodging_id"], ["lodging.id"], name=op.f("fk_room_lodging_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("lodging_id", "name", name=op.f("uq_room_lodging_id_name")),
    )
    op.create_table(
        "stay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lodging_id", sa.Uuid(), nullable=False),
        sa.Column("document_index", sa.LargeBinary(), nullable=True),
        sa.Column("name_words", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("nationality", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("arrival", sa.DateTime(timezone=True), nullable=False),
        sa.Column("departure", sa.DateTime(timezone=True), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("declarations", sa.SmallInteger(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("photo_key", sa.Text(), nullable=True),
        sa.Column("photo_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('vietnamese', 'foreign')", name=op.f("ck_stay_kind")),
        sa.CheckConstraint("state IN ('staying', 'left', 'annulled')", name=op.f("ck_stay_state")),
        sa.CheckConstraint("(document_index IS NULL) = (erased_at IS NOT NULL)", name=op.f("ck_stay_erased")),
        sa.ForeignKeyConstraint(["lodging_id"], ["lodging.id"], name=op.f("fk_stay_lodging_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay")),
    )
    op.create_index(
        "ix_stay_document", "stay", ["document_index"], unique=False, postgresql_where=sa.text("erased_at IS NULL")
    )
    op.create_index("ix_stay_kept", "stay", ["departure"], unique=False, postgresql_where=sa.text("erased_at IS NULL"))
    op.create_index("ix_stay_night", "stay", ["lodging_id", "night"], unique=False)
    op.create_index(
        "ix_stay_photo", "stay", ["photo_at"], unique=False, postgresql_where=sa.text("photo_key IS NOT NULL")
    )
    op.create_index("ix_stay_words", "stay", ["name_words"], unique=False, postgresql_using="gin")
    op.create_index(
        "uq_stay_standing",
        "stay",
        ["lodging_id", "document_index", "night"],
        unique=True,
        postgresql_where=sa.text("state <> 'annulled' AND erased_at IS NULL"),
    )
    op.create_table(
        "declaration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('arrival', 'extension', 'early_leave', 'correction', 'annulment')",
            name=op.f("ck_declaration_kind"),
        ),
        sa.CheckConstraint("(declared_by IS NULL) <> (client_id IS NULL)", name=op.f("ck_declaration_declarer")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_declaration_batch_id")),
        sa.ForeignKeyConstraint(["client_id"], ["api_client.id"], name=op.f("fk_declaration_client_id")),
        sa.ForeignKeyConstraint(["declared_by"], ["person.id"], name=op.f("fk_declaration_declared_by")),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"], name=op.f("fk_declaration_stay_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
        sa.UniqueConstraint("stay_id", "number", name=op.f("uq_declaration_stay_id_number")),
    )
    op.create_index(
        "ix_declaration_batch",
        "declaration",
        ["batch_id"],
        unique=False,
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.create_table(
        "lodging_receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("lodging_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("night", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("declared", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("transmitted", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("in_doubt", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("nil", sa.Boolean(), nullable=False),
        sa.Column("filed_first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filed_last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_to", sa.Uuid(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_lodging_receipt_batch_id")),
        sa.ForeignKeyConstraint(["issued_to"], ["person.id"], name=op.f("fk_lodging_receipt_issued_to")),
        sa.ForeignKeyConstraint(["lodging_id"], ["lodging.id"], name=op.f("fk_lodging_receipt_lodging_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lodging_receipt")),
        sa.UniqueConstraint("code", name=op.f("uq_lodging_receipt_code")),
    )
    op.create_index("ix_lodging_receipt_lodging", "lodging_receipt", ["lodging_id", "issued_at"], unique=False)
    op.create_table(
        "transmission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lodging_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("asked", sa.SmallInteger(), nullable=False),
        sa.Column("rounds", sa.SmallInteger(), nullable=False),
        sa.Column("declared", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transmitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('foreign', 'vietnamese', 'change')", name=op.f("ck_transmission_kind")),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'waiting', 'unknown', 'transmitted', 'confirmed', 'in_doubt', 'refused', 'cancelled')",
            name=op.f("ck_transmission_state"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_transmission_batch_id")),
        sa.ForeignKeyConstraint(["lodging_id"], ["lodging.id"], name=op.f("fk_transmission_lodging_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transmission")),
    )
    op.create_index(
        "ix_transmission_batch",
        "transmission",
        ["batch_id"],
        unique=False,
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.create_index(
        "ix_transmission_due",
        "transmission",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'waiting', 'unknown')"),
    )
    op.create_index("ix_transmission_night", "transmission", ["lodging_id", "night"], unique=False)
    op.create_index(
        "ix_transmission_open",
        "transmission",
        ["lodging_id", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'waiting', 'sending', 'unknown')"),
    )
    op.create_index(
        "ix_transmission_watch",
        "transmission",
        ["state", "due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('sending', 'transmitted')"),
    )
    op.create_table(
        "transmission_item",
        sa.Column("transmission_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("calls", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'transmitted', 'confirmed', 'in_doubt', 'refused', 'cancelled')",
            name=op.f("ck_transmission_item_state"),
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_transmission_item_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["transmission_id"], ["transmission.id"], name=op.f("fk_transmission_item_transmission_id")
        ),
        sa.PrimaryKeyConstraint("transmission_id", "position", name=op.f("pk_transmission_item")),
        sa.UniqueConstraint("declaration_id", name=op.f("uq_transmission_item_declaration_id")),
    )
    op.create_index(
        "ix_transmission_item_doubt",
        "transmission_item",
        ["transmission_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('in_doubt', 'refused')"),
    )
    op.add_column("agency", sa.Column("kind", sa.Text(), server_default=sa.text("'office'"), nullable=False))
    op.create_check_constraint(op.f("ck_agency_kind"), "agency", "kind IN ('office', 'police')")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_agency_kind"), "agency")
    op.drop_column("agency", "kind")
    op.drop_index(
        "ix_transmission_item_doubt",
        table_name="transmission_item",
        postgresql_where=sa.text("state IN ('in_doubt', 'refused')"),
    )
    op.drop_table("transmission_item")
    op.drop_index(
        "ix_transmission_watch",
        table_name="transmission",
        postgresql_where=sa.text("state IN ('sending', 'transmitted')"),
    )
    op.drop_index(
        "ix_transmission_open",
        table_name="transmission",
        postgresql_where=sa.text("state IN ('queued', 'waiting', 'sending', 'unknown')"),
    )
    op.drop_index("ix_transmission_night", table_name="transmission")
    op.drop_index(
        "ix_transmission_due",
        table_name="transmission",
        postgresql_where=sa.text("state IN ('queued', 'waiting', 'unknown')"),
    )
    op.drop_index("ix_transmission_batch", table_name="transmission", postgresql_where=sa.text("batch_id IS NOT NULL"))
    op.drop_table("transmission")
    op.drop_index("ix_lodging_receipt_lodging", table_name="lodging_receipt")
    op.drop_table("lodging_receipt")
    op.drop_index("ix_declaration_batch", table_name="declaration", postgresql_where=sa.text("batch_id IS NOT NULL"))
    op.drop_table("declaration")
    op.drop_index(
        "uq_stay_standing", table_name="stay", postgresql_where=sa.text("state <> 'annulled' AND erased_at IS NULL")
    )
    op.drop_index("ix_stay_words", table_name="stay", postgresql_using="gin")
    op.drop_index("ix_stay_photo", table_name="stay", postgresql_where=sa.text("photo_key IS NOT NULL"))
    op.drop_index("ix_stay_night", table_name="stay")
    op.drop_index("ix_stay_kept", table_name="stay", postgresql_where=sa.text("erased_at IS NULL"))
    op.drop_index("ix_stay_document", table_name="stay", postgresql_where=sa.text("erased_at IS NULL"))
    op.drop_table("stay")
    op.drop_table("room")
    op.drop_index("uq_nil_report_standing", table_name="nil_report", postgresql_where=sa.text("withdrawn_at IS NULL"))
    op.drop_table("nil_report")
    op.drop_table("lodging_staff")
    op.drop_table("lodging_reminder")
    op.drop_index("ix_lodging_change_lodging", table_name="lodging_change")
    op.drop_table("lodging_change")
    op.drop_index("ix_batch_kept", table_name="batch", postgresql_where=sa.text("erased_at IS NULL"))
    op.drop_table("batch")
    op.drop_index("ix_lodging_organisation", table_name="lodging")
    op.drop_index("ix_lodging_agency", table_name="lodging")
    op.drop_table("lodging")
    op.drop_index("ix_guest_search_officer", table_name="guest_search")
    op.drop_table("guest_search")
