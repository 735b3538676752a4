"""An alert that is about no clash in, what people read out: a silence, a rise, or what the service says of itself."""

from __future__ import annotations

from datetime import datetime

from workers.pipeline.message.facts import Style, tidy
from workers.pipeline.models import Alert, Delivery, Message
from workers.pipeline.wire import encode


def notice(delivery: Delivery, alert: Alert, style: Style) -> Message:
    """Worded from the alert's annotations, in any language that messages speak."""
    name = alert.annotations["notice"]
    told = {key: tidy(value, 200) for key, value in alert.annotations.items()}
    if since := told.get("since"):
        told["since"] = f"{datetime.fromisoformat(since).astimezone(style.zone):%Y-%m-%d %H:%M %Z}"
    title = style.words(f"notice.{name}", **told)
    usual, feeds = style.words(f"notice.{name}.usual", **told), style.words("feeds.healthy", **told)
    rule = style.words("rule", name=told["rule_name"], rule=alert.rule) if "rule_name" in told else ""
    return Message(
        key=delivery.key,
        thread=f"{delivery.receiver}:{delivery.group_key}",
        sequence=delivery.sequence,
        kind=alert.kind,
        severity=alert.severity,
        title=style.words(f"kind.{alert.kind}") + title,
        summary=f"{title}; {usual}. {style.words('feeds')}: {feeds}.",
        lines=tuple((style.words(name), value) for name, value in (("feeds", feeds), ("why", rule)) if value),
        quotes=(),
        links=(),
        changes=(),
        payload={"alerts": [encode(alert)]},
    )
