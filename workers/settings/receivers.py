"""The kinds of receivers in ``receivers.yml``, one class each, tagged by ``kind``.

Its options are checked here; its sending is the module of the same name in ``workers.adapters.channels``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, SecretStr

from workers.pipeline.message.template import checked
from workers.pipeline.models import Receiver, Template
from workers.settings.shapes import Duration, HttpUrl, Strict
from workers.settings.times import zone


def _address(value: str) -> str:
    if not re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+", value):
        raise ValueError(f"'{value}' is no e-mail address")
    return value


def _channel(value: str) -> str:
    if not re.fullmatch(r"[A-Z0-9]{6,}", value):
        raise ValueError(f"'{value}' is no channel's id like C0123456789: Slack shows it below the channel's details")
    return value


Address = Annotated[str, AfterValidator(_address)]


TemplateText = Annotated[str, AfterValidator(checked)]


class TemplateEntry(Strict):
    """Own words for a receiver's messages: small Jinja templates, tried at the start."""

    title: TemplateText | None = None
    summary: TemplateText | None = None
    lines: dict[str, TemplateText] = {}
    """Label and template, instead of all our lines; a line that comes out empty is left out."""

    def template(self) -> Template:
        return Template(self.title, self.summary, tuple(self.lines.items()))


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

    template: TemplateEntry | None = None
    """Own words instead of ours."""

    def receiver(self, state_dir: Path) -> Receiver:  # noqa: ARG002 - some kinds write files
        options = {key: value for key, value in dict(self).items() if key not in {"name", "kind", "template"}}
        options["template"] = self.template.template() if self.template else None
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
    channel: Annotated[str, AfterValidator(_channel)]
    """The channel's id (C0123456789), not its name: names change and cannot be updated or asked."""
    token: SecretStr
    """Bot token with chat:write, files:write for the map, channels:history and, for private ones, groups:history."""
    base_url: HttpUrl = "https://slack.com/api/"


class SlackWebhook(_Receiver):
    """Slack's simple mode: no threads, no updates, no map; a message per change."""

    kind: Literal["slack_webhook"]
    url: SecretStr
    """Who knows it can post."""
    allow_private: bool = False


class Webhook(_Receiver):
    kind: Literal["webhook"]
    url: HttpUrl
    secret: SecretStr
    """Signs every request (HMAC-SHA256)."""
    format: Literal["cloudevents", "alertmanager", "cap"] = "cloudevents"
    """CloudEvents 1.0, Alertmanager's own webhook (version 4), or the Common Alerting Protocol 1.2."""
    allow_private: bool = False
    """The address may be on a private network or this machine."""


class Alertmanager(_Receiver):
    kind: Literal["alertmanager"]
    url: HttpUrl
    """Where its own pages are; ``/api/v2/alerts`` is added."""
    ttl: Duration = Field(default="5m", validate_default=True)
    """How long an alert goes on that nobody repeats; it is repeated three times as often until its clash is closed."""
    allow_private: bool = True


class PagerDuty(_Receiver):
    kind: Literal["pagerduty"]
    routing_key: SecretStr
    """Of an Events API v2 integration."""
    url: HttpUrl = "https://events.pagerduty.com/v2/enqueue"
    allow_private: bool = False


class Apprise(_Receiver):
    """Everything else: Teams, Telegram, Discord, ntfy, Matrix, SMS and a hundred more."""

    kind: Literal["apprise"]
    urls: SecretStr
    """One or more of Apprise's addresses, separated by white space."""


ReceiverEntry = Annotated[
    Console | Outbox | Email | Slack | SlackWebhook | Webhook | Alertmanager | PagerDuty | Apprise,
    Field(discriminator="kind"),
]
SECRETS: dict[str, tuple[str, ...]] = {
    get_args(kind.model_fields["kind"].annotation)[0]: tuple(
        name
        for name, field in kind.model_fields.items()
        if SecretStr in (field.annotation, *get_args(field.annotation))
    )
    for kind in get_args(get_args(ReceiverEntry)[0])
}
"""kind -> the options that may come from ``<option>_file`` or the environment."""


def options_of(entry: Any) -> tuple[str, ...]:
    """The secrets that a raw receiver's kind knows; none for an unknown kind."""
    return SECRETS.get(str(entry.get("kind")), ()) if isinstance(entry, dict) else ()
