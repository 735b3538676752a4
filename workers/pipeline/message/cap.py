"""A message as a Common Alerting Protocol 1.2 document (OASIS), for what warning systems read.

Certainty says what we know and no more: observed only where sides agree, unlikely where it was denied. An area is a
circle as wide as the place is uncertain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from workers.pipeline.message import about, inert, tidy
from workers.pipeline.models import AlertKind, Clash, Message, Place, Precision, Status
from workers.pipeline.wire import decode

_SPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SENDER = "clashwatch"
_SEVERITY = {"critical": "Severe", "warning": "Moderate", "info": "Minor"}
_CERTAINTY = {
    Status.UNCONTESTED: "Observed",
    Status.CONTESTED: "Likely",
    Status.UNCONFIRMED: "Possible",
    Status.DENIED: "Unlikely",
    Status.RETRACTED: "Unlikely",
}


@dataclass(frozen=True, slots=True)
class Document:
    """``reference`` is how the thread's next document names this one; ``replaces`` those that this one does."""

    text: str
    reference: str
    replaces: tuple[str, ...]


def cap(message: Message, replaces: tuple[str, ...] = (), language: str = "en") -> Document:
    """``replaces`` are the references of the thread's earlier documents. A test or a digest is about no one clash."""
    clash = decode(Clash, message.payload["clash"]) if about(message) else None
    fired = [datetime.fromisoformat(alert["at"]) for alert in message.payload.get("alerts", ())]
    sent = _stamp(max(fired, default=datetime(1970, 1, 1, tzinfo=UTC)))
    name = re.sub(r"[\s,<&]", "_", message.key)
    alert = Element("alert", xmlns=_SPACE)
    _add(alert, identifier=name, sender=SENDER, sent=sent, status="Actual" if fired else "Test")
    _add(alert, msgType=_kind(message, replaces), scope="Restricted", restriction="for the receivers of these alerts")
    if replaces:
        _add(alert, references=" ".join(replaces))
    _tell(SubElement(alert, "info"), message, clash, language)
    ElementTree.indent(alert)
    text = ElementTree.tostring(alert, encoding="unicode", xml_declaration=False)
    return Document(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n', f"{SENDER},{name},{sent}", replaces)


def _kind(message: Message, replaces: tuple[str, ...]) -> str:
    if not replaces:
        return "Alert"
    return "Cancel" if message.kind is AlertKind.RETRACTION else "Update"


def _tell(info: Element, message: Message, clash: Clash | None, language: str) -> None:
    over = message.kind is AlertKind.RETRACTION
    _add(info, language=language, category="Security", event=clash.sub_event_type if clash else message.title)
    _add(info, responseType="AllClear" if over else "Monitor", urgency="Past" if over else "Immediate")
    _add(info, severity=_SEVERITY.get(message.severity, "Unknown"))
    _add(info, certainty=_CERTAINTY[clash.status] if clash else "Unknown", senderName="Clashwatch")
    told = [message.summary, *message.changes, *(f"{label}: {value}" for label, value in message.lines)]
    _add(info, headline=message.title, description="\n".join(told))
    if message.links:
        _add(info, web=message.links[0][1])
    if clash and clash.place:
        _lie(SubElement(info, "area"), clash.place)


def _lie(area: Element, place: Place) -> None:
    _add(area, areaDesc=", ".join(inert(tidy(part, 80)) for part in (place.name, place.admin1, place.country) if part))
    if place.precision is not Precision.COUNTRY:
        _add(area, circle=f"{place.lat:.4f},{place.lon:.4f} {max(place.radius_km, 1):.1f}")
    if place.country:
        code = SubElement(area, "geocode")
        _add(code, valueName="ISO 3166-1", value=place.country)


def _add(parent: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(parent, name).text = text


def _stamp(at: datetime) -> str:
    """CAP wants whole seconds and an offset, never Z."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}-00:00"
