"""A delivery in, what people read out: what, where, when, who, how many according to whom, and why they are told.

Rendering is separate from sending: the same ``Message`` goes to every kind of channel, which dresses and
escapes it. Claims stand side by side with those who make them; nothing here decides who is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from workers.pipeline.message import facts
from workers.pipeline.message.acts import actions, by_hand
from workers.pipeline.message.changes import changes, last_told
from workers.pipeline.message.claims import WITHOUT_NUMBER, claims
from workers.pipeline.message.digest import bundle, part
from workers.pipeline.message.facts import Style, headline, inert, tidy, where
from workers.pipeline.message.notice import notice
from workers.pipeline.message.template import dressed
from workers.pipeline.models import Ack, Alert, AlertKind, Clash, Delivery, Filing, Message, Silence
from workers.pipeline.retold import retold
from workers.pipeline.wire import encode

__all__ = [
    "Story", "Style", "about", "headline", "inert", "part", "render", "summary", "superfluous", "tidy", "trial", "where"
]  # fmt: skip

_SEVERITIES = ("info", "warning", "critical")
_WEIGHT = (
    AlertKind.REMINDER,
    AlertKind.NEW,
    AlertKind.RESOLUTION,
    AlertKind.UPDATE,
    AlertKind.ESCALATION,
    AlertKind.CORRECTION,
    AlertKind.RETRACTION,
)
_ANYHOW = frozenset({AlertKind.NEW, AlertKind.REMINDER, AlertKind.RETRACTION, AlertKind.RESOLUTION})
_MOST_CLAIMS, _MOST_QUOTES, _MOST_LINKS = 12, 6, 10


@dataclass(frozen=True, slots=True)
class Story:
    """What a message is made from.

    ``earlier`` is the thread's last message, ``None`` if this is its first; ``others`` are further clashes that
    the delivery tells of, where a route's grouping or quiet hours brought them together. ``ack`` says who is on it,
    ``muted`` who wants to hear no more of it.
    """

    clash: Clash
    alerts: tuple[Alert, ...]
    filings: tuple[Filing, ...] = ()
    earlier: Message | None = None
    others: tuple[Story, ...] = ()
    ack: Ack | None = None
    muted: Silence | None = None


def render(
    delivery: Delivery,
    story: Story | None,
    style: Style = Style(),  # noqa: B008 - frozen
    notices: Sequence[Alert] = (),
) -> Message:
    """The message of a delivery; ``notices`` are its alerts about no clash. Raises ``ValueError`` without an alert."""
    if not (notices or (story and story.alerts)):
        raise ValueError(f"delivery {delivery.key} carries no alert")
    told = [notice(delivery, alert, style) for alert in notices]
    told += [_one(delivery, each, style) for each in (*story.others, story)] if story else []
    if not told[1:]:
        return dressed(told[0], style.template)
    bundled = bundle(delivery, told, style, lambda message: _severity(message.severity))
    whole = replace(bundled, actions=actions(delivery, "", _fired(story), style)) if story else bundled
    return dressed(whole, replace(style.template, lines=()) if style.template else None)


def _one(delivery: Delivery, story: Story, style: Style) -> Message:
    kind = _kind(story)
    told = Message(
        key=delivery.key,
        thread=f"{delivery.receiver}:{delivery.group_key}",
        sequence=delivery.sequence,
        kind=kind,
        severity=max((alert.severity for alert in story.alerts), key=_severity),
        title=style.words(f"kind.{kind}") + headline(story.clash, style),
        summary=summary(story.clash, style),
        lines=tuple((style.words(name), value) for name, value in _lines(story, style) if value),
        quotes=_quotes(story),
        links=_links(story, style),
        changes=changes(story.clash, story.filings, story.earlier, style),
        actions=actions(delivery, story.clash.id, _fired(story), style),
        payload=_payload(story),
    )
    return _inert(told)


def _payload(story: Story) -> dict[str, Any]:
    """``claims``: those that are other ones now than when these readers were last told of the clash."""
    told: dict[str, Any] = {"alerts": [encode(alert) for alert in story.alerts], "clash": encode(story.clash)}
    if before := last_told(story.clash, story.earlier):
        told["claims"] = [encode(one) for one in retold(before.ledger, story.clash.ledger)]
    return told | ({"acknowledged": encode(story.ack)} if story.ack else {})


def _inert(told: Message) -> Message:
    """Every text of which others wrote a part, so that none of the channels need think of it. Links are links."""
    return replace(
        told,
        title=inert(told.title),
        summary=inert(told.summary),
        lines=tuple((label, inert(value)) for label, value in told.lines),
        quotes=tuple((language, inert(quote)) for language, quote in told.quotes),
        changes=tuple(inert(change) for change in told.changes),
    )


def trial(receiver: str, style: Style) -> Message:
    """What ``clashwatch receivers test`` sends."""
    text = style.words("test", name=receiver)
    return Message(
        key=f"test:{receiver}",
        thread=f"{receiver}:test",
        sequence=1,
        kind=AlertKind.NEW,
        severity="info",
        title=style.words("test.title"),
        summary=text,
        lines=(),
        quotes=(),
        links=(),
        changes=(),
        payload={"test": True},
    )


def superfluous(message: Message, earlier: Message | None) -> bool:
    """Whether its readers know all of it: what changed had happened when the thread's last message was written.

    What a rule tells for the first time is never superfluous, nor that something is over: it ends what was begun.
    """
    follows = all(alert["kind"] not in _ANYHOW for alert in message.payload.get("alerts", ()))
    return follows and about(message) is not None and about(message) == about(earlier) and not message.changes


def about(message: Message | None) -> str | None:
    """The id of the clash that a message is about."""
    clash = message.payload.get("clash") if message else None
    return str(clash["id"]) if clash else None


def _severity(name: str) -> int:
    return _SEVERITIES.index(name) if name in _SEVERITIES else 0


def _kind(story: Story) -> AlertKind:
    """The gravest of the alerts' kinds, as its readers see it.

    What is new to one rule is an update to who was told by another; what developed while it was held is new.
    """
    kinds = {alert.kind for alert in story.alerts}
    known = about(story.earlier) == story.clash.id
    unheard = {AlertKind.UPDATE, AlertKind.ESCALATION} if AlertKind.NEW in kinds and not known else set()
    kind = max(kinds - unheard, key=_WEIGHT.index)
    return AlertKind.UPDATE if kind is AlertKind.NEW and known else kind


def _fired(story: Story) -> datetime:
    return max(alert.at for alert in story.alerts)


def summary(clash: Clash, style: Style) -> str:
    """Who, when, how many and how sure, in a few sentences."""
    known = (
        facts.sides(clash, style),
        facts.when(clash, style) if clash.start else "",
        f"{style.words('killed')}: {facts.count(clash.killed, style)}" if clash.killed else "",
        style.words(f"status.{clash.status}"),
    )
    return ". ".join(part[0].upper() + part[1:] for part in known if part) + "."


def _lines(story: Story, style: Style) -> Iterator[tuple[str, str]]:
    clash = story.clash
    yield "what", style.words.type(clash.sub_event_type)
    yield "where", facts.where(clash.place, style)
    yield "when", facts.when(clash, style)
    yield "reported", facts.reported(clash, style)
    yield "sides", facts.sides(clash, style)
    yield "killed", facts.count(clash.killed, style) if clash.killed else ""
    yield "injured", facts.count(clash.injured, style) if clash.injured else ""
    yield "weapons", ", ".join(tidy(weapon, 40) for weapon in clash.weapons)
    yield "status", style.words(f"status.{clash.status}")
    said = claims(clash, story.filings, style)
    for claim in said[:_MOST_CLAIMS]:
        yield "claims", claim
    if len(said) > _MOST_CLAIMS:
        yield "claims", style.words("more", count=len(said) - _MOST_CLAIMS)
    yield "sources", _sources(clash, style)
    for reason in dict.fromkeys(_why(alert, style) for alert in story.alerts):
        yield "why", reason
    if story.ack:
        yield "acknowledged", _until(story.ack.author, story.ack.until, story.ack.note, style)
    if story.muted:
        yield "muted", _until(story.muted.author, story.muted.ends, story.muted.comment, style)
    if not (style.front.url and style.front.key):
        yield "answer", by_hand(clash.id)


def _until(who: str, end: datetime, note: str, style: Style) -> str:
    until = style.words("until", who=tidy(who, 60), until=facts.clock(end, style))
    return f"{until}: {tidy(note, 160)}" if note else until


def _sources(clash: Clash, style: Style) -> str:
    names = ", ".join(tidy(name, 40) for name in clash.origins)
    origins = style.words("origins", count=len(clash.origins), names=names) if names else style.words("no_origins")
    read = len(clash.articles)
    return f"{origins}; {style.words('article') if read == 1 else style.words('articles', count=read)}"


def _why(alert: Alert, style: Style) -> str:
    rule = style.words("rule", name=alert.annotations.get("rule_name", alert.rule), rule=alert.rule)
    region = alert.annotations.get("region_title", alert.labels.get("region", ""))
    fit = alert.annotations.get("fit")
    return f"{rule}: {style.words(f'rule.{fit}', region=region)}" if fit else rule


def _quotes(story: Story) -> tuple[tuple[str, str], ...]:
    """Words of the reports themselves: first what the claims rest on, then other evidence; each once."""
    languages = {filing.article: filing.language or "und" for filing in story.filings}
    numbers = [entry for entry in story.clash.ledger if entry.claim.about not in WITHOUT_NUMBER]
    claimed = [(languages.get(entry.article, "und"), entry.quote) for entry in numbers]
    evidence = [(filing.language or "und", quote) for filing in _in_order(story.filings) for quote in filing.quotes]
    quotes = dict.fromkeys((language, tidy(quote, 240)) for language, quote in (*claimed, *evidence) if quote.strip())
    shown = {tidy(entry.quote, 240) for entry in story.clash.ledger if entry not in numbers}
    return tuple((language, quote) for language, quote in quotes if quote not in shown)[:_MOST_QUOTES]


def _links(story: Story, style: Style) -> tuple[tuple[str, str], ...]:
    links = {filing.url: facts.outlet(filing) for filing in _in_order(story.filings) if _is_web(filing.url)}
    front = style.front.url
    own = [("Clashwatch", f"{front.rstrip('/')}/clashes/{story.clash.id}")] if front else []
    return (*own, *((name, str(url)) for url, name in list(links.items())[:_MOST_LINKS]))


def _is_web(url: str | None) -> bool:
    return url is not None and url.startswith(("http://", "https://")) and not any(c.isspace() for c in url)


def _in_order(filings: Sequence[Filing]) -> list[Filing]:
    return sorted(filings, key=lambda filing: (filing.published, filing.id))
