"""A published procedure keeps the order of its questions: `jsonb` sorts the names of an object, `json` does not."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is there has lost its order; the next seeding publishes the same form, in order, as a new version.
    op.execute("ALTER TABLE procedure_version ALTER COLUMN document TYPE json USING document::json")


def downgrade() -> None:
    op.execute("ALTER TABLE procedure_version ALTER COLUMN document TYPE jsonb USING document::jsonb")
