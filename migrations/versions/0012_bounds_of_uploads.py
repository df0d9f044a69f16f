"""What an account holds is counted by index; an upload keeps the metadata it was begun with."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("upload", sa.Column("metadata_sent", sa.LargeBinary(), nullable=True))
    op.drop_index("ix_upload_owner_id", table_name="upload")
    op.create_index("ix_upload_open", "upload", ["owner_id"], postgresql_where=sa.text("NOT attached"))
    op.create_index("ix_upload_owner_day", "upload", ["owner_id", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_upload_owner_day", table_name="upload")
    op.drop_index("ix_upload_open", table_name="upload", postgresql_where=sa.text("NOT attached"))
    op.create_index("ix_upload_owner_id", "upload", ["owner_id"])
    op.drop_column("upload", "metadata_sent")
