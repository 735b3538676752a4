"""A clash as a PLOVER record: what was done, by whom to whom, with the mode its kind implies.

Fields, modes, quad codes and scale are those of the PLOVER manual's chapter on JSON fields
(github.com/openeventdata/PLOVER); its ``source`` is called ``actor`` here, as in the data sets coded by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from workers.pipeline.export.subject import CIVILIANS, STATE, Atlas, Subject, claims_in_words
from workers.pipeline.models import Actor, Clash, Filing, Place, Side, Span


class Category(NamedTuple):
    """``quad``: words (1) and deeds (2) that cooperate, words (3) and deeds (4) of conflict; ``scale``: the manual's
    Schrodt score."""

    name: str
    quad: int
    scale: float


_AGREE, _RETREAT = Category("AGREE", 1, 4.2), Category("RETREAT", 2, 7.6)
_PROTEST, _MOBILIZE, _COERCE = Category("PROTEST", 4, -6.6), Category("MOBILIZE", 4, -5.3), Category("COERCE", 4, -7.2)
_ASSAULT = Category("ASSAULT", 4, -9.3)
_CODED = {
    "Armed clash": (_ASSAULT, "firearms"),
    "Government regains territory": (_ASSAULT, "heavy-weapons"),
    "Non-state actor overtakes territory": (_ASSAULT, "heavy-weapons"),
    "Chemical weapon": (_ASSAULT, "unconventional"),
    "Air/drone strike": (_ASSAULT, "aerial"),
    "Suicide bomb": (_ASSAULT, "suicide-attack"),
    "Shelling/artillery/missile attack": (_ASSAULT, "heavy-weapons"),
    "Remote explosive/landmine/IED": (_ASSAULT, "explosives"),
    "Grenade": (_ASSAULT, "explosives"),
    "Sexual violence": (_ASSAULT, "sexual"),
    "Attack": (_ASSAULT, "targeted"),
    "Abduction/forced disappearance": (_ASSAULT, "abduct"),
    "Excessive force against protesters": (_ASSAULT, "crowd-control"),
    "Mob violence": (_ASSAULT, "primitive"),
    "Looting/property destruction": (_ASSAULT, "destroy"),
    "Peaceful protest": (_PROTEST, "demo"),
    "Protest with intervention": (_PROTEST, "demo"),
    "Violent demonstration": (_PROTEST, "riot"),
    "Agreement": (_AGREE, ""),
    "Arrests": (_COERCE, "arrest"),
    "Disrupted weapons use": (_COERCE, "confiscate"),
    "Headquarters or base established": (_MOBILIZE, "troops"),
    "Non-violent transfer of territory": (_RETREAT, "withdraw"),
}
_SECTORS = {STATE: "MIL", 2: "REB", 3: "PRM", 4: "PRM", 5: "OPP", 6: "OPP", CIVILIANS: "CVL"}
_LOSS = (
    "figures stand in comment only; reports give days, not hours; "
    "both sides of a fight stand in actor when nobody is said to have begun"
)


def row(subject: Subject, atlas: Atlas) -> Mapping[str, Any] | None:
    """Every field of the layout, in the manual's order; ``None`` for kinds that are no PLOVER category."""
    clash = subject.clash
    if clash.sub_event_type not in _CODED:
        return None
    category, mode = _CODED[clash.sub_event_type]
    actor, recipient = _actors(clash, atlas)
    coded = clash.last_reported
    return {
        "id": clash.id,
        "has_event": True,
        "date": subject.start.isoformat(),
        "time": None,
        "enddate": subject.end.isoformat(),
        "endtime": None,
        "actor": actor,
        "recipient": recipient,
        "event": [category.name],
        "event_loc": _location(clash.place, atlas) if clash.place else None,
        "event_text": [clash.sub_event_type],
        "quad_code": category.quad,
        "event_scale": category.scale,
        "mode": [mode] if mode else [],
        "context": ["military"] if clash.event_type in ("Battles", "Explosions/Remote violence") else [],
        "link": clash.situation,
        **_quoted(subject),
        "coder": "Clashwatch",
        "coded_date": coded.date().isoformat(),
        "coded_time": coded.timetz().isoformat(timespec="seconds"),
        "comment": f"{claims_in_words(subject)} [{subject.origin()}; left out: {_LOSS}]".strip(),
    }


def _actors(clash: Clash, atlas: Atlas) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Who does and whom it is done to; where nobody is said to have begun, all are actors."""
    begun = any(side.role == "attacker" for side in clash.sides)
    doing = [_party(one, atlas) for side in clash.sides for one in _members(side, begun=begun, did=True)]
    done_to = [_party(one, atlas) for side in clash.sides for one in _members(side, begun=begun, did=False)]
    if clash.civilian_targeting and not done_to:
        done_to = [{"actor_text": "civilians", "sector": _SECTORS[CIVILIANS]}]
    return doing or [{"actor_text": "unspecified", "sector": "UAF"}], done_to


def _members(side: Side, *, begun: bool, did: bool) -> Iterator[Actor]:
    """Each actor of the side once, if the side did it, or if it was done to it, as asked."""
    if did == (side.role == "attacker" or (side.role == "party" and not begun)):
        names = [one.id or one.text.casefold() for one in side.actors]
        yield from (one for at, one in enumerate(side.actors) if names[at] not in names[:at])


def _party(actor: Actor, atlas: Atlas) -> dict[str, Any]:
    """The manual's actor object; what is not known is left out."""
    code = atlas.code(actor.id) if actor.id else None
    known = {
        "code": atlas.land(actor.id) if actor.id else None,
        "sector": "COP" if code == STATE and str(actor.id).endswith("-police") else _SECTORS.get(code or 0),
        "actor_text": actor.text,
        "identifier_id": actor.id,
        "identifier_text": atlas.actor(actor.id) if actor.id else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def _location(place: Place, atlas: Atlas) -> dict[str, Any]:
    """The manual's location object, whose names are GeoNames'; the radius is ours."""
    return {
        "geonameid": place.geonameid,
        "name": place.name,
        "latitude": place.lat,
        "longitude": place.lon,
        "feature code": place.feature,
        "country code": place.country,
        "cc3": atlas.alpha3.get(place.country or ""),
        "admin1 code": place.admin1_code,
        "radius_km": place.radius_km,
    }


def _quoted(subject: Subject) -> dict[str, Any]:
    """The first evidence with where it stands in its article, and where every article is found, each address once."""
    cited = [
        {"title": one.title, "url": one.url, "language": one.language, "publication": one.family}
        for one in {filing.url or filing.article: filing for filing in subject.filings}.values()
    ]
    quote = next(_evidence(subject), None)
    if quote is None:
        return {"text": "", "text_info": None, "cite_info": cited}
    filing, (start, end), words = quote
    info = {"start": start, "end": end, "article": filing.article, "version": filing.version}
    return {"text": words, "text_info": info, "cite_info": cited}


def _evidence(subject: Subject) -> Iterator[tuple[Filing, Span, str]]:
    for filing in subject.filings:
        for span, quote in zip(filing.report.evidence, filing.quotes, strict=False):
            yield filing, span, quote
