"""Detection with the options that are configured: trained pipelines (in the knowledge) and second opinions.

In: the documents of one article. Out: their codings, and what became of those in doubt, to be counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.pipeline.detect import detect
from workers.pipeline.detect.opinion import Outcome
from workers.pipeline.models import Coding, Document
from workers.pipeline.models.knowledge import Knowledge

if TYPE_CHECKING:
    from workers.adapters.opinions import Opinions


@dataclass(frozen=True)
class Detector:
    """``opinions`` is ``None`` where nobody is to be asked."""

    knowledge: Knowledge
    opinions: Opinions | None = None

    def detect(self, documents: Sequence[Document]) -> tuple[list[Coding], list[Outcome]]:
        """Of an article's parts only the first in doubt is asked about: a task has seconds."""
        codings: list[Coding] = []
        outcomes: list[Outcome] = []
        for document in documents:
            coding = detect(document, self.knowledge)
            if self.opinions and not outcomes:
                coding, outcome = self.opinions.on(document, coding, self.knowledge.weights.threshold)
                outcomes += [outcome] if outcome else []
            codings.append(coding)
        return codings, outcomes
