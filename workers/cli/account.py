"""Everything that detection made of one document, as an account to be read or to be piped on.

In: a document and the knowledge. Out: ``account``'s JSON values: sentences with what they are evidence for and every
cue, place decisions with their runners-up, reports with each gate. Detection's own parts are asked; nothing is decided
here anew but which gates of ``alertable`` a report passes, and those agree with it (tested).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from workers.pipeline.detect.assemble import assemble
from workers.pipeline.detect.casualties import Figure
from workers.pipeline.detect.places_senses import Candidate, Sense
from workers.pipeline.detect.reading import Reading, read
from workers.pipeline.detect.reports import reports
from workers.pipeline.detect.scenes import NEWS, Scene, scenes
from workers.pipeline.detect.tellings import tellings
from workers.pipeline.detect.text import Sentence
from workers.pipeline.models import VIOLENT, VIOLENT_WHEN_DEADLY, Document, Report, Span, Status
from workers.pipeline.models.knowledge import Knowledge
from workers.pipeline.wire import encode

RUNNERS_UP = 4


def account(document: Document, knowledge: Knowledge) -> dict[str, Any]:
    """Spans count code points of ``Document.full``; reports are numbered from 1 in the order of ``detect``."""
    reading = read(document, knowledge)
    threshold = knowledge.weights.threshold
    found = reports(reading, assemble(tellings(reading, knowledge.weights)), threshold)
    return {
        "id": document.id,
        "title": document.title,
        "published": document.published.isoformat() if document.published else None,
        "country": document.country,
        "language": reading.text.language,
        "sentences": _sentences(reading, found),
        "places": _places(reading),
        "reports": [{"gates": gates(report, threshold), **encode(report)} for report in found],
    }


def gates(report: Report, threshold: float) -> list[dict[str, Any]]:
    """What ``alertable`` asks, each with the report's value."""
    kind, deadly = report.sub_event_type, report.killed is not None and report.killed.low > 0
    asked = (
        ("violent", kind in VIOLENT or (kind in VIOLENT_WHEN_DEADLY and deadly), kind),
        ("realis", report.realis in NEWS, str(report.realis)),
        ("status", report.status not in (Status.DENIED, Status.RETRACTED), str(report.status)),
        ("confidence", report.confidence >= threshold, f"{report.confidence:.3f}, at least {threshold:.3f}"),
    )
    return [{"gate": gate, "passed": passed, "value": value} for gate, passed, value in asked]


def _sentences(reading: Reading, found: Sequence[Report]) -> list[dict[str, Any]]:
    told: dict[int, list[Scene]] = {}
    for scene in scenes(reading.text, reading.tags, reading.ages):
        told.setdefault(scene.sentence.index, []).append(scene)
    return [
        {
            "span": sentence.span,
            "text": reading.text.quote(sentence.span),
            "evidence_for": [number for number, report in enumerate(found, 1) if sentence.span in report.evidence],
            "told": [_told(reading, scene) for scene in told.get(sentence.index, ())],
            "cues": list(_cues(reading, sentence)),
            "casualties": [_figure(reading, one) for one in reading.figures if _inside(one.words[0], sentence)],
        }
        for sentence in reading.text.sentences
    ]


def _inside(word: int, sentence: Sentence) -> bool:
    return sentence.first <= word < sentence.last


def _told(reading: Reading, scene: Scene) -> dict[str, Any]:
    text, stand = reading.text, scene.stand
    return {
        "triggers": [_quoted(reading, text.span(tag.first, tag.last)) for tag in scene.triggers],
        "realis": str(stand.realis),
        "because": str(stand.cause),
        "cue": _quoted(reading, stand.cue) if stand.cue else None,
    }


def _quoted(reading: Reading, span: Span) -> dict[str, Any]:
    return {"span": span, "text": reading.text.quote(span)}


def _cues(reading: Reading, sentence: Sentence) -> Iterator[dict[str, Any]]:
    for tag in reading.tags:
        if _inside(tag.first, sentence):
            span = reading.text.span(tag.first, tag.last)
            yield {**_quoted(reading, span), "category": tag.category, "weak": tag.weak}


def _figure(reading: Reading, figure: Figure) -> dict[str, Any]:
    said = {name: getattr(figure, name) for name in ("state", "low", "best", "high", "running", "superseded")}
    return {**_quoted(reading, reading.text.span(*figure.words)), **said}


def _places(reading: Reading) -> list[dict[str, Any]]:
    if reading.places is None:
        return []
    roles = {spotted.mention.span: str(spotted.role) for spotted in reading.places.spotted}
    return [_decision(reading, sense, roles) for sense in reading.places.senses]


def _decision(reading: Reading, sense: Sense, roles: dict[Span, str]) -> dict[str, Any]:
    """``mentions`` stand in the text; ``chosen`` is ``None`` where the name was refused."""
    chosen = sense.chosen
    others = sorted((one for one in sense.candidates if one is not chosen), key=lambda one: -one.score)
    spans = [reading.text.span(name.first, name.last) for name in sense.names]
    return {
        "mentions": [{**_quoted(reading, span), "role": roles.get(span)} for span in spans],
        "confidence": round(sense.confidence, 2),
        "chosen": _candidate(reading, chosen) if chosen else None,
        "refused": str(sense.refusal) if sense.refusal else None,
        "runners_up": [_candidate(reading, one) for one in others[:RUNNERS_UP]],
    }


def _candidate(reading: Reading, candidate: Candidate) -> dict[str, Any]:
    """``score`` in nats, ``share`` of the probability among the name's candidates."""
    place = candidate.place
    region = reading.places.gazetteer.toponym(place.region) if reading.places and place.region is not None else None
    return {
        "name": place.name,
        "country": place.country,
        "region": region.name if region else None,
        "feature": place.feature,
        "population": place.population,
        "lat": place.lat,
        "lon": place.lon,
        "geonameid": place.geonameid,
        "score": round(candidate.score, 2),
        "share": round(candidate.share, 3),
    }
