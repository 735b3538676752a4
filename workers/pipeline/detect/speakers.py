"""The words that name whoever speaks, around a verb of speech.

In: a ``Text``, its marks and parties. Out: word ranges. A speaker has a head: a claimant noun ("spokesman"),
an actor, or a name; its words reach from the article to whatever cannot belong to it (a verb, a number,
a time, punctuation). Short is safe: "a doctor" is as true as "a doctor of the Saudi hospital".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from workers.pipeline.detect.actors import Party
from workers.pipeline.detect.phrases import Hit, Marks
from workers.pipeline.detect.text import Sentence, Text

FIELD = 18
"""Words before a verb in which its subject is looked for."""
NEAR = 4
"""Words between a verb and the subject that follows it."""
WIDE = 6
"""Words on either side of a head."""
_STOPS = frozenset(',;:()"“”«»„—–!?…،؛')
_VERBS = ("says", "adds", "counts", "denies", "unconfirmed", "according", "according_after", "skip", "that")
_WHEN_INSIDE = frozenset({"of", "span", "last", "next", "doubtful", "ago", "since"})
_FUNCTION = frozenset({"people.stop", "numbers.times", "numbers.vague", "sides.passive"})
_SILENT = frozenset({"arms", "air", "civilians", "gunmen", "bodyguards", "protesters", "cartel"})
"""Kinds of parties that are acted upon rather than heard."""
_PARTICLES = frozenset(
    ("al", "el", "ad", "de", "da", "di", "du", "del", "van", "von", "bin", "ibn", "abu", "der", "den", "la")
)


@lru_cache(maxsize=512)
def _edging(label: str) -> bool:
    section, _, category = label.partition(".")
    if section == "when":
        return category not in _WHEN_INSIDE
    if section == "claims":
        return category in _VERBS
    harmed = section == "people" and category.split("_")[0] in ("killed", "injured", "missing", "captured")
    return harmed or label in _FUNCTION


@dataclass
class Speakers:
    """One document's speakers. ``edges[i]``: word ``i`` belongs to no speaker's words."""

    text: Text
    marks: Marks
    parties: Sequence[Party]
    edges: list[bool] = field(init=False)
    heads: list[tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.edges = [False] * len(self.text.folded)
        for label, hits in self.marks.labelled.items():
            if label == "numbers.words" or _edging(label):
                for hit in filter(self._edged, hits):
                    self._edge(hit)
        for i, word in enumerate(self.text.folded):
            if word[0].isdigit():
                self.edges[i] = True
        nouns = [(hit.first, hit.last) for hit in self.marks.of("claims.claimant")]
        heard = ((party.first, party.last) for party in self.parties if party.kind not in _SILENT)
        self.heads = sorted(head for head in {*nouns, *heard} if not self._counted(head[0] - 1))
        for first, last in self.heads:
            self.edges[first:last] = [False] * (last - first)

    def _edged(self, hit: Hit) -> bool:
        """Times, verbs of speech, numbers, words of harm and function words end a speaker's words."""
        if hit.label == "people.stop" and self.marks.at("sides.article", hit.first):
            return False
        return hit.label != "numbers.words" or self._numbered(hit.first)

    def _counted(self, i: int) -> bool:
        """ "three soldiers" are spoken of."""
        return i >= 0 and (self.text.folded[i][0].isdigit() or self._numbered(i))

    def _numbered(self, i: int) -> bool:
        return self.marks.at("numbers.words", i) is not None and not self.marks.at("numbers.one", i)

    def lone_pronoun(self, i: int) -> bool:
        """ "according to him", not "volgens het ministerie"."""
        if not self.marks.at("claims.pronoun", i):
            return False
        return i + 1 >= len(self.edges) or self.edges[i + 1] or self._broken(i + 1)

    def _edge(self, hit: Hit) -> None:
        for i in range(hit.first, hit.last):
            self.edges[i] = True

    def id(self, first: int, last: int) -> str | None:
        """The actor's id, if the words name one."""
        return next((p.id for p in self.parties if first <= p.first < last and p.id), None)

    def subject(self, cue: Hit, sentence: Sentence) -> tuple[int, int] | None:
        """Who says it: the words before the verb; those after it where the verb comes first ("said the mayor",
        "сообщил губернатор"); those that open the clause where the verb ends it (Turkish)."""
        if self.marks.at("claims.says_final", cue.first):
            return self._opening(cue)
        quoting = cue.label in ("claims.says", "claims.adds") and not self.marks.at("claims.accuses", cue.first)
        if self._broken(cue.first):
            found = self.after(cue.last, sentence.last, named=True) if quoting else None
            return found or self._antecedent(cue.first, sentence.first)
        begin = self._field(cue.first, sentence.first)
        if self.marks.at("claims.if", begin) or self._goes_on(cue, sentence):
            return None
        if self.marks.any("claims.relative", begin, begin + 1) and begin > sentence.first:
            return self._antecedent(begin, sentence.first)
        found = self._in_field(begin, cue, cue.label != "claims.counts")
        if quoting and (found is None or found[1] < cue.first):
            near = self.after(cue.last, sentence.last)
            heard = near and near[0] <= cue.last + 1 and self.marks.any("claims.claimant", *near)
            found = near if heard else found
        if found is None and begin > sentence.first and cue.first - begin <= 2 and not self.lone_pronoun(begin):
            found = self._antecedent(begin, sentence.first)
        return found if found or not quoting else self.after(cue.last, sentence.last, named=True)

    def _goes_on(self, cue: Hit, sentence: Sentence) -> bool:
        """ "Accused the army and said": whoever accused says more."""
        return bool(self.marks.at("sides.and", cue.first - 1)) and any(
            self.marks.any(f"claims.{verb}", sentence.first, cue.first - 1) for verb in ("says", "denies")
        )

    def after(self, begin: int, limit: int, *, named: bool = False, anybody: bool = False) -> tuple[int, int] | None:
        """The speaker that follows within a few words; ``named``: a bare name will do; ``anybody``: any words will."""
        for head in self._heads(begin, min(limit, begin + NEAR + 1)):
            wide = self._wide(head, begin, limit)
            led = range(begin, wide[0])
            if not any(self._broken(i) for i in range(begin + 1, head[0] + 1)) and not any(map(self._wall, led)):
                return wide
        if named or anybody:
            end = begin
            while end < min(limit, begin + 4) and self._name(end) and (end == begin or not self._broken(end)):
                end += 1
            if end > begin and (end - begin >= 2 or anybody):
                return begin, end
        if anybody:
            end = begin
            while end < min(limit, begin + WIDE) and not self.edges[end] and (end == begin or not self._broken(end)):
                end += 1
            return (begin, end) if end > begin else None
        return None

    def before(self, end: int, limit: int) -> tuple[int, int] | None:
        """The speaker that stands right before the word ("the ministry, according", "Bakanlığa göre")."""
        begin = end
        while begin > limit and end - begin < WIDE and not self.edges[begin - 1] and not self._broken(begin):
            begin -= 1
        return (begin, end) if begin < end else None

    def _in_field(self, begin: int, cue: Hit, named: bool) -> tuple[int, int] | None:
        """The first head before the verb that no preposition governs; else a name or a lone word beside the verb."""
        heads = [self._wide(head, begin, cue.first) for head in self._heads(begin, cue.first)]
        free = [wide for wide in heads if not self._governed(wide[0]) and not self._governed(wide[0] - 1, begin - 1)]
        inside = [wide for wide in heads if self.marks.at("claims.inside", wide[0] - 1) and wide[0] - 1 == begin]
        if free or inside:
            return self._whole((free or inside)[0], cue.first)
        if not named:
            return None
        first = cue.first
        while first > begin and self._name(first - 1):
            first -= 1
        whole = all(self.edges[i] or self.marks.at("claims.skip", i) for i in range(begin, first))
        alone = first == begin or whole
        return (first, cue.first) if first < cue.first and alone and not self._governed(first - 1, begin) else None

    def _whole(self, wide: tuple[int, int], verb: int) -> tuple[int, int]:
        """ "A media assistant to the president", not "A media": all of the subject that stands before its verb."""
        first, last = wide
        within = [self.edges[i] and not self.marks.at("claims.prep", i) for i in range(last, verb)]
        end = verb
        while end > last and (self.marks.at("claims.skip", end - 1) or within[end - 1 - last]):
            end -= 1  # "have announced"
        if not last < end <= last + WIDE or self.marks.at("claims.prep", end - 1):
            return wide
        return wide if any(within[: end - last]) or any(map(self._broken, range(last, end))) else (first, end)

    def _governed(self, i: int, begin: int = -1) -> bool:
        """Does a preposition stand here, so that what follows is no subject?"""
        return i > begin and i >= 0 and bool(self.marks.at("claims.prep", i) or self.marks.at("claims.link", i))

    def _wall(self, i: int) -> bool:
        """Can no subject follow the verb beyond this word: a number, a preposition, harm, another verb?"""
        return self.edges[i] and not self.marks.at("claims.skip", i) and not self._time(i)

    def _time(self, i: int) -> bool:
        return any(hit.label.startswith("when.") for hit in self.marks.starting(i))

    def _opening(self, cue: Hit) -> tuple[int, int] | None:
        """The first words of the clause up to a comma, or up to its first head."""
        clause = self.text.clause_at(self.text.starts[cue.first])
        first = clause.first
        while first < cue.first and self.marks.at("claims.skip", first):
            first += 1
        heads = self._heads(first, min(first + WIDE, cue.first))
        comma = next((i for i in range(first + 1, min(cue.first, first + 12)) if "," in self.text.between(i)), None)
        if comma is not None and heads and heads[0][0] < comma:
            return first, comma
        if heads:
            return first, heads[0][1]
        end = first
        while end < cue.first and self._name(end) and (end == first or not self._broken(end)):
            end += 1
        return (first, end) if end > first and (comma == end or end - first >= 2) else None

    def _antecedent(self, begin: int, limit: int) -> tuple[int, int] | None:
        """ "The governor, who said"; "The leader, Ali Hasan, said": the words before the comma, with an apposition."""
        end = begin
        for _ in range(4):
            if begin <= limit:
                return None
            start = self._field(begin, limit, skip_first=True)
            if self.marks.any("claims.relative", start, start + 1):
                begin = end = start
                continue
            heads = self._heads(start, begin)
            named = all(map(self._name, range(start, begin))) and begin > start
            if named or (heads and start > limit):
                whole = self._apposed(start, limit)
                if whole is not None:
                    return whole, begin
            if heads or (named and begin - start >= 2):
                first, last = self._wide(heads[0], start, begin) if heads else (start, begin)
                return (first, end) if named else (first, last)
            begin = start
        return None

    def _apposed(self, begin: int, limit: int) -> int | None:
        """Where "Ali Hasan" of "Ali Hasan, an adviser," or "The leader" of "The leader, Ali Hasan," begins."""
        if begin <= limit or "," not in self.text.between(begin):
            return None
        start = self._field(begin, limit, skip_first=True)
        heads = self._heads(start, begin)
        named = begin - start <= 4 and all(map(self._name, range(start, begin)))
        if start == limit and begin > start and (named or (heads and not any(map(self._wall, range(start, begin))))):
            return start
        return None

    def _field(self, end: int, limit: int, skip_first: bool = False) -> int:
        """Back to the nearest punctuation or the beginning."""
        begin = end
        while begin > limit and end - begin < FIELD:
            if self._broken(begin) and not (skip_first and begin == end):
                break
            begin -= 1
        while begin < end and (self.marks.at("claims.skip", begin) or self.marks.at("sides.and", begin)):
            begin += 1
        return begin

    def _wide(self, head: tuple[int, int], begin: int, limit: int) -> tuple[int, int]:
        """The head with what belongs to it."""
        first, last = head
        while first > begin and head[0] - first < WIDE and not self.edges[first - 1] and not self._broken(first):
            if self.marks.at("sides.and", first - 1) or self.marks.at("claims.link", first - 1):
                break
            first -= 1
        while last < limit and last - head[1] < WIDE and not self._broken(last):
            linked = last
            while linked < limit and self._linking(linked, last) and not (linked > last and self._broken(linked)):
                linked += 1
            if linked > last and linked < limit and not self.edges[linked] and not self._broken(linked):
                last = linked + 1
            elif (
                self.edges[last]
                or self.marks.at("sides.and", last)
                or any(party.first == last for party in self.parties)
            ):
                break
            elif self._name(last) or self.marks.at("claims.claimant", last):
                last += 1
            else:
                break
        return first, min(last, limit)

    def _linking(self, i: int, begin: int) -> bool:
        """ "of" and, after it, "the"."""
        return bool(self.marks.at("claims.link", i) or (i > begin and self.marks.at("sides.article", i)))

    def _heads(self, begin: int, end: int) -> list[tuple[int, int]]:
        return [head for head in self.heads if begin <= head[0] and head[1] <= end]

    def _name(self, i: int) -> bool:
        word = self.text.word(i)
        if self.edges[i] or self.marks.at("claims.pronoun", i) or self.marks.at("claims.skip", i):
            return False
        return word[:1].isupper() or word in _PARTICLES

    def _broken(self, i: int) -> bool:
        """Does punctuation stand before the word?"""
        return i < len(self.text.folded) and not _STOPS.isdisjoint(self.text.between(i))
