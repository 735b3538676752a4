"""``feeds.yml`` in, the same file with more feeds out: comments, order and spelling of the rest stay."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq


def append(path: Path, feeds: Sequence[Mapping[str, Any]]) -> int:
    """Add those whose address is not listed yet; how many were. The file is replaced in one step."""
    yaml = YAML(typ="rt")
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    root = (yaml.load(path.read_text(encoding="utf-8")) if path.exists() else None) or CommentedMap()
    listed = root.get("feeds") or []
    new = _new(feeds, listed)
    if not new:
        return 0
    block = CommentedSeq([*listed, *new])
    if isinstance(listed, CommentedSeq) and listed:
        listed.extend(new)
        block = listed
    block.fa.set_block_style()
    root["feeds"] = block
    text = StringIO()
    yaml.dump(root, text)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text.getvalue(), encoding="utf-8")
    os.replace(fresh, path)
    return len(new)


def _new(feeds: Sequence[Mapping[str, Any]], listed: Sequence[Mapping[str, Any]]) -> list[CommentedMap]:
    """Without the addresses that are known, under slugs that are not taken."""
    urls = {feed.get("url") for feed in listed}
    slugs = {feed.get("slug") for feed in listed}
    new = []
    for feed in feeds:
        if feed["url"] in urls:
            continue
        slug, number = feed["slug"], 1
        while slug in slugs:
            number += 1
            slug = f"{feed['slug'][:58]}-{number}"
        urls.add(feed["url"])
        slugs.add(slug)
        new.append(CommentedMap({"slug": slug, **{k: v for k, v in feed.items() if k != "slug" and v is not None}}))
    return new
