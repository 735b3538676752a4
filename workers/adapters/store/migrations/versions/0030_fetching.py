"""Fetching: what each feed brought each day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "yields",
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_yields_feed_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", "day", "outcome", name=op.f("pk_yields")),
    )
