"""Alembic migrations, run by ``engine.migrate``."""
