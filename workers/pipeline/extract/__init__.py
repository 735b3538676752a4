"""A page in, its article out; or the outcome that says why there is none. Never raises, whatever the bytes.

``decoding``  bytes -> text by the web's rules
``meta``      title, times, address, language as the publisher declares them
``walls``     consent, payment and robot walls
``parts``     live blogs and digests -> texts with a time each
``tidy``      the article's own paragraphs, without what the site says around them
``agencies``  the wire agency that the text credits

trafilatura (default mode) finds the body: the best recall without silent truncation of ten extractors measured. It
crashes in threads (adbar/trafilatura#925): call from one thread of a process that has a memory limit and a timer.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from py3langid.langid import classify
from trafilatura import bare_extraction
from trafilatura.settings import Document
from trafilatura.utils import load_html

from workers.pipeline.extract import decoding, meta, walls
from workers.pipeline.extract.agencies import origin
from workers.pipeline.extract.parts import parts
from workers.pipeline.extract.tidy import key, tidy
from workers.pipeline.models import Article, Entry, Outcome, Page
from workers.pipeline.plain import paragraphs

MAX_BYTES = 4_000_000
"""libxml2 silently drops text nodes over 10 MB, and a table page of 2 MB takes six seconds."""
_MOST_TAGS = 150_000
_DEEPEST = 2_000
_SUSPICIOUS_TAGS = 20_000
_TAGS = re.compile(r"<(/?)(?:div|span|p|b|i|em|ul|li|table|tr|td|section|article|font|blockquote)\b[^<>]*>", re.I)
_SHORTEST = 120
_TEASER = 400
_SENTENCE = re.compile(r"[.!?…。؟।]['\"”’»)\]]*\s*$")
_DIALECTS = {
    "arz": "ar",
    "apc": "ar",
    "ary": "ar",
    "acm": "ar",
    "afb": "ar",
    "zsm": "ms",
    "nob": "no",
    "nb": "no",
    "nn": "no",
}


def extract(page: Page, *, entry: Entry | None = None, language: str | None = None) -> Article:
    """The article of ``page``. ``entry`` (the feed's) and ``language`` (the source's) fill in what it lacks.

    Behind a wall, ``text`` is what stands in front of it, or the feed's own text when that is longer; ``reason``
    says which. Dates later than ``page.fetched`` are not believed.
    """
    article = _of_page(page, language or (entry.language if entry else None))
    return _completed(article, entry) if entry else article


def unread(outcome: Outcome, reason: str, entry: Entry | None) -> Article:
    """The article of a page that could not be read at all: the feed's own words, marked as such, if it has any."""
    article = Article(outcome, reason=reason)
    return _completed(article, entry) if entry else article


def warm() -> None:
    """Load models and date patterns, which take two seconds, before the first page is on the clock."""
    classify("warm up")


def _of_page(page: Page, language: str | None) -> Article:
    refusal = _refusal(page)
    if refusal is not None:
        return refusal
    html = decoding.decode(page.body, page.charset)
    if html.count("<") > _SUSPICIOUS_TAGS and _too_complex(html):
        return Article(Outcome.TOO_LARGE, reason="too many or too deeply nested elements")
    try:
        tree = load_html(html)
    except (ValueError, RecursionError):
        tree = None
    if tree is None:
        return Article(Outcome.NOT_ARTICLE, reason="no readable HTML")
    return _of_tree(tree, html, page, language)


def _refusal(page: Page) -> Article | None:
    """What needs no parsing to be known."""
    if len(page.body) > MAX_BYTES:
        return Article(Outcome.TOO_LARGE, reason=f"{len(page.body)} bytes")
    if not page.body.strip():
        return Article(Outcome.EMPTY, reason="no content")
    kind = (page.content_type or "").partition(";")[0].strip().lower()
    if kind and not ("html" in kind or "xml" in kind or kind == "text/plain" or kind == "application/octet-stream"):
        return Article(Outcome.NOT_ARTICLE, reason=f"content type {kind}")
    if decoding.is_binary(page.body):
        return Article(Outcome.NOT_ARTICLE, reason="binary content")
    return None


