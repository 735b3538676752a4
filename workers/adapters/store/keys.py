"""The key that links are signed with: made when first asked for, the same for every process."""

from __future__ import annotations

import secrets

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects.postgresql import insert

from workers.adapters.store.upkeep import keys

_LINKS = "links"


def link_key(engine: Engine) -> bytes:
    """32 random bytes. Two processes that ask at once get the same."""
    mine = insert(keys).values(name=_LINKS, key=secrets.token_bytes(32)).on_conflict_do_nothing()
    with engine.begin() as connection:
        connection.execute(mine)
        return bytes(connection.scalars(select(keys.c.key).where(keys.c.name == _LINKS)).one())


def forget_link_key(engine: Engine) -> None:
    """Every link that was ever sent stops working; the next one asked for is signed anew."""
    with engine.begin() as connection:
        connection.execute(delete(keys).where(keys.c.name == _LINKS))
