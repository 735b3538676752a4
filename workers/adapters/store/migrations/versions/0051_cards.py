"""Identity: what linking compares of a filing, and what decides a clash's situation, beside the whole of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from workers.pipeline import wire
from workers.pipeline.cluster import card, scene
from workers.pipeline.models import Clash, Filing

revision = "0051"
down_revision = "0092"


def upgrade() -> None:
    _derive("reports", "filing", "card", lambda value: card(wire.decode(Filing, value)))
    _derive("clashes", "clash", "scene", lambda value: scene(wire.decode(Clash, value)))


def _derive(table: str, whole: str, part: str, of: Callable[[Any], object]) -> None:
    op.add_column(table, sa.Column(part, postgresql.JSONB(), nullable=True))
    connection, known = op.get_bind(), sa.table(table, sa.column("id"), *map(sa.column, (whole,)))
    known.append_column(sa.column(part, postgresql.JSONB()))
    missing = sa.select(known.c.id, known.c[whole]).where(known.c[part].is_(None)).limit(1000)
    while rows := connection.execute(missing).all():
        found = [{"key": row[0], "part": wire.encode(of(row[1]))} for row in rows]
        connection.execute(
            sa.update(known).where(known.c.id == sa.bindparam("key")).values({part: sa.bindparam("part")}), found
        )
    op.alter_column(table, part, nullable=False)
