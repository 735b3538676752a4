"""Texts in, signatures out, and of two signatures whether one text is a copy of the other.

A copy is a reprint or a lightly edited reprint: a new headline or dateline, paragraphs cut or reordered, figures
brought up to date. Two desks writing about one event are not copies, however many quotes they share: what they
have in common is settled by ``cluster``, from places and days, never from words.
"""

from workers.pipeline.dedupe.copies import Candidate, Copy, CopyReason, copy_of
from workers.pipeline.dedupe.signature import containment, keys, sign, similarity

__all__ = ["Candidate", "Copy", "CopyReason", "containment", "copy_of", "keys", "sign", "similarity"]
