"""Gathering: what quiet hours held is told in one digest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0052"


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("told_in", sa.BigInteger()))
    told = sa.text("told_in IS NOT NULL")
    op.create_index("ix_deliveries_told_in", "deliveries", ["told_in"], postgresql_where=told)
