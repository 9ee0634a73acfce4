"""Runs migrations over the connection that `engine.migrate` opened; batch mode, because SQLite cannot alter."""

from alembic import context

from tracker.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata(),
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
