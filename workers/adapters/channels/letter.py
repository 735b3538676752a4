"""A message as an e-mail: text and HTML side by side, threaded, and the same bytes every time it is composed.

Identity comes from the delivery's key, so that a letter sent twice is one letter to a mail program. Headers
are built by ``email.policy.SMTP``, which refuses a line break in any of them; texts are escaped by Jinja.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from workers.adapters.channels.map import Map
from workers.adapters.channels.outcome import Sent
from workers.pipeline.links import Act
from workers.pipeline.message import about, tidy
from workers.pipeline.models import AlertKind, Message

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_POLICY = SMTP.clone(max_line_length=998)
"""Python would fold an address longer than a line by encoding it, and no mail program reads that."""
_OWN_SUBJECT = frozenset({AlertKind.CORRECTION, AlertKind.RETRACTION})
"""Kinds that keep their own subject: a withdrawn report must not arrive under the headline it withdraws."""


def compose(
    message: Message, sender: str, to: tuple[str, ...], previous: Sent | None, shown: Map | None = None
) -> EmailMessage:
    """The letter. A thread's first subject stays its subject, since mail programs thread by it."""
    domain = sender.rpartition("@")[2] or "clashwatch.invalid"
    earlier = previous.reference if previous else {}
    letter = EmailMessage(policy=_POLICY)
    letter["From"] = sender
    letter["To"] = ", ".join(to)
    letter["Subject"] = subject(message, earlier)
    letter["Date"] = format_datetime(_date(message))
    letter["Message-ID"] = message_id(message.key, domain)
    if earlier.get("message_id"):
        letter["In-Reply-To"] = earlier["message_id"]
        letter["References"] = " ".join(dict.fromkeys((earlier["root"], earlier["message_id"])))
    letter["List-Id"] = f"Clashwatch <{_list_name(message.thread)}.clashwatch.{domain}>"
    _may_unsubscribe(letter, message)
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Clashwatch-Severity"] = tidy(message.severity, 40)
    letter["X-Clashwatch-Key"] = tidy(message.key, 200)
    _fill(letter, message, domain, shown)
    return letter


def _may_unsubscribe(letter: EmailMessage, message: Message) -> None:
    """One click in the mail program itself (RFC 8058), which asks for https."""
    for url in (url for act, _, url in message.actions if act == Act.UNSUBSCRIBE):
        letter["List-Unsubscribe"] = f"<{url}>"
        if url.startswith("https://"):
            letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _fill(letter: EmailMessage, message: Message, domain: str, shown: Map | None) -> None:
    """Text, and beside it HTML with the map inside: no picture is fetched from anywhere when the letter is read."""
    name = f"map-{digest(message.key)}@{domain}"
    letter.set_content(_TEMPLATES.get_template("letter.txt").render(message=message), cte="quoted-printable")
    html = _TEMPLATES.get_template("letter.html").render(message=message, map=shown and shown.words, cid=name)
    letter.add_alternative(html, subtype="html", cte="quoted-printable")
    if shown:
        page = letter.get_payload()[1]  # type: ignore[index]
        page.add_related(  # type: ignore[union-attr]
            shown.png, "image", "png", cid=f"<{name}>", disposition="inline", filename="map.png"
        )
        page.set_boundary(f"clashwatch-map-{digest(message.key)}")  # type: ignore[union-attr]
    letter.set_boundary(f"clashwatch-{digest(message.key)}")


def reference(letter: EmailMessage, message: Message, previous: Sent | None) -> Sent:
    """What the thread's next letter refers to."""
    own = str(letter["Message-ID"])
    earlier = previous.reference if previous else {}
    root = earlier.get("root", own)
    told = {"message_id": own, "root": root, "subject": message.title, "clash": about(message)}
    if told["clash"] and earlier.get("clash") == told["clash"]:
        told["subject"] = earlier["subject"]
    return Sent(told)


def subject(message: Message, earlier: dict[str, Any]) -> str:
    """The thread's own, as long as it is about the same clash and still true."""
    if message.kind in _OWN_SUBJECT or not earlier.get("clash") or earlier["clash"] != about(message):
        return tidy(message.title, 200)
    return tidy(f"Re: {earlier['subject']}", 200)


def message_id(key: str, domain: str) -> str:
    return f"<{digest(key)}@{domain}>"


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def _list_name(thread: str) -> str:
    """The receiver's name as a label of a domain: mail programs file and mute by it."""
    return re.sub(r"[^a-z0-9]+", "-", thread.partition(":")[0].lower()).strip("-") or "alerts"


def _date(message: Message) -> datetime:
    """When the alert fired: a letter composed again keeps its date."""
    fired = [alert["at"] for alert in message.payload.get("alerts", ())]
    return datetime.fromisoformat(max(fired)) if fired else datetime.now(UTC)
