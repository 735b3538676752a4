"""The canary: a made-up fight goes through every stage in a real worker. While it sings, a real one is told.

In: what the worker knows. Out: the title of the message that its fight becomes; ``SilentError`` says at which stage it
was lost. It touches no row: what the store, the broker and the workers do is shown by the signs of life around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn, TypeVar

from workers.pipeline import cluster, detect, extract, feed, message, regions, route, rules
from workers.pipeline.models import (
    Alert,
    Area,
    Article,
    Clash,
    Delivery,
    Document,
    Filing,
    Page,
    Route,
    Rule,
)
from workers.pipeline.models.knowledge import Knowledge

T = TypeVar("T")

_URL = "https://canary.invalid/fight"
_TITLE = "Fighters and soldiers clash near Goma"
_TEXT = (
    "M23 rebels and the Congolese army exchanged heavy fire near Goma on {day}. Three soldiers were killed in the "
    "fighting, an army spokesman said. Residents of the city heard artillery until the evening, and the rebels said "
    "that they had held their positions on the road to the north."
)
_FEED = """<rss version="2.0"><channel><title>Canary</title><link>{url}</link><description>x</description>
<item><title>{title}</title><link>{url}</link><guid>{url}</guid><pubDate>{date}</pubDate></item></channel></rss>"""
_PAGE = (
    "<html lang='en'><head><title>{title}</title></head>"
    "<body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
)
_WATCH = rules.Watch(
    [Rule("canary", "Canary", ("canary",))],
    regions.build({"canary": Area("canary", circles=((-1.67, 29.23, 150.0),))}),
)
_TREE = Route("canary")


class SilentError(Exception):
    """The made-up fight was lost; the text says where."""


def sing(knowledge: Knowledge, now: datetime) -> str:
    """The title under which the fight would be told. Raises ``SilentError``, or whatever a stage trips over."""
    article = _read(now)
    filings = _code(article, knowledge, now)
    revision = _found("cluster", cluster.cluster(filings, (), now).revisions)
    alert = _found("rules", rules.evaluate(revision, _WATCH, rules.Known(), now).alerts)
    return _say(alert, revision.clash, filings, now)


def _read(now: datetime) -> Article:
    date = f"{now:%a, %d %b %Y %H:%M:%S +0000}"
    document = feed.parse(_FEED.format(url=_URL, title=_TITLE, date=date).encode(), now=now)
    entry = _found("feed", document.entries)
    html = _PAGE.format(title=_TITLE, text=_TEXT.format(day=f"{now:%A}")).encode()
    article = extract.extract(Page(_URL, _URL, html, "text/html", "utf-8", now), entry=entry, language="en")
    return article if "Goma" in article.text else _lost("extract")


def _code(article: Article, knowledge: Knowledge, now: datetime) -> list[Filing]:
    document = Document("canary", article.text, title=article.title, published=now, language="en", source="canary")
    coding = detect.detect(document, knowledge)
    report = _found("detect", [one for one in coding.reports if one.alertable])
    return [Filing("canary/0", "canary", now, report, "canary", "canary", language="en", title=article.title)]


def _say(alert: Alert, clash: Clash, filings: list[Filing], now: datetime) -> str:
    target = _found("route", route.route(alert, _TREE, (), now))
    delivery = Delivery("canary", target.receiver, target.group_key, 1, (alert.key,))
    return message.render(delivery, message.Story(clash, (alert,), tuple(filings))).title


def _found(stage: str, found: Sequence[T]) -> T:
    return found[0] if found else _lost(stage)


def _lost(stage: str) -> NoReturn:
    raise SilentError(f"the canary was lost in {stage}")
