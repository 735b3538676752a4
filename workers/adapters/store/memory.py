"""What a feed's polls leave for the next one."""

from __future__ import annotations

from dataclasses import dataclass, field

from workers.pipeline.models import Hub
from workers.pipeline.schedule import History


@dataclass(frozen=True, slots=True)
class Memory:
    """Validators for a conditional request, what the polls taught, and what the document asked for."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    distrusted: bool = False
    """The body changed under the same validators: they are not sent until they change with it."""
    history: History = field(default_factory=History)
    ttl: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    parts: tuple[str, ...] = ()
    """What an index of sitemaps led to and is to be asked before the index is asked again."""
    gap: float | None = None
    """Seconds that usually lie between two entries."""
    seconds: float | None = None
    """What an answer takes, smoothed."""
    hub: Hub | None = None
    """Who pushes what is new, as the latest document or its headers say."""
    hub_by_header: bool = False
    """Headers have the word over the document (WebSub 4)."""
    moved_to: str | None = None
    """Where permanent redirects led; the configured address is asked again when nobody is there any more."""
