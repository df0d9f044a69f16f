"""Ids that sort by time are made by a function of our own: PostgreSQL has one only from version 18 on."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# RFC 9562, version 7: 48 bits of milliseconds, then random ones. A random UUID has version and variant already; two
# bits make its 4 a 7.
_NEW_ID = """
CREATE FUNCTION motcua_new_id(shift interval DEFAULT interval '0') RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS
$$
SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
    substring(int8send(floor(extract(epoch FROM clock_timestamp() + shift) * 1000)::bigint) FROM 3)
    FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
$$
"""


def upgrade() -> None:
    op.execute(_NEW_ID)


def downgrade() -> None:
    op.execute("DROP FUNCTION motcua_new_id(interval)")
