"""Rules with a ``for``: since when their conditions hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0071"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "pending",
        sa.Column("clash_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clash_id"], ["clashes.id"], name=op.f("fk_pending_clash_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("clash_id", "rule", name=op.f("pk_pending")),
    )
