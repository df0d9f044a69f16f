"""Lost answers: what a log-in attempt came to, and whether the newest refresh token has arrived."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_SESSION_KEY = "fk_login_attempt_session_id"


def upgrade() -> None:
    op.add_column("login_attempt", sa.Column("callback_digest", sa.LargeBinary(), nullable=True))
    op.add_column("login_attempt", sa.Column("session_id", sa.Uuid(), nullable=True))
    op.add_column("login_attempt", sa.Column("failure", sa.Text(), nullable=True))
    op.create_foreign_key(_SESSION_KEY, "login_attempt", "login_session", ["session_id"], ["id"], ondelete="SET NULL")
    op.add_column("login_session", sa.Column("used_generation", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("login_session", "used_generation")
    op.drop_constraint(_SESSION_KEY, "login_attempt", type_="foreignkey")
    for name in ("failure", "session_id", "callback_digest"):
        op.drop_column("login_attempt", name)