def _of_tree(tree: Any, html: str, page: Page, language: str | None) -> Article:
    head = meta.read(tree, page.final_url, page.fetched)
    wall = walls.before_text(html, page.final_url, head)
    if wall is not None:
        return Article(wall[0], title=head.title, canonical_url=head.canonical, reason=wall[1])
    raw, text = _body(tree, head)
    outcome, reason = walls.after_text(text, html, head) or _judged(text, head)
    shown = "" if outcome in (Outcome.CONSENT_WALL, Outcome.BOT_WALL) else text
    found = parts(tree, head.live, raw, head.published) if outcome is Outcome.ARTICLE else ()
    told = "\n".join(filter(None, (line for part in found for line in (part.title, part.text))))
    return Article(
        outcome,
        title=head.title,
        text=told if len(told) > len(shown) else shown,
        parts=found,
        published=head.published or (meta.found_date(tree, page.fetched) if shown else None),
        modified=head.modified,
        language=_language(shown, head.language, language),
        origin=origin(shown),
        authors=head.authors,
        canonical_url=head.canonical,
        reason=reason,
    )


def _body(tree: Any, head: meta.Head) -> tuple[str, str]:
    """The text as the body finder leaves it, and the article's own paragraphs of it."""
    document = bare_extraction(tree, include_comments=False, url=head.canonical)
    found = document.text or "" if isinstance(document, Document) else ""
    text = tidy(found, head.title, head.authors)
    if len(head.body) > 2 * len(text) and len(head.body) > _SHORTEST:
        text = tidy(paragraphs(head.body, 100_000), head.title, head.authors)
    lead = _standfirst(tree, head.description, text)
    return found, f"{lead}\n{text}" if lead else text


def _standfirst(tree: Any, description: str, text: str) -> str:
    """The paragraph under the headline, which body finders take for a teaser, when the page shows it."""
    start = key(description)[:60]
    if len(start) < 30 or start in key(text[: 4 * len(description)]):
        return ""
    first = description[:12]
    for element in tree.iter("p", "h2", "h3", "div", "span", "strong", "li"):
        if not (element.text or "").lstrip().startswith(first):
            continue
        shown = " ".join("".join(element.itertext()).split())
        if key(shown).startswith(start) and len(shown) < 1500 and key(shown) not in key(text):
            return shown
    return ""


def _judged(text: str, head: meta.Head) -> tuple[Outcome, str]:
    """What a text without a wall is: an article, the beginning of one, a list of links, or nothing."""
    if not text:
        return Outcome.EMPTY, "no text found"
    lines = text.split("\n")
    prose = [line for line in lines if len(line) > 60 or _SENTENCE.search(line)]
    if not head.published and "article" not in head.kind.lower() and len(prose) * 3 < len(lines):
        return Outcome.NOT_ARTICLE, "a list of short lines"
    cut = text.rstrip().endswith(("…", "...", "[…]", "[...]"))
    if len(text) < _TEASER and (cut or (head.description and key(text) in key(head.description))):
        return Outcome.TEASER, "only the beginning is shown"
    if len(text) < _SHORTEST and not (head.published and prose):
        return Outcome.EMPTY, f"only {len(text)} characters"
    return Outcome.ARTICLE, ""


def _language(text: str, declared: str | None, expected: str | None) -> str | None:
    """The text's own language from a hundred letters on; below, what is declared (templates declare ``en`` for all)."""
    fallback = declared or (expected.split("-")[0].lower() if expected else None)
    if len(text) < 60 or (len(text) < 100 and fallback):
        return _DIALECTS.get(fallback or "", fallback)
    guess = str(classify(text[:600])[0])
    return _DIALECTS.get(guess, guess)


def _too_complex(html: str) -> bool:
    if html.count("<") > _MOST_TAGS:
        return True
    depth = deepest = 0
    for match in _TAGS.finditer(html):
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest > _DEEPEST


def _completed(article: Article, entry: Entry) -> Article:
    """Fill from the feed: the title and date, and the text where the page hides it."""
    hidden = article.outcome in (Outcome.CONSENT_WALL, Outcome.BOT_WALL)
    title = entry.title or article.title if hidden else article.title or entry.title
    article = replace(article, title=title, published=_published(article, entry))
    if article.outcome is Outcome.ARTICLE:
        return article
    own = paragraphs(entry.content or "", 50_000) or entry.summary
    own = tidy(own, article.title)
    if len(own) <= len(article.text):
        return article
    return replace(
        article,
        text=own,
        language=_language(own, None, entry.language or article.language),
        origin=origin(own),
        reason=f"{article.reason}; text from the feed",
    )


def _published(article: Article, entry: Entry) -> Any:
    """The page's own time; the feed's where the page names only the day, or none."""
    ours, theirs = article.published, entry.published
    if ours is None or theirs is None:
        return ours or theirs
    vague = (ours.hour, ours.minute, ours.second) == (0, 0, 0)
    return theirs if vague and abs((theirs - ours).total_seconds()) < 2 * 86_400 else ours


__all__ = ["extract", "unread", "warm"]
