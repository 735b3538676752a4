"""The schema that migrations build is the schema that the code uses."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from workers.adapters.store.engine import migrate
from workers.adapters.store.upkeep import quarantine


def test_migrations_and_models_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), quarantine.metadata) == []


def test_migrating_again_changes_nothing(database: str) -> None:
    migrate(database)
