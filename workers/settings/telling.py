"""``receivers.yml``: whom to tell, and by which branch of the routing tree.

One class per kind of receiver, tagged by ``kind``: its options are checked here, its sending is the module
of the same name in ``workers.adapters.channels``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, SecretStr

from workers.pipeline.matchers import BadMatcherError, parse_matcher
from workers.pipeline.models import Escalation, Inhibition, Receiver, Route, Stretch
from workers.settings.service import HttpUrl
from workers.settings.shapes import Duration, Strict
from workers.settings.times import DigestEntry, IntervalEntry, zone


def _address(value: str) -> str:
    if not re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+", value):
        raise ValueError(f"'{value}' is no e-mail address")
    return value


def _matcher(text: str) -> str:
    try:
        parse_matcher(text)
    except BadMatcherError as error:
        raise ValueError(str(error)) from None
    return text


Address = Annotated[str, AfterValidator(_address)]
Matcher = Annotated[str, AfterValidator(_matcher)]


class Rate(Strict):
    messages: int = Field(ge=1)
    per: Duration


class _Receiver(Strict):
    name: str = Field(pattern=r"^[a-zA-Z0-9][\w-]*$")
    language: Literal["en", "nl"] = "en"
    """Of the message's own words; quotes stay in theirs."""
    timezone: Annotated[str, AfterValidator(zone)] = "UTC"
    """For the times in messages, next to UTC."""
    ambiguous: Literal["resend", "hold"] = "resend"
    """After a crash in mid-send that nobody can settle: send again under the same key, or hold and count."""
    rate: Rate | None = None
    """At most so many messages in a time; what is more waits, and what a thread has to say meanwhile joins it."""

    def receiver(self, state_dir: Path) -> Receiver:  # noqa: ARG002 - some kinds write files
        options = {key: value for key, value in dict(self).items() if key not in {"name", "kind"}}
        return Receiver(self.name, options=options, kind=dict(self)["kind"])


class Console(_Receiver):
    kind: Literal["console"]


class _WithMap(_Receiver):
    map: bool = True
    """Show where it is on a small map."""


class Outbox(_WithMap):
    kind: Literal["outbox"]
    folder: str = "outbox"
    """Where .eml and .json files are laid, from the state directory on."""

    def receiver(self, state_dir: Path) -> Receiver:
        made = super().receiver(state_dir)
        return replace(made, options={**made.options, "folder": str(state_dir / self.folder)})


class Email(_WithMap):
    kind: Literal["email"]
    host: str
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    sender: Address
    to: tuple[Address, ...] = Field(min_length=1)


class Slack(_WithMap):
    kind: Literal["slack"]
    channel: str = Field(pattern=r"^[A-Z0-9]{6,}$")
    """The channel's id (C0123456789), not its name: names change and cannot be updated or asked."""
    token: SecretStr
    """Bot token with chat:write, files:write for the map, channels:history and, for private ones, groups:history."""
    base_url: HttpUrl = "https://slack.com/api/"


class Webhook(_Receiver):
    kind: Literal["webhook"]
    url: HttpUrl
    secret: SecretStr
    """Signs every request (HMAC-SHA256)."""
    allow_private: bool = False
    """The address may be on a private network or this machine."""


ReceiverEntry = Annotated[Console | Outbox | Email | Slack | Webhook, Field(discriminator="kind")]
SECRETS: dict[str, tuple[str, ...]] = {
    get_args(kind.model_fields["kind"].annotation)[0]: tuple(
        name
        for name, field in kind.model_fields.items()
        if SecretStr in (field.annotation, *get_args(field.annotation))
    )
    for kind in get_args(get_args(ReceiverEntry)[0])
}
"""kind -> the options that may come from ``<option>_file`` or the environment."""


class EscalationEntry(Strict):
    receiver: str
    after: Duration
    """How long somebody has to acknowledge what is new or graver (`clashwatch ack`)."""


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


def options_of(entry: Any) -> tuple[str, ...]:
    """The secrets that a raw receiver's kind knows; none for an unknown kind."""
    return SECRETS.get(str(entry.get("kind")), ()) if isinstance(entry, dict) else ()
