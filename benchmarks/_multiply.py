"""A store with some articles in, one with many times as many out: the same news, again and again, further back."""

from __future__ import annotations

from sqlalchemy import Engine, text

FAR = 100_000_000
"""Ids of the copies lie beyond this: those of the articles that are still to come stay free."""

_KEYS = "DROP INDEX ix_signatures_keys"
_INDEX = "CREATE INDEX ix_signatures_keys ON signatures USING gin (keys) WITH (fastupdate = off)"
_BLOCK = "generate_series({first}, {last}) AS block"
_STEPS = (
    """INSERT INTO entries (id, feed_id, family, fingerprint, entry) OVERRIDING SYSTEM VALUE
       SELECT {far} * block + id, feed_id, family, '', entry FROM entries, {blocks} WHERE id < {far}""",
    """INSERT INTO articles (id, feed_id, entry_id, outcome, article, published, hinted_at) OVERRIDING SYSTEM VALUE
       SELECT {far} * block + id, feed_id, {far} * block + entry_id, outcome, article, published - block * {ago}, NULL
       FROM articles, {blocks} WHERE id < {far}""",
    """INSERT INTO signatures (article_id, signature, keys)
       SELECT {far} * block + article_id, signature,
              (SELECT array_agg(one # (block * 7777777777777)) FROM unnest(keys) AS one)
       FROM signatures, {blocks} WHERE article_id < {far}""",
    """INSERT INTO reports (id, article_id, version, ordinal, filed, is_filing, filing, card, first_day, last_day, cell,
                            country, coarse)
       SELECT block || '/' || id, {far} * block + article_id, version, ordinal, filed, is_filing, filing, card,
              first_day - block * {days}, last_day - block * {days}, cell, country, coarse
       FROM reports, {blocks} WHERE article_id < {far}""",
    """INSERT INTO clashes (id, clash, scene, state, situation_id, event_type, country, cell, first_reported,
                            last_reported)
       SELECT block || '/' || id, clash, scene, 'closed', block || '/' || situation_id, event_type, country, cell,
              first_reported - block * {ago}, last_reported - block * {ago}
       FROM clashes, {blocks} WHERE id LIKE 'c-%' AND merged_into IS NULL""",
    """INSERT INTO memberships (report_id, clash_id)
       SELECT block || '/' || report_id, block || '/' || clash_id
       FROM memberships, {blocks} WHERE clash_id LIKE 'c-%'""",
)


def multiply(engine: Engine, stored: int, wanted: int, days: int) -> int:
    """Store the articles of the stream again until there are ``wanted``; how many there are then."""
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        own = connection.scalar(text(f"SELECT count(*) FROM articles WHERE id < {FAR}")) or 1
        first = (connection.scalar(text(f"SELECT max(id) / {FAR} FROM articles")) or 0) + 1
        last = wanted // own - 1
        if last >= first:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("SET maintenance_work_mem = '1GB'"))
            connection.execute(text(_KEYS))
            for step in _STEPS:
                blocks = _BLOCK.format(first=first, last=last)
                ago = f"interval '{days} days'"
                connection.execute(text(step.format(far=f"CAST({FAR} AS bigint)", blocks=blocks, days=days, ago=ago)))
            connection.execute(text(_INDEX))
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))
        return int(connection.scalar(text("SELECT count(*) FROM articles")) or stored)
