"""Detection: article + Knowledge -> reports. One file per question, in this order:

``words``, ``layout``, ``text``   the document as sentences, clauses and words with spans
``language``                      which language it is
``lexicon``, ``tagger``           which words of violence, context and time stand where
``realis``                        how a clause presents what it tells
``scenes``                        what each sentence tells
``features``, ``preludes``, ``score``   how likely that is organised violence, and why
``kinds``                         which ACLED sub-event
``places``, ``when``, ``casualties``, ``claims``, ``actors``, ``sides``   where, when, how many, who says so, who
``reading``                       all of these side by side
``aims``                          at whom violence was aimed
``tellings``                      scenes with their kind, place and day
``assemble``                      tellings joined to incidents
``status``, ``reports``           who agrees; incidents as reports
``lessons``, ``fit``              training
"""

from __future__ import annotations

from workers.pipeline.detect.assemble import assemble
from workers.pipeline.detect.reading import read
from workers.pipeline.detect.reports import reports
from workers.pipeline.detect.tellings import tellings
from workers.pipeline.models import Coding, Document
from workers.pipeline.models.knowledge import Knowledge

__all__ = ["detect"]


def detect(document: Document, knowledge: Knowledge) -> Coding:
    """Everything that one document says. Odd text raises nothing; an empty one gives no reports."""
    reading = read(document, knowledge)
    incidents = assemble(tellings(reading, knowledge.weights))
    found = reports(reading, incidents, knowledge.weights.threshold)
    return Coding(reading.text.language, found, reading.places.mentions if reading.places else ())
