"""Alembic's entry: runs revisions on the connection that `migrations.migrate` holds."""

from alembic import context

from migrations.schema import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=METADATA, compare_server_default=True, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
