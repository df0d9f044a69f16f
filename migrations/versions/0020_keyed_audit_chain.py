"""The audit trail gets keyed links, and covers the timeline and the clock of dossiers.

Rows carry a digest of their own, and a trigger notes each in `audit_pending` until the sealer has chained it. Links of
the older chain stay as `plain`; the sealer gives them their keyed ones and checks the older ones while it does. Rows
that stand already have no digest: they are noted as older, which the sealer believes until the first anchor is made.

The older program orders by transaction and would be misled by links that are not its own: a downgrade lets it begin
its chain anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_COVERED = ("audit_entry", "timeline_entry", "clock_entry")
_NOTE = """
CREATE FUNCTION audit_note_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_pending (kind, row_id) VALUES (TG_TABLE_NAME, NEW.id);
  RETURN NULL;
END $$
"""
_OLDER = """
INSERT INTO audit_pending (kind, row_id, legacy)
SELECT '{0}', t.id, true FROM {0} t
WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = t.id) ORDER BY t.seq
"""


def upgrade() -> None:
    for table in _COVERED:
        op.add_column(table, sa.Column("mac", sa.LargeBinary(), nullable=True))
    op.drop_index("ix_audit_entry_order", table_name="audit_entry")
    op.drop_column("audit_entry", "xid")
    op.drop_column("audit_seal", "xid")
    op.drop_column("audit_seal", "seq")
    op.alter_column("audit_seal", "hash", new_column_name="plain", nullable=True)
    op.add_column("audit_seal", sa.Column("hash", sa.LargeBinary(), nullable=True))
    op.add_column("audit_seal", sa.Column("kind", sa.Text(), nullable=False, server_default="audit_entry"))
    op.alter_column("audit_seal", "kind", server_default=None)
    op.add_column("audit_seal", sa.Column("legacy", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.alter_column("audit_seal", "legacy", server_default=sa.false())
    op.add_column("audit_checkpoint", sa.Column("anchored_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_audit_checkpoint_unanchored",
        "audit_checkpoint",
        ["position"],
        postgresql_where=sa.text("anchored_at IS NULL"),
    )
    op.create_table(
        "audit_pending",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("legacy", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_pending")),
    )
    op.execute(_NOTE)
    for table in _COVERED:
        op.execute(_OLDER.format(table))
        op.execute(
            f"CREATE TRIGGER audit_pending AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION audit_note_pending()"
        )


def downgrade() -> None:
    for table in _COVERED:
        op.execute(f"DROP TRIGGER audit_pending ON {table}")
        op.drop_column(table, "mac")
    op.execute("DROP FUNCTION audit_note_pending()")
    op.drop_table("audit_pending")
    op.execute("DELETE FROM audit_seal")
    op.execute("DELETE FROM audit_checkpoint")
    op.drop_index("ix_audit_checkpoint_unanchored", table_name="audit_checkpoint")
    op.drop_column("audit_checkpoint", "anchored_at")
    for column in ("kind", "legacy", "plain"):
        op.drop_column("audit_seal", column)
    op.alter_column("audit_seal", "hash", nullable=False)
    op.add_column("audit_seal", sa.Column("xid", sa.BigInteger(), nullable=False))
    op.add_column("audit_seal", sa.Column("seq", sa.BigInteger(), nullable=False))
    order = sa.text("(pg_current_xact_id()::text::bigint)")
    op.add_column("audit_entry", sa.Column("xid", sa.BigInteger(), nullable=False, server_default=order))
    op.create_index("ix_audit_entry_order", "audit_entry", ["xid", "seq"])
