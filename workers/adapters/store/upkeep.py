"""The tables beside the pipeline: what was given up and counted, what feeds brought, who lives, what people said."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from workers.adapters.store.columns import NOW, Clean, Moment, key, metadata, waiting, work
from workers.adapters.store.schema import clashes, feeds, reports

quarantine = Table(
    "quarantine",
    metadata,
    key(),
    Column("stage", Text, nullable=False),
    Column("row_id", BigInteger, nullable=False),
    Column("error", Clean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", Moment, nullable=False, server_default=NOW),
    UniqueConstraint("stage", "row_id"),
    Index(None, "at"),
)
"""Work given up, and why. The row itself keeps its place with ``stage`` NULL."""

pushes = Table(
    "pushes",
    metadata,
    key(),
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    # The callback's last part, which only the hub is told, and what it signs with.
    Column("path", Text, nullable=False, unique=True),
    Column("secret", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="wanted"),
    Column("expires_at", Moment),
    *work(),
)
waiting(pushes)
"""What hubs were asked to push."""

tallies = Table(
    "tallies",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("stage", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("subject", Text, nullable=False, server_default=""),
    Column("bucket", SmallInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
)
"""Appended to in each stage's own commit: never updated, so no two workers wait for each other."""

totals = Table(
    "tally_totals",
    metadata,
    Column("stage", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("subject", Text, nullable=False, server_default=""),
    Column("bucket", SmallInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    PrimaryKeyConstraint("stage", "outcome", "subject", "bucket"),
)
"""Compacted tallies. Counts here only rise, whatever retention removes elsewhere."""

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("role", Text, nullable=False),
    Column("instance", Text, nullable=False),
    Column("at", Moment, nullable=False, server_default=NOW),
    Column("about", JSONB),
    PrimaryKeyConstraint("role", "instance"),
)

yields = Table(
    "yields",
    metadata,
    Column("feed_id", ForeignKey(feeds.c.id, ondelete="CASCADE"), nullable=False),
    Column("day", Date, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("feed_id", "day", "outcome"),
)
"""What each feed brought each day: new entries, and articles by outcome."""

silences = Table(
    "silences",
    metadata,
    key(),
    Column("matchers", ARRAY(Text), nullable=False),
    Column("author", Clean, nullable=False),
    Column("comment", Clean, nullable=False),
    Column("starts", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Column("made_at", Moment, nullable=False, server_default=NOW),
    Column("regions", ARRAY(Text), nullable=False, server_default="{}"),
    Index(None, "ends"),
)

pending = Table(
    "pending",
    metadata,
    Column("clash_id", ForeignKey(clashes.c.id, ondelete="CASCADE"), nullable=False),
    Column("rule", Text, nullable=False),
    Column("since", Moment, nullable=False),
    PrimaryKeyConstraint("clash_id", "rule"),
)
"""Since when the conditions of rules with a ``for`` hold that have not told the clash."""

acks = Table(
    "acks",
    metadata,
    key(),
    Column("subject", Text, nullable=False),
    Column("author", Clean, nullable=False),
    Column("note", Clean, nullable=False),
    Column("at", Moment, nullable=False, server_default=NOW),
    Column("until", Moment, nullable=False),
    Index(None, "subject"),
)
"""Who is on it, until when. ``subject`` is a clash's id, or what else an alert is about."""

reviews = Table(
    "reviews",
    metadata,
    key(),
    Column("clash_id", Text, nullable=False),
    Column("rule", Text),
    Column("judgement", Text, nullable=False),
    Column("author", Clean, nullable=False),
    Column("note", Clean, nullable=False),
    Column("at", Moment, nullable=False, server_default=NOW),
    Index(None, "clash_id"),
)

tokens = Table(
    "tokens",
    metadata,
    key(),
    Column("name", Clean, nullable=False),
    # Of 256 random bits, so a plain fast hash is enough; the token itself is shown once and kept nowhere.
    Column("hash", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("made_at", Moment, nullable=False, server_default=NOW),
    Column("expires", Moment),
    Column("revoked_at", Moment),
    Column("used_at", Moment),
)
"""Who may steer through the API."""

circuits = Table(
    "circuits",
    metadata,
    Column("receiver", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("open_until", Moment, nullable=False),
    Column("error", Clean, nullable=False),
    Column("since", Moment, nullable=False, server_default=NOW),
)
"""Receivers in trouble: how often in a row they failed, and until when nothing is sent to them."""

budgets = Table(
    "budgets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("day", Date, nullable=False),
    Column("spent", Integer, nullable=False),
)
"""What is spent of a budget on the latest day that anything was."""

keys = Table(
    "keys",
    metadata,
    Column("name", Text, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("made_at", Moment, nullable=False, server_default=NOW),
)
"""What links are signed with. It lies here and not in the configuration: every role that needs it reads the store."""

departures = Table(
    "departures",
    metadata,
    Column("receiver", Text, primary_key=True),
    Column("at", Moment, nullable=False, server_default=NOW),
)
"""Receivers whose reader unsubscribed."""

decisions = Table(
    "decisions",
    metadata,
    key(),
    Column("what", Text, nullable=False),
    Column("subject", ARRAY(Text), nullable=False),
    Column("author", Clean, nullable=False),
    Column("note", Clean, nullable=False),
    Column("at", Moment, nullable=False, server_default=NOW),
)
"""Clashes that an operator merged or split."""

pins = Table(
    "pins",
    metadata,
    key(),
    Column("decision_id", ForeignKey(decisions.c.id, ondelete="CASCADE"), nullable=False),
    Column("one", ForeignKey(reports.c.id, ondelete="CASCADE"), nullable=False),
    Column("other", ForeignKey(reports.c.id, ondelete="CASCADE"), nullable=False),
    Column("together", Boolean, nullable=False),
    Index(None, "one"),
    Index(None, "other"),
    Index(None, "decision_id"),
)
"""What decisions say about pairs of reports: always one incident, or never."""
