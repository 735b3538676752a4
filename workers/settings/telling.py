"""``receivers.yml``: whom to tell, and by which branch of the routing tree.

The kinds of receivers and their options are in ``receivers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from workers.pipeline.matchers import BadMatcherError, parse_matcher
from workers.pipeline.models import Escalation, Inhibition, Route, Stretch
from workers.settings.receivers import ReceiverEntry
from workers.settings.shapes import Duration, Strict
from workers.settings.times import DigestEntry, IntervalEntry


def _matcher(text: str) -> str:
    try:
        parse_matcher(text)
    except BadMatcherError as error:
        raise ValueError(str(error)) from None
    return text


Matcher = Annotated[str, AfterValidator(_matcher)]


class EscalationEntry(Strict):
    receiver: str
    after: Duration
    """How long somebody has to acknowledge what is new or graver (`clashwatch ack`)."""


def _a_minute(interval: timedelta | None) -> timedelta | None:
    if interval is not None and interval < timedelta(minutes=1):
        raise ValueError("what goes on is looked at once a minute: write a repeat_interval of 1m or longer, as in 4h")
    return interval


class RouteEntry(Strict):
    """A node of the tree, as in Prometheus Alertmanager."""

    receiver: str | None = None
    matchers: tuple[Matcher, ...] = ()
    """``label="value"`` with =, !=, =~ or !~; regular expressions match the whole value."""
    group_by: tuple[str, ...] | None = None
    """Labels that share a thread; one thread per clash unless said otherwise."""
    continue_: bool = Field(default=False, alias="continue")
    mute_time_intervals: tuple[str, ...] = ()
    """Names of times in which nothing is told here; it is held until they end."""
    active_time_intervals: tuple[str, ...] = ()
    """Names of the only times in which something is told here."""
    group_wait: Duration | None = None
    """Hold a thread's first message for what else it may have to say; nothing is held unless said."""
    group_interval: Duration | None = None
    """Time between two messages of a thread."""
    repeat_interval: Annotated[Duration | None, AfterValidator(_a_minute)] = None
    """Tell again so long after a thread's last message what goes on unchanged and nobody acknowledged."""
    digest: DigestEntry | None = None
    """Gather, and tell all of it in one message at these times."""
    escalation: EscalationEntry | None = None
    """Whom to tell if nobody acknowledges."""
    routes: tuple[RouteEntry, ...] = ()

    def route(self, times: Mapping[str, tuple[Stretch, ...]]) -> Route:
        return Route(
            receiver=self.receiver,
            matchers=self.matchers,
            group_by=self.group_by,
            continue_=self.continue_,
            routes=tuple(child.route(times) for child in self.routes),
            mute=_stretches(self.mute_time_intervals, times),
            active=_stretches(self.active_time_intervals, times),
            group_wait=self.group_wait,
            group_interval=self.group_interval,
            repeat_interval=self.repeat_interval,
            digest=self.digest.digest() if self.digest else None,
            escalation=Escalation(**dict(self.escalation)) if self.escalation else None,
        )


def _stretches(names: tuple[str, ...], times: Mapping[str, tuple[Stretch, ...]]) -> tuple[Stretch, ...]:
    return tuple(stretch for name in names for stretch in times.get(name, ()))


class InhibitEntry(Strict):
    """While an alert of the same clash that fits the source is known, those that fit the target are not told."""

    source_matchers: tuple[Matcher, ...] = Field(min_length=1)
    target_matchers: tuple[Matcher, ...] = Field(min_length=1)
    equal: tuple[str, ...] = ()

    def inhibition(self) -> Inhibition:
        return Inhibition(self.source_matchers, self.target_matchers, self.equal)


class ReceiversFile(Strict):
    """receivers.yml"""

    receivers: tuple[ReceiverEntry, ...] = Field(min_length=1)
    route: RouteEntry
    time_intervals: tuple[IntervalEntry, ...] = ()
    inhibit_rules: tuple[InhibitEntry, ...] = ()

    def tree(self) -> Route:
        times = {entry.name: tuple(part.stretch() for part in entry.time_intervals) for entry in self.time_intervals}
        return self.route.route(times)
