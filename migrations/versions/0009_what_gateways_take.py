"""What each process sees of a gateway, what is left of a quota, which forms are in use, until when one has waits."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("held_until", sa.DateTime(timezone=True)))
    op.create_table(
        "gateway_quota",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("remaining", sa.Integer()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_gateway_quota")),
    )
    op.execute(
        "INSERT INTO gateway_quota (gateway, remaining, at) "
        "SELECT gateway, quota_left, quota_at FROM gateway_state WHERE quota_at IS NOT NULL"
    )
    op.create_table(
        "gateway_form",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "form", name=op.f("pk_gateway_form")),
    )
    # What processes see is seconds old at most, so nothing of it is kept.
    op.drop_table("gateway_state")
    op.create_table(
        "gateway_sight",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("process", sa.Uuid(), nullable=False),
        *_seen(),
        sa.PrimaryKeyConstraint("gateway", "process", name=op.f("pk_gateway_sight")),
    )


def downgrade() -> None:
    op.drop_table("gateway_sight")
    op.create_table(
        "gateway_state",
        sa.Column("gateway", sa.Text(), nullable=False),
        *_seen(),
        sa.Column("quota_left", sa.Integer()),
        sa.Column("quota_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_gateway_state")),
    )
    op.drop_table("gateway_form")
    op.drop_table("gateway_quota")
    op.drop_column("delivery", "held_until")


def _seen() -> list[sa.Column[object]]:
    now = sa.text("now()")
    return [
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error_rate", sa.Float(), nullable=False),
        sa.Column("answer_s", sa.Float(), nullable=False),
        sa.Column("overdue_rate", sa.Float(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
    ]
