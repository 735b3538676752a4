"""What Alembic runs: the migrations, inside the transaction that ``engine.migrate`` opened."""

from alembic import context

from workers.adapters.store import upkeep

context.configure(connection=context.config.attributes["connection"], target_metadata=upkeep.quarantine.metadata)
with context.begin_transaction():
    context.run_migrations()
