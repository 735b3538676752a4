"""What it says: reports, clashes, situations, revisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _situations()
    _clashes()
    _reports()
    _memberships()
    _revisions()


def _situations() -> None:
    op.create_table(
        "situations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("situation", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_situations")),
    )


def _clashes() -> None:
    op.create_table(
        "clashes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clash", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("situation_id", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("cell", sa.Integer(), nullable=True),
        sa.Column("first_reported", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_reported", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clashes")),
    )
    op.create_index(op.f("ix_clashes_cell_last_reported"), "clashes", ["cell", "last_reported"], unique=False)
    op.create_index(op.f("ix_clashes_changed_at"), "clashes", ["changed_at"], unique=False)
    op.create_index(op.f("ix_clashes_last_reported"), "clashes", ["last_reported"], unique=False)
    op.create_index(
        op.f("ix_clashes_merged_into"),
        "clashes",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index(op.f("ix_clashes_situation_id"), "clashes", ["situation_id"], unique=False)
    op.create_index(op.f("ix_clashes_state_last_reported"), "clashes", ["state", "last_reported"], unique=False)


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("filed", sa.Text(), nullable=False),
        sa.Column("is_filing", sa.Boolean(), nullable=False),
        sa.Column("filing", postgresql.JSONB(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("coarse", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_reports_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("article_id", "version", "ordinal", name=op.f("uq_reports_article_id_version_ordinal")),
    )
    op.create_index(
        op.f("ix_reports_cell_last_day"),
        "reports",
        ["cell", "last_day"],
        unique=False,
        postgresql_where=sa.text("is_filing"),
    )
    op.create_index(
        op.f("ix_reports_country_last_day"),
        "reports",
        ["country", "last_day"],
        unique=False,
        postgresql_where=sa.text("is_filing AND coarse"),
    )
    op.create_index(
        op.f("ix_reports_last_day"), "reports", ["last_day"], unique=False, postgresql_where=sa.text("is_filing")
    )


def _memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("clash_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["clash_id"], ["clashes.id"], name=op.f("fk_memberships_clash_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_memberships_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_clash_id"), "memberships", ["clash_id"], unique=False)


def _revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("clash_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", postgresql.JSONB(), nullable=False),
        sa.Column("primed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("token", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("hinted_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=True),
        sa.ForeignKeyConstraint(["clash_id"], ["clashes.id"], name=op.f("fk_revisions_clash_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("clash_id", "number", name=op.f("uq_revisions_clash_id_number")),
    )
    op.create_index(
        "ix_revisions_waiting",
        "revisions",
        ["stage", "due_at"],
        unique=False,
        postgresql_where=sa.text("stage IS NOT NULL"),
    )
