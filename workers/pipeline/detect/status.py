"""Who agrees that an incident happened: uncontested, contested, unconfirmed, denied or retracted.

In: a ``Reading`` and an ``Incident``. Out: ``Status``. Cues count in the incident's own sentences and in the one
that follows ("Iraqi authorities did not confirm this account"), since a denial refers back. Only when everything
that the lead says is denied or taken back is the incident void; else one side disputes the other.
"""

from __future__ import annotations

from workers.pipeline.detect.assemble import Incident
from workers.pipeline.detect.reading import Reading
from workers.pipeline.models import Status


def status(reading: Reading, incident: Incident) -> Status:
    """The state of agreement as the article presents it."""
    told = {t.scene.sentence.index for t in incident.tellings}
    cues: dict[str, set[int]] = {"denied": set(), "retracted": set(), "unconfirmed": set()}
    for tag in reading.tags:
        if tag.category in cues and not tag.weak:
            index = reading.text.sentence_at(reading.text.starts[tag.first]).index
            if index in told or index - 1 in told:
                cues[tag.category].add(index)
    lead = {t.scene.sentence.index for t in incident.tellings if t.lead} or told
    for category, void in (("retracted", Status.RETRACTED), ("denied", Status.DENIED)):
        if lead <= {i for i in cues[category] if category == "denied" or not _figure(reading, i)}:
            return void
    if cues["denied"]:
        return Status.CONTESTED
    return Status.UNCONFIRMED if cues["unconfirmed"] else Status.UNCONTESTED


def _figure(reading: Reading, sentence: int) -> bool:
    """Does the sentence give a toll? Then what it takes back is the toll."""
    return any(reading.text.clauses[f.clause].sentence == sentence for f in reading.figures)
