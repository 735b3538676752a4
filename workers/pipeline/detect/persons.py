"""Persons whom a text names or mentions one by one: "a soldier", "the mayor", "Senator Ana Lopez", "Lopez".

In: a ``Text`` and its marks. Out: one ``Group`` of one per mention. A name is a run of words that no list of the
language knows, capitalised (in newswire that is all capitals any word may be one); a single such word is a name
after an office or when a longer name of the text ends in it. Which of them were harmed is ``harm``'s question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from workers.pipeline.detect.people import ONE, Group, Kind, harm_at, kind_of, noun_at
from workers.pipeline.detect.phrases import Hit, Marks
from workers.pipeline.detect.text import Text

LONGEST = 6
"""Words of a name."""
NEAR = 3
"""Words between a name and its word of harm."""
APPOSED = 16
"""Words of "a street vendor from the north" between a name's commas."""
_PARTICLES = frozenset(
    ("al", "el", "ad", "de", "da", "di", "du", "del", "van", "von", "bin", "ibn", "abu", "der", "den", "la", "y", "e")
)
_ALSO_NAMES = ("when.months", "when.doubtful")
_JOINTS = " \n\u00a0-‐‑."


def find(text: Text, marks: Marks) -> list[Group]:
    """Every person mentioned alone, in order, none overlapping."""
    return Persons(text, marks).found()


