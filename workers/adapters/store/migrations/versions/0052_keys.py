"""Identity: the keys by which copies are found lie with the signature, in one array. Older signatures are of another
scheme and were never comparable with new ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    op.drop_table("bands")
    op.execute("DELETE FROM signatures")
    op.add_column("signatures", sa.Column("keys", postgresql.ARRAY(sa.BigInteger()), nullable=False))
    name, how = op.f("ix_signatures_keys"), {"fastupdate": "off"}
    op.create_index(name, "signatures", ["keys"], postgresql_using="gin", postgresql_with=how)
