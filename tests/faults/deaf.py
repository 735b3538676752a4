"""``clashwatch`` whose worker never asks its broker for a message: what celery#8030 does, on demand."""

from __future__ import annotations

from typing import Any

from kombu.transport import redis

from workers.__main__ import main


def deaf(*_: Any, **__: Any) -> None:
    """In place of the question."""


redis.Channel._brpop_start = deaf

if __name__ == "__main__":
    main()