@dataclass
class Persons:
    """One document's persons."""

    text: Text
    marks: Marks
    shouting: bool = field(init=False)
    runs: dict[int, int] = field(init=False)
    """First word of each run of unknown capitalised words -> its end."""
    surnames: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.shouting = self.text.full.isupper()
        self.runs = dict(self._runs())
        self.surnames = {self.text.folded[last - 1] for first, last in self.runs.items() if last - first > 1}

    def found(self) -> list[Group]:
        offices = list(self._offices())
        taken = {i for group in offices for i in range(group.first, group.last)}
        names = [run for run in self.runs.items() if run[0] not in taken and self._a_name(*run)]
        others = {(group.first, group.last) for group in offices if group.counted}
        return sorted([*offices, *self._victims(names, others)])

    def _runs(self) -> Iterator[tuple[int, int]]:
        words = len(self.text.folded)
        begin = 0
        while begin < words:
            end = begin + self._part(begin)
            while begin < end < words and end - begin < LONGEST and self._tied(end) and self._goes_with(end):
                end += 1
            while end > begin and self.text.folded[end - 1] in _PARTICLES:
                end -= 1
            if end > begin:
                yield begin, end
            begin = max(end, begin + 1)

    def _part(self, i: int) -> bool:
        """May the word begin a name?"""
        begin, end = self.text.starts[i], self.text.ends[i]
        letter = self.text.full[begin]
        capital = self.shouting or letter.isupper()
        return capital and end - begin > 2 and letter.isalpha() and not self.marks.starting(i)

    def _goes_with(self, i: int) -> bool:
        """May the word go on a name?"""
        return self.text.folded[i] in _PARTICLES or self._part(i)

    def _tied(self, i: int) -> bool:
        return not self.text.between(i).strip(_JOINTS)

    def _offices(self) -> Iterator[Group]:
        """ "a soldier" counts one, and so do "his driver" and "Mayor Ana Lopez"; "the soldier", or a soldier of a
        language without articles, is one if nothing else is said."""
        for label in ONE:
            for hit in self.marks.of(label):
                if harm_at(self.marks, hit.first) or self._goes_on(hit):
                    continue
                name = self._named(hit)
                article = self._article(hit.first)
                begin = hit.first if article is None else article
                last = hit.last if name is None else name[1]
                words = self.text.folded[name[0] : name[1]] if name else ()
                yield Group(begin, last, 1, 1, 1, kind_of(label), article is not None or name is not None, name=words)

    def _goes_on(self, hit: Hit) -> bool:
        """Is the noun part of a longer one, the owner of another, or one of two offices of the same person?"""
        if hit.last >= len(self.text.folded):
            return False
        owner = self.marks.at("people.possessive", hit.last) and not self.text.between(hit.last).strip()
        if owner or not self._closed(hit.last):
            return True
        if self._article(hit.first) is None and self._other_office(hit.last):
            return True
        return noun_at(self.marks, hit.last) is not None and not self.text.between(hit.last).strip()

    def _other_office(self, i: int) -> bool:
        """ "(senator) and presidential candidate Ana Lopez"."""
        joint = self.marks.at("sides.and", i)
        if joint is None or self.text.between(i).strip():
            return False
        for at in range(joint.last, min(joint.last + NEAR, len(self.text.folded))):
            office = noun_at(self.marks, at, ONE)
            if office is not None:
                return self._named(office) is not None and not self._led(joint.last)
            if self.marks.at("people.stop", at) or self.text.between(at).strip():
                return False
        return False

    def _led(self, i: int) -> bool:
        return any(self.marks.at(label, i) for label in ("numbers.one", "people.possessive", "sides.article"))

    def _named(self, office: Hit) -> tuple[int, int] | None:
        """The name right after an office."""
        end = self.runs.get(office.last)
        if end is None or self.text.between(office.last).strip(_JOINTS) or not self._closed(end):
            return None
        single = end - office.last == 1
        return None if single and self._article(office.first) is not None else (office.last, end)

    def _article(self, noun: int) -> int | None:
        """Where the indefinite article or the possessive stands, at most a few words before the noun."""
        for i in range(noun - 1, max(0, noun - 6) - 1, -1):
            if self.text.between(i + 1).strip(' -"“„«\n'):
                return None
            if self.marks.at("numbers.one", i):
                return i
            if self.marks.at("people.possessive", i):
                return i if noun - i <= 2 else None
            aged = self.text.folded[i].isdecimal() or self.marks.at("people.measures", i)
            compound = noun_at(self.marks, i) is not None and i != noun - 1
            if not aged and (noun - i > 4 or self.marks.at("people.stop", i) or compound):
                return None
        return None

    def _a_name(self, first: int, last: int) -> bool:
        """Two words or a known surname, no noun of an organisation after, no preposition before."""
        single = last - first == 1
        if (single and self.text.folded[first] not in self.surnames) or not self._closed(last):
            return False
        return not self._governed(first)

    def _closed(self, last: int) -> bool:
        """Does the name end here, rather than go on into "Union" or "Front"?"""
        if last >= len(self.text.folded) or self.text.between(last).strip():
            return True
        return not any(self.marks.at(label, last) for label in ("claims.claimant", "people.things", "generic"))

    def _governed(self, first: int) -> bool:
        """ "in San Miguel", "director of Casa Blanca", unless the word of harm ends in that preposition; "the Casa
        Blanca"."""
        if first == 0 or self.text.between(first).strip(_JOINTS + "["):
            return False
        if self.marks.at("sides.article", first - 1):
            return True
        led = self.marks.at("claims.prep", first - 1) or self.marks.at("claims.link", first - 1)
        return led is not None and not self._harmed_before(first) and not self.marks.at("sides.and", first - 2)

    def _harmed_before(self, i: int) -> bool:
        """Does "the murder of" end here?"""
        return any(hit.last == i for at in range(max(0, i - 4), i) for hit in self.marks.starting(at) if _killing(hit))

    def _victims(self, names: list[tuple[int, int]], others: set[tuple[int, int]]) -> Iterator[Group]:
        """Names beside a word of harm, and those that "and" or a comma joins to them; those that "and" joins to
        further people, of whom harm may be told."""
        beside = [self._beside(first, last) or self._among(last, others) for first, last in names]
        for order, step in ((range(1, len(names)), -1), (range(len(names) - 2, -1, -1), 1)):
            for i in order:
                left, right = sorted((names[i], names[i + step]))
                beside[i] = beside[i] or (beside[i + step] and self._listed(left[1], right[0]))
        for (first, last), told in zip(names, beside, strict=True):
            if told:
                yield Group(first, last, 1, 1, 1, Kind.NAMED, name=self.text.folded[first:last])

    def _beside(self, first: int, last: int) -> bool:
        if self._harmed_before(first) or any(harm_at(self.marks, i) for i in range(last, last + NEAR)):
            return True
        close = apposition(self.text, last)
        return close is not None and any(harm_at(self.marks, i) for i in range(close, close + NEAR))

    def _among(self, last: int, others: set[tuple[int, int]]) -> bool:
        """ "Ana Lopez and 15 others", "Ana Lopez, a farmer, and his son", "Ana Lopez, his son, and 15 others"."""
        for end in (last, apposition(self.text, last)):
            joint = self.marks.at("sides.and", end) if end is not None else None
            if joint is not None and joint.last < len(self.text.folded):
                counted = any(self.marks.at(f"numbers.{kind}", joint.last) for kind in ("words", "other"))
                if counted or self.text.folded[joint.last].isdecimal():
                    return True
                if any(first == joint.last for first, _ in others):
                    return True
        return False

    def _listed(self, end: int, begin: int) -> bool:
        end = min(apposition(self.text, end) or end, begin)
        joined = self.marks.any("sides.and", end, begin) or self.text.between(begin).startswith(",")
        return begin - end <= 1 and joined


def apposition(text: Text, last: int) -> int | None:
    """Where the words after ", a street vendor," begin, when the words before it end at ``last``."""
    if last >= len(text.folded) or not text.between(last).startswith((",", "،", "(", " (")):
        return None
    for i in range(last + 1, min(last + APPOSED, len(text.folded))):
        between = text.between(i)
        if between.startswith((",", "،", ")")):
            return i
        if between.startswith((".", ";", "!", "?", ":")):
            return None
    return None


def _killing(hit: Hit) -> bool:
    return hit.label in ("people.killed", "people.killed_post")
