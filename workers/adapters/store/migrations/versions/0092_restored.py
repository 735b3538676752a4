"""Restoring: a feed whose next document may list what was told after the backup was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0092"
down_revision = "0091"


def upgrade() -> None:
    op.add_column("feeds", sa.Column("restored", sa.Boolean(), server_default=sa.false(), nullable=False))
