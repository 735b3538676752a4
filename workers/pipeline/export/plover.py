"""A clash as a PLOVER record: what was done, by whom to whom, with the mode its kind implies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.pipeline.export.subject import Atlas, Subject, claims_in_words, parties

_ASSAULT = {
    "Armed clash": "firearms",
    "Government regains territory": "heavy-weapons",
    "Non-state actor overtakes territory": "heavy-weapons",
    "Chemical weapon": "unconventional",
    "Air/drone strike": "aerial",
    "Suicide bomb": "suicide-attack",
    "Shelling/artillery/missile attack": "heavy-weapons",
    "Remote explosive/landmine/IED": "explosives",
    "Grenade": "explosives",
    "Sexual violence": "sexual",
    "Attack": "targeted",
    "Abduction/forced disappearance": "abduct",
    "Excessive force against protesters": "crowd-control",
    "Mob violence": "primitive",
}
_OTHER = {
    "Peaceful protest": ("PROTEST", "demonstrate", 3),
    "Protest with intervention": ("PROTEST", "demonstrate", 3),
    "Violent demonstration": ("PROTEST", "riot", 3),
    "Agreement": ("AGREE", "", 1),
    "Arrests": ("COERCE", "arrest", 4),
    "Non-violent transfer of territory": ("RETREAT", "withdraw", 2),
    "Looting/property destruction": ("ASSAULT", "destroy", 4),
}
_MATERIAL_CONFLICT = 4
_LOSS = "figures stand in comment only; both sides of a fight stand in actor when nobody is said to have begun"


def row(subject: Subject, atlas: Atlas) -> Mapping[str, Any]:
    """Required fields first: id, date, actor, event. The quad code is 1 to 4, verbal or material, apart or together."""
    clash, place = subject.clash, subject.clash.place
    one, two = parties(subject, atlas)
    directed = any(side.role == "attacker" for side in clash.sides)
    both = "; ".join(name for name in (one.name, two.name) if name)
    event, mode, quad = _OTHER.get(
        clash.sub_event_type, ("ASSAULT", _ASSAULT.get(clash.sub_event_type, ""), _MATERIAL_CONFLICT)
    )
    return {
        "id": clash.id,
        "date": subject.start.isoformat(),
        "actor": (one.name if directed else both) or "unspecified",
        "event": event,
        "has_event": True,
        "enddate": subject.end.isoformat(),
        "recipient": two.name if directed else "",
        "event_loc": place.name if place else "",
        "country": place.country if place else None,
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
        "event_text": clash.sub_event_type,
        "quad_code": quad,
        "mode": mode,
        "context": ["military"] if clash.event_type in ("Battles", "Explosions/Remote violence") else [],
        "link": list(subject.links),
        "text": next((quote for filing in subject.filings for quote in filing.quotes), ""),
        "cite_info": subject.outlets,
        "coder": subject.origin(),
        "coded_date": clash.last_reported.date().isoformat(),
        "comment": f"{claims_in_words(subject)} [left out: {_LOSS}]".strip(),
    }
