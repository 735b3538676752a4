"""Two versions of an article in, what an editor changed out."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from workers.pipeline.models import Article


def edits(before: Article, after: Article) -> tuple[str, ...]:
    """Paragraphs that went (``-``) and came (``+``), the headline first; empty when both say the same."""
    lines = unified_diff(list(_lines(before)), list(_lines(after)), n=0, lineterm="")
    return tuple(line for line in lines if not line.startswith(("---", "+++", "@@")))


def _lines(article: Article) -> Iterator[str]:
    yield article.title
    yield from (line for line in article.text.splitlines() if line.strip())
