"""Every table, in pipeline order. The database is the only truth (DESIGN.md, "the database holds the work").

A table whose rows are work carries the columns of ``columns.work``; ``works`` lists which stage
claims what. Nouns are JSONB beside the few columns that are looked up or counted.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from workers.adapters.store.columns import NOW, Clean, Moment, Wire, key, metadata, waiting, work
from workers.adapters.store.memory import Memory
from workers.pipeline.cluster import Card, Scene
from workers.pipeline.models import Alert, Article, Clash, Entry, Feed, Filing, Message, Revision, Signature, Situation


def _to(target: str, *, nullable: bool = False, on_delete: str = "CASCADE", **kwargs: Any) -> Column[Any]:
    """A foreign key ``<noun>_id``; indexed by the table where it is looked up."""
    noun = {"feeds": "feed", "entries": "entry", "pages": "page", "articles": "article", "clashes": "clash"}
    name = f"{noun.get(target, target.rstrip('s'))}_id"
    return Column(name, ForeignKey(f"{target}.id", ondelete=on_delete), nullable=nullable, **kwargs)


feeds = Table(
    "feeds",
    metadata,
    key(),
    Column("slug", Text, nullable=False, unique=True),
    Column("feed", Wire(Feed), nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("primed", Boolean, nullable=False, server_default=false()),
    Column("restored", Boolean, nullable=False, server_default=false()),
    # What the next conditional request and the next due time need: validators, body hash, history.
    Column("memory", Wire(Memory), nullable=False, server_default=text("'{}'")),
    Column("outcome", Text),
    Column("answered_at", Moment),
    Column("entry_at", Moment),
    *work(),
)
waiting(feeds)

entries = Table(
    "entries",
    metadata,
    key(),
    _to("feeds"),
    Column("family", Text, nullable=False),
    # Digests, since an index entry may not exceed 2.7 kB and addresses may.
    Column("url_key", Text),
    Column("guid_key", Text),
    Column("fingerprint", Text, nullable=False),
    Column("entry", Wire(Entry), nullable=False),
    Column("primed", Boolean, nullable=False, server_default=false()),
    Column("outcome", Text),
    Column("seen_at", Moment, nullable=False, server_default=NOW),
    *work(),
    UniqueConstraint("family", "url_key"),
    UniqueConstraint("family", "guid_key"),
    Index(None, "feed_id", "seen_at"),
)
waiting(entries)

pages = Table(
    "pages",
    metadata,
    key(),
    Column("kind", Text, nullable=False),
    _to("feeds"),
    _to("entries", nullable=True),
    Column("url", Clean, nullable=False),
    Column("final_url", Clean, nullable=False),
    Column("content_type", Clean),
    Column("charset", Clean),
    Column("fetched", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
    *work(),
    Index(None, "entry_id"),
    Index(None, "fetched"),
)
waiting(pages)

articles = Table(
    "articles",
    metadata,
    key(),
    _to("feeds"),
    _to("entries", unique=True),
    _to("pages", nullable=True, on_delete="SET NULL"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("outcome", Text, nullable=False),
    Column("article", Wire(Article), nullable=False),
    # Canonical; looked up by its digest.
    Column("url", Clean),
    Column("url_key", Text, index=True),
    Column("primed", Boolean, nullable=False, server_default=false()),
    Column("published", Moment, nullable=False),
    Column("copy_of", ForeignKey("articles.id", ondelete="SET NULL")),
    Column("similarity", Float),
    Column("made_at", Moment, nullable=False, server_default=NOW),
    *work(),
    Index(None, "published"),
    Index(None, "made_at"),
    Index(None, "copy_of", postgresql_where=text("copy_of IS NOT NULL")),
    Index(None, "page_id"),
)
waiting(articles)

versions = Table(
    "article_versions",
    metadata,
    _to("articles"),
    Column("version", Integer, nullable=False),
    Column("article", Wire(Article), nullable=False),
    PrimaryKeyConstraint("article_id", "version"),
)

signatures = Table(
    "signatures",
    metadata,
    _to("articles", primary_key=True),
    Column("signature", Wire(Signature), nullable=False),
    # ``dedupe.keys``. An index over arrays, since a row for each of 32 keys cost twice the rest of assignment.
    Column("keys", ARRAY(BigInteger), nullable=False),
    Index(None, "keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Text, primary_key=True),
    _to("articles"),
    Column("version", Integer, nullable=False),
    Column("ordinal", SmallInteger, nullable=False),
    # Every report is kept; those that tell, update or deny an incident are filings and can join a clash.
    Column("filed", Text, nullable=False),
    Column("is_filing", Boolean, nullable=False),
    Column("filing", Wire(Filing), nullable=False),
    # What linking compares of it.
    Column("card", Wire(Card), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    # One-degree square of the place's centre; NULL when no place is told.
    Column("cell", Integer),
    Column("country", Text),
    Column("coarse", Boolean, nullable=False),
    UniqueConstraint("article_id", "version", "ordinal"),
    Index(None, "cell", "last_day", postgresql_where=text("is_filing")),
    Index(None, "country", "last_day", postgresql_where=text("is_filing AND coarse")),
    Index(None, "last_day", postgresql_where=text("is_filing")),
)

situations = Table(
    "situations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("situation", Wire(Situation), nullable=False),
)

clashes = Table(
    "clashes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clash", Wire(Clash), nullable=False),
    # What decides its situation.
    Column("scene", Wire(Scene), nullable=False),
    Column("state", Text, nullable=False),
    Column("situation_id", Text),
    # The clash that this one turned out to be the same as.
    Column("merged_into", Text),
    Column("event_type", Text, nullable=False),
    Column("country", Text),
    Column("cell", Integer),
    Column("first_reported", Moment, nullable=False),
    Column("last_reported", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False, server_default=NOW),
    Index(None, "state", "last_reported"),
    Index(None, "situation_id"),
    Index(None, "cell", "last_reported"),
    Index(None, "last_reported"),
    Index(None, "changed_at"),
    Index(None, "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
)

memberships = Table(
    "memberships",
    metadata,
    Column("report_id", ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True),
    _to("clashes"),
    Index(None, "clash_id"),
)

revisions = Table(
    "revisions",
    metadata,
    key(),
    _to("clashes"),
    Column("number", Integer, nullable=False),
    Column("revision", Wire(Revision), nullable=False),
    Column("primed", Boolean, nullable=False, server_default=false()),
    Column("made_at", Moment, nullable=False, server_default=NOW),
    *work(),
    UniqueConstraint("clash_id", "number"),
)
waiting(revisions)

verdicts = Table(
    "verdicts",
    metadata,
    _to("revisions"),
    Column("rule", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Clean, nullable=False),
    PrimaryKeyConstraint("revision_id", "rule"),
)

alerts = Table(
    "alerts",
    metadata,
    key(),
    Column("key", Text, nullable=False, unique=True),
    Column("rule", Text, nullable=False),
    _to("clashes", nullable=True),
    _to("revisions", nullable=True),
    Column("alert", Wire(Alert), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "rule", postgresql_where=text("clash_id IS NULL")),
    Index(None, "clash_id"),
    Index(None, "revision_id"),
    Index(None, "at"),
)

threads = Table(
    "threads",
    metadata,
    key(),
    Column("receiver", Text, nullable=False),
    Column("group_key", Text, nullable=False),
    Column("last", Integer, nullable=False, server_default=text("0")),
    UniqueConstraint("receiver", "group_key"),
)

deliveries = Table(
    "deliveries",
    metadata,
    key(),
    _to("threads"),
    Column("sequence", Integer, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("message", Wire(Message)),
    Column("sent", JSONB),
    Column("held_until", Moment),
    Column("held_for", Text),
    # The digest that tells it instead: see ``quiet``.
    Column("told_in", BigInteger),
    Column("made_at", Moment, nullable=False, server_default=NOW),
    Column("sent_at", Moment),
    *work(),
    UniqueConstraint("thread_id", "sequence"),
    Index(None, "sent_at"),
    Index(None, "told_in", postgresql_where=text("told_in IS NOT NULL")),
)
waiting(deliveries)

delivery_alerts = Table(
    "delivery_alerts",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
    _to("alerts"),
    _to("threads"),
    PrimaryKeyConstraint("delivery_id", "alert_id"),
    UniqueConstraint("thread_id", "alert_id"),
    Index(None, "alert_id"),
)
