"""Alerts that are about no clash: a silence, a rise, the service itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0040"


def upgrade() -> None:
    op.alter_column("alerts", "clash_id", nullable=True)
    op.alter_column("alerts", "revision_id", nullable=True)
    op.create_index(op.f("ix_alerts_rule"), "alerts", ["rule"], postgresql_where=sa.text("clash_id IS NULL"))
