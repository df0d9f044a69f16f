"""Officers find dossiers by names of people and businesses, ends of codes, and phones; closed ones too.

What the rows are found by is made anew by the sweep: it opens sealed values, which a migration cannot.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN (1, 2, 4, 5, 6, 7, 9)")
_CLOSED = sa.text("state IN (3, 8, 10)")
_WITH_PHONE = sa.text("phone_index IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_dossier_search", table_name="dossier")
    op.alter_column("dossier", "applicant_search", new_column_name="search_text")
    # Words between blanks, as they are searched from now on.
    op.execute("UPDATE dossier SET search_text = ' ' || search_text || ' '")
    op.add_column("dossier", sa.Column("phone_index", sa.LargeBinary()))
    op.add_column(
        "dossier", sa.Column("search_version", sa.SmallInteger(), nullable=False, server_default=sa.text("0"))
    )
    for name, states in (("open", _OPEN), ("closed", _CLOSED)):
        op.create_index(
            f"ix_dossier_search_{name}",
            "dossier",
            ["search_text"],
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
            postgresql_where=states,
        )
    op.create_index("ix_dossier_closed", "dossier", ["agency_code", "id"], postgresql_where=_CLOSED)
    op.create_index("ix_dossier_code_end", "dossier", [sa.text("reverse(code) text_pattern_ops")])
    op.create_index("ix_dossier_phone", "dossier", ["phone_index"], postgresql_where=_WITH_PHONE)
    op.create_index("ix_dossier_search_version", "dossier", ["search_version"])


def downgrade() -> None:
    op.drop_index("ix_dossier_search_version", table_name="dossier")
    op.drop_index("ix_dossier_phone", table_name="dossier", postgresql_where=_WITH_PHONE)
    op.drop_index("ix_dossier_code_end", table_name="dossier")
    op.drop_index("ix_dossier_closed", table_name="dossier", postgresql_where=_CLOSED)
    op.drop_index("ix_dossier_search_closed", table_name="dossier", postgresql_where=_CLOSED)
    op.drop_index("ix_dossier_search_open", table_name="dossier", postgresql_where=_OPEN)
    op.drop_column("dossier", "search_version")
    op.drop_column("dossier", "phone_index")
    op.alter_column("dossier", "search_text", new_column_name="applicant_search")
    op.execute("UPDATE dossier SET applicant_search = btrim(applicant_search)")
    op.create_index(
        "ix_dossier_search",
        "dossier",
        ["applicant_search"],
        postgresql_using="gin",
        postgresql_ops={"applicant_search": "gin_trgm_ops"},
    )
