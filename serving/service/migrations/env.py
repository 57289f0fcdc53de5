"""Runs the migrations against the engine that the service has opened."""

from alembic import context

from trustdrift.serving.service.database import Table

with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=Table.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
