"""In which of the known languages a document is written.

In: a document and the knowledge's word lists and identifier. Out: a language code that has a lexicon.
The identifier is restricted to known languages, so that a short Dutch headline cannot become
Afrikaans; the feed's language is a prior, no verdict: wire copy in English runs in Dutch feeds.
"""

from __future__ import annotations

import re

from workers.pipeline.models import Document
from workers.pipeline.models.knowledge import Knowledge

READ = 400
"""Code points that decide; more adds nothing."""
_WORD = re.compile(r"[^\W\d_]+")
PRIOR = 2.0
WORD = 1.5
"""Log odds of the feed's own language, and of one common word."""
SURE = 20
"""Words beyond which the prior has no say."""


def recognise(document: Document, knowledge: Knowledge) -> str:
    """The likeliest language. A text without letters has the feed's, else English."""
    sample = document.full[:READ]
    known = list(knowledge.lexicons)
    hint = (document.language or "").split("-")[0].lower()
    words = _WORD.findall(sample.casefold())
    if not words:
        return hint if hint in known else "en"
    scores = dict.fromkeys(known, 0.0)
    if knowledge.rank:
        scores.update((code, chance) for code, chance in knowledge.rank(sample) if code in scores)
    for language, common in knowledge.common.items():
        if language in scores:
            scores[language] += WORD * sum(map(common.__contains__, words))
    if hint in scores and len(words) < SURE:
        scores[hint] += PRIOR
    return max(known, key=scores.__getitem__)
