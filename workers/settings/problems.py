"""What is wrong with a configuration, said so that it can be mended: file, line, key, fault, suggestion.

An operator who mistyped three keys learns of all three at once; "crawler" for "Crawler" has cost people a
day (news-please #51), so every unknown word comes with the nearest known one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. ``where`` is ``file:line``, a file, or ``environment``; ``key`` the dotted path in it."""

    where: str
    key: str
    fault: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.key, self.fault) if part)


class SettingsError(ValueError):
    """The configuration cannot be used; ``problems`` holds every reason found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=_reading_order))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _reading_order(problem: Problem) -> tuple[str, int, str, str]:
    file, _, line = problem.where.rpartition(":")
    return (file, int(line), problem.key, problem.fault) if line.isdigit() else (problem.where, 0, problem.key, "")


def suggest(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the nearest known word, else the empty string."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean '{by_lower[near[0]]}'?" if near else ""


def unknown(noun: str, word: str, known: Iterable[str]) -> str:
    """``unknown region 'kirkk'; did you mean 'kirkuk'?``"""
    return f"unknown {noun} '{word}'{suggest(word, known)}"


def quoted(text: str) -> list[str]:
    """The words that pydantic lists as permitted: ``'a', 'b' or 'c'``."""
    return re.findall(r"'([^']*)'", text)
