"""Why a message waits, and which receivers are in trouble."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0030"

_MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("held_for", sa.Text(), nullable=True))
    op.execute("UPDATE deliveries SET held_for = 'quiet_hours' WHERE held_until IS NOT NULL")
    op.create_table(
        "circuits",
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", _MOMENT, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("since", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("receiver", name=op.f("pk_circuits")),
    )
