"""What is known of a lodging's account at the authority's portal; one that is there already has yet to be tried."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_UNTRIED = sa.text("authority_state = 'untried'")
_STATES = "authority_state IN ('missing', 'untried', 'working', 'refused')"
_KNOWN = "(authority_username IS NULL) = (authority_state = 'missing')"


def upgrade() -> None:
    missing = sa.text("'missing'")
    op.add_column("lodging", sa.Column("authority_state", sa.Text(), nullable=False, server_default=missing))
    for name in ("authority_given_at", "authority_told_at", "authority_try_at"):
        op.add_column("lodging", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE lodging SET authority_state = 'untried', authority_given_at = now(), authority_try_at = now() "
        "WHERE authority_username IS NOT NULL"
    )
    op.create_check_constraint(op.f("ck_lodging_authority_state"), "lodging", _STATES)
    op.create_check_constraint(op.f("ck_lodging_account_known"), "lodging", _KNOWN)
    op.create_index("ix_lodging_untried", "lodging", ["authority_try_at"], postgresql_where=_UNTRIED)


def downgrade() -> None:
    op.drop_index("ix_lodging_untried", table_name="lodging", postgresql_where=_UNTRIED)
    op.drop_constraint(op.f("ck_lodging_account_known"), "lodging")
    op.drop_constraint(op.f("ck_lodging_authority_state"), "lodging")
    for name in ("authority_try_at", "authority_told_at", "authority_given_at", "authority_state"):
        op.drop_column("lodging", name)
