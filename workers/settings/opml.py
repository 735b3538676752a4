"""An OPML subscription list in, feeds out; categories become nothing, our own attributes are kept.

``slug``, ``family``, ``language`` and ``country`` are read where an outline carries them, as ``clashwatch
feeds export`` writes them; other programs' lists get slugs from their titles.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from unicodedata import normalize
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import parse

from workers.settings.problems import Problem

_KEPT = ("family", "language", "country")


def feeds_of(path: Path, blame: Problem, problems: list[Problem]) -> list[dict[str, Any]]:
    """One raw feed per outline with an ``xmlUrl``, in file order; a fault is added to ``problems``."""
    try:
        outlines = [outline for outline in parse(path).iter("outline") if outline.get("xmlUrl")]
    except (ParseError, OSError, ValueError) as error:
        problems.append(Problem(blame.where, blame.key, f"cannot read {path}: {error}"))
        return []
    taken: set[str] = set()
    return [_feed(outline, taken) for outline in outlines]


def _feed(outline: Element, taken: set[str]) -> dict[str, Any]:
    url, title = str(outline.get("xmlUrl")).strip(), (outline.get("title") or outline.get("text") or "").strip()
    slug = wanted = outline.get("slug") or slugify(title) or slugify(url.partition("://")[2])
    number = 1
    while slug in taken:
        number += 1
        slug = f"{wanted[:58]}-{number}"
    taken.add(slug)
    kept = {name: outline.get(name) for name in _KEPT if outline.get(name)}
    return {"slug": slug, "url": url, "title": title or None, **kept}


def slugify(text: str) -> str:
    """``Le Monde – Afrique`` -> ``le-monde-afrique``; empty when no letter or digit can be written in ASCII."""
    ascii_ = normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_).strip("-")[:60]
