"""A live blog or a digest in, its dated parts out: what happened "this morning" means another day in each.

Three ways in which newsrooms mark parts, the surest first: schema.org's ``liveBlogUpdate``; blocks of equal rank that
each carry one ``<time>``; and lines of text that are nothing but a date or a time. An article that is one text has
no parts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from workers.pipeline.dates import moment
from workers.pipeline.extract.tidy import key, tidy
from workers.pipeline.models import Part
from workers.pipeline.plain import line, paragraphs

_FEWEST = 3
_MOST = 200
_SHORTEST = 60
_HEADING = 48
_TIME = re.compile(r"^\W*(\d{1,2})\s*[:.h]\s*(\d{2})(?::\d{2})?\s*(?:uhr|uur|h|u|hrs?|gmt|utc|cet|cest)?\W*$", re.I)
_BLOCKS = frozenset({"article", "div", "section", "li"})
_ELSEWHERE = frozenset({"aside", "nav", "footer", "header", "form"})
_LATE = timedelta(hours=1)


def parts(tree: Any, stories: Iterable[dict[str, Any]], text: str, published: datetime | None) -> tuple[Part, ...]:
    """``stories`` are the page's JSON-LD objects, ``text`` is the body as found, a paragraph per line.

    Newest or oldest first, as the page has them; empty when the page is one text.
    """
    for found in (_declared(stories), _blocks(tree, text), _headed(text.split("\n"), published)):
        dated = [part for part in found if part.published and len(part.text) >= _SHORTEST]
        if len(dated) >= _FEWEST and len({part.published for part in dated}) >= _FEWEST:
            return tuple(dated[:_MOST])
    return ()


def _declared(stories: Iterable[dict[str, Any]]) -> list[Part]:
    updates = [one for story in stories for one in _list(story.get("liveBlogUpdate")) if isinstance(one, dict)]
    return [_update(one) for one in updates[: 2 * _MOST]]


def _update(one: dict[str, Any]) -> Part:
    body, title = one.get("articleBody"), one.get("headline")
    written = one.get("datePublished") or one.get("dateModified")
    return Part(
        title=line(title) if isinstance(title, str) else "",
        text=tidy(paragraphs(body, 20_000), "") if isinstance(body, str) else "",
        published=moment(written) if isinstance(written, str) else None,
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _blocks(tree: Any, text: str) -> list[Part]:
    """Sibling blocks with a ``<time>`` each, when the body consists of them; lists of other articles do not count."""
    owners: Counter[Any] = Counter()
    of_time: dict[Any, Any] = {}
    for element in tree.iter("time"):
        block = _block(element)
        if block is not None:
            owners[block.getparent()] += 1
            of_time.setdefault(block, element)
    if not owners:
        return []
    parent, count = owners.most_common(1)[0]
    if count < _FEWEST:
        return []
    found = [_of_block(block, time) for block, time in of_time.items() if block.getparent() is parent]
    said = key(text)
    inside = sum(len(part.text) for part in found if key(part.text.split("\n")[0]) in said)
    return found if inside * 2 > len(text) else []


def _block(element: Any) -> Any:
    """The largest block around a ``<time>`` that holds no other one."""
    block = None
    for parent in element.iterancestors():
        if parent.tag in _ELSEWHERE:
            return None
        if len(parent.findall(".//time")) > 1:
            return block
        if parent.tag in _BLOCKS:
            block = parent
    return None


def _of_block(block: Any, time: Any) -> Part:
    heading = next((element for element in block.iter("h2", "h3", "h4")), None)
    title = line("".join(heading.itertext())) if heading is not None else ""
    body = [" ".join("".join(element.itertext()).split()) for element in block.iter("p", "li", "blockquote")]
    written = time.get("datetime") or "".join(time.itertext())
    return Part(title=title, text=tidy("\n".join(filter(None, body)), title), published=moment(written))


def _headed(lines: Sequence[str], published: datetime | None) -> Iterator[Part]:
    """Parts under lines that are nothing but a date or a time; a time alone belongs to the date above it."""
    day, when, body = published, None, list[str]()
    for text in [*lines, ""]:
        found = _heading(text, day, published) if 0 < len(text) <= _HEADING else None
        if found is None and text:
            body.append(text)
            continue
        if when is not None and body:
            yield Part(title="", text=tidy("\n".join(body), ""), published=when)
        if found is not None:
            when, day = found, found
        body = []


def _heading(text: str, day: datetime | None, latest: datetime | None) -> datetime | None:
    clock = _TIME.match(text)
    if clock is None:
        return moment(text)
    if day is None or not (int(clock[1]) < 24 and int(clock[2]) < 60):
        return None
    found = day.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
    return found - timedelta(days=1) if latest and found > latest + _LATE else found
