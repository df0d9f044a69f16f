"""Messages on several channels: standbys, costs, receipts applied later, preferences, budgets, gateways, templates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


OLD_STATES = (
    "state IN ('queued', 'sending', 'waiting', 'unknown', 'accepted', 'delivered', 'undelivered', 'dead', 'cancelled')"
)
STATES = OLD_STATES.replace("('queued'", "('standby', 'queued'")
OLD_ROWS = (
    ("attempt", "cost_vnd"),
    ("delivery", "position"),
    ("delivery", "turn"),
    ("delivery", "pinned"),
    ("delivery", "cost_vnd"),
    ("notification", "purpose"),
    ("notification", "legal"),
    ("notification", "language"),
    ("outbox_event", "priority"),
)


def upgrade() -> None:
    op.create_table(
        "gateway_state",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error_rate", sa.Float(), nullable=False),
        sa.Column("answer_s", sa.Float(), nullable=False),
        sa.Column("overdue_rate", sa.Float(), nullable=False),
        sa.Column("quota_left", sa.Integer(), nullable=True),
        sa.Column("quota_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_gateway_state")),
    )
    op.create_table(
        "oauth_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("access_token", sa.LargeBinary(), nullable=True),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("problem_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_token")),
        sa.UniqueConstraint("provider", "account", name=op.f("uq_oauth_token_provider_account")),
    )
    op.create_table(
        "template_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("saved_by", sa.Uuid(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_version")),
        sa.UniqueConstraint(
            "name", "channel", "language", "number", name=op.f("uq_template_version_name_channel_language_number")
        ),
    )
    op.create_table(
        "message_budget",
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("limit_vnd", sa.BigInteger(), nullable=False),
        sa.Column("warn_percent", sa.SmallInteger(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("limit_vnd >= 0", name=op.f("ck_message_budget_limit")),
        sa.CheckConstraint("warn_percent BETWEEN 1 AND 100", name=op.f("ck_message_budget_warn")),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.code"], name=op.f("fk_message_budget_agency_code")),
        sa.PrimaryKeyConstraint("agency_code", name=op.f("pk_message_budget")),
    )
    op.create_table(
        "message_spend",
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("cost_vnd", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.code"], name=op.f("fk_message_spend_agency_code")),
        sa.PrimaryKeyConstraint("agency_code", "month", "gateway", name=op.f("pk_message_spend")),
    )
    op.create_table(
        "preference",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_preference_person_id")),
        sa.PrimaryKeyConstraint("person_id", "purpose", "channel", name=op.f("pk_preference")),
    )
    op.create_table(
        "inbox_read",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_inbox_read_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_inbox_read")),
    )
    op.add_column("attempt", sa.Column("cost_vnd", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("delivery", sa.Column("agency_code", sa.Text(), nullable=True))
    op.add_column("delivery", sa.Column("position", sa.SmallInteger(), nullable=False, server_default=sa.text("0")))
    op.add_column("delivery", sa.Column("turn", sa.SmallInteger(), nullable=False, server_default=sa.text("0")))
    op.add_column("delivery", sa.Column("replaces", sa.Uuid(), nullable=True))
    op.add_column("delivery", sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("delivery", sa.Column("cost_vnd", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.alter_column("delivery", "gateway", existing_type=sa.TEXT(), nullable=True)
    op.drop_constraint(op.f("uq_delivery_notification_id_channel"), "delivery", type_="unique")
    op.drop_index(
        op.f("ix_delivery_due"),
        table_name="delivery",
        postgresql_where="(state = ANY (ARRAY['queued'::text, 'waiting'::text]))",
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["channel", "priority", "due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'waiting', 'standby')"),
    )
    op.create_index(
        "ix_delivery_dead",
        "delivery",
        ["agency_code", "settled_at"],
        unique=False,
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_delivery_standby",
        "delivery",
        ["notification_id"],
        unique=False,
        postgresql_where=sa.text("state = 'standby'"),
    )
    op.create_unique_constraint(
        op.f("uq_delivery_notification_id_channel_turn"), "delivery", ["notification_id", "channel", "turn"]
    )
    op.create_foreign_key(op.f("fk_delivery_replaces"), "delivery", "delivery", ["replaces"], ["id"])
    op.add_column(
        "notification", sa.Column("purpose", sa.Text(), nullable=False, server_default=sa.text("'dossier_status'"))
    )
    op.add_column("notification", sa.Column("legal", sa.Boolean(), nullable=False, server_default=sa.text("true")))
    op.add_column("notification", sa.Column("language", sa.Text(), nullable=False, server_default=sa.text("'vi'")))
    op.add_column("notification", sa.Column("facts", sa.LargeBinary(), nullable=True))
    op.add_column("notification", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.add_column("notification", sa.Column("agency_code", sa.Text(), nullable=True))
    op.create_index(
        "ix_notification_dossier",
        "notification",
        ["dossier_id"],
        unique=False,
        postgresql_where=sa.text("dossier_id IS NOT NULL"),
    )
    op.create_index(
        "ix_notification_person",
        "notification",
        ["person_id", "id"],
        unique=False,
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_foreign_key(op.f("fk_notification_agency_code"), "notification", "agency", ["agency_code"], ["code"])
    op.add_column("receipt", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("receipt", sa.Column("cost_vnd", sa.Integer(), nullable=True))
    op.add_column("receipt", sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("receipt", sa.Column("problem", sa.Text(), nullable=True))
    op.create_index(
        "ix_receipt_open",
        "receipt",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("applied_at IS NULL AND problem IS NULL"),
    )
    op.drop_constraint(op.f("fk_receipt_attempt_id"), "receipt", type_="foreignkey")
    op.add_column("outbox_event", sa.Column("priority", sa.SmallInteger(), nullable=False, server_default=sa.text("1")))
    op.execute("UPDATE outbox_event SET priority = 0 WHERE kind = 'phone_proof.requested'")
    op.drop_index("ix_outbox_event_open", table_name="outbox_event")
    op.create_index(
        "ix_outbox_event_open",
        "outbox_event",
        ["priority", "seq"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
    )
    op.drop_constraint(op.f("ck_delivery_state"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_state"), "delivery", STATES)
    op.execute("UPDATE receipt SET applied_at = received_at")
    # The defaults were for the rows that were there.
    for table, column in OLD_ROWS:
        op.alter_column(table, column, server_default=None)


def downgrade() -> None:
    op.execute("UPDATE delivery SET state = 'cancelled' WHERE state = 'standby'")
    op.execute("DELETE FROM receipt WHERE attempt_id NOT IN (SELECT id FROM attempt)")
    op.execute("DELETE FROM attempt WHERE delivery_id IN (SELECT id FROM delivery WHERE turn > 0 OR gateway IS NULL)")
    op.execute("DELETE FROM receipt WHERE attempt_id NOT IN (SELECT id FROM attempt)")
    op.execute("UPDATE delivery SET replaces = NULL")
    op.execute("DELETE FROM inbox_read")
    op.execute("DELETE FROM delivery WHERE turn > 0 OR gateway IS NULL")
    op.drop_constraint(op.f("ck_delivery_state"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_state"), "delivery", OLD_STATES)
    op.drop_index("ix_outbox_event_open", table_name="outbox_event")
    op.create_index(
        "ix_outbox_event_open",
        "outbox_event",
        ["next_attempt_at", "seq"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
    )
    op.drop_column("outbox_event", "priority")
    op.create_foreign_key(op.f("fk_receipt_attempt_id"), "receipt", "attempt", ["attempt_id"], ["id"])
    op.drop_index(
        "ix_receipt_open", table_name="receipt", postgresql_where=sa.text("applied_at IS NULL AND problem IS NULL")
    )
    op.drop_column("receipt", "problem")
    op.drop_column("receipt", "applied_at")
    op.drop_column("receipt", "cost_vnd")
    op.drop_column("receipt", "reason")
    op.drop_constraint(op.f("fk_notification_agency_code"), "notification", type_="foreignkey")
    op.drop_index(
        "ix_notification_person", table_name="notification", postgresql_where=sa.text("person_id IS NOT NULL")
    )
    op.drop_index(
        "ix_notification_dossier", table_name="notification", postgresql_where=sa.text("dossier_id IS NOT NULL")
    )
    op.drop_column("notification", "agency_code")
    op.drop_column("notification", "person_id")
    op.drop_column("notification", "facts")
    op.drop_column("notification", "language")
    op.drop_column("notification", "legal")
    op.drop_column("notification", "purpose")
    op.drop_constraint(op.f("fk_delivery_replaces"), "delivery", type_="foreignkey")
    op.drop_constraint(op.f("uq_delivery_notification_id_channel_turn"), "delivery", type_="unique")
    op.drop_index("ix_delivery_standby", table_name="delivery", postgresql_where=sa.text("state = 'standby'"))
    op.drop_index("ix_delivery_dead", table_name="delivery", postgresql_where=sa.text("state = 'dead'"))
    op.drop_index(
        "ix_delivery_due", table_name="delivery", postgresql_where=sa.text("state IN ('queued', 'waiting', 'standby')")
    )
    op.create_index(
        op.f("ix_delivery_due"),
        "delivery",
        ["priority", "due_at"],
        unique=False,
        postgresql_where="(state = ANY (ARRAY['queued'::text, 'waiting'::text]))",
    )
    op.create_unique_constraint(
        op.f("uq_delivery_notification_id_channel"),
        "delivery",
        ["notification_id", "channel"],
        postgresql_nulls_not_distinct=False,
    )
    op.alter_column("delivery", "gateway", existing_type=sa.TEXT(), nullable=False)
    op.drop_column("delivery", "cost_vnd")
    op.drop_column("delivery", "pinned")
    op.drop_column("delivery", "replaces")
    op.drop_column("delivery", "turn")
    op.drop_column("delivery", "position")
    op.drop_column("delivery", "agency_code")
    op.drop_column("attempt", "cost_vnd")
    op.drop_table("inbox_read")
    op.drop_table("preference")
    op.drop_table("message_spend")
    op.drop_table("message_budget")
    op.drop_table("template_version")
    op.drop_table("oauth_token")
    op.drop_table("gateway_state")
